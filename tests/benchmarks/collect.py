"""How fast a thousand feeds come in: ``python -m tests.benchmarks.collect``.

1,000 feeds of 30 entries (every third with full texts) from a server process on loopback, each feed
on a loopback address of its own, as a thousand hosts would be. Fetched, parsed and kept in an SQLite
file with the settings of a live bot. The memory is the highest that this process ever held.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web
from sqlalchemy import func, select, update

from digests.intake.article import Article
from digests.intake.collect import CollectReport, collect
from digests.intake.fetch import FeedClient
from digests.intake.source import Source
from digests.intake.sources import add_feed
from digests.migrations.tables import METADATA
from digests.storage.database import Database
from tests.benchmarks import figure

FEEDS = 1_000
ENTRIES = 30
MOST_SECONDS = 60
MOST_MEGABYTES = 300
_WORDS = (  # noqa: SIM905 - thirty lines of single words would say no more
    "brigade front minister missile talks border grain port sanctions convoy shelling drone depot "
    "council ceasefire aid hospital energy reactor treaty exchange prisoners crossing harbour patrol"
).split()


def feed_of(number: int) -> str:
    """A feed as a news site sends it; the same number gives the same feed."""
    chance = random.Random(number)
    newest = datetime.now(UTC) - timedelta(minutes=number % 60)
    items = "".join(_item(chance, number, entry, newest) for entry in range(ENTRIES))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Site {number}</title><link>http://site.test/</link>{items}</channel></rss>"
    )


def _item(chance: random.Random, number: int, entry: int, newest: datetime) -> str:
    title = " ".join(chance.choices(_WORDS, k=9)).capitalize()
    teaser = " ".join(chance.choices(_WORDS, k=60))
    full = ""
    if number % 3 == 0:
        paragraphs = (" ".join(chance.choices(_WORDS, k=50)) for _ in range(6))
        full = "".join(f"<p>{text}. <a href='/x'>more</a></p>" for text in paragraphs)
        full = f"<content:encoded><![CDATA[{full}]]></content:encoded>"
    return (
        f"<item><title>{title} - Site {number}</title>"
        f"<link>https://site{number}.test/news/{entry}?utm_source=rss</link>"
        f"<guid isPermaLink='false'>{number}-{entry}</guid>"
        f"<pubDate>{format_datetime(newest - timedelta(minutes=entry))}</pubDate>"
        f"<description>&lt;p&gt;{teaser}&lt;/p&gt;</description>{full}</item>"
    )


def serve(answer: Connection) -> None:
    """The server process: tells its port, then serves until it is ended."""

    async def one(request: web.Request) -> web.Response:
        text = feed_of(int(request.match_info["number"]))
        return web.Response(text=text, content_type="application/rss+xml")

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{number:\\d+}.xml", one)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "0.0.0.0", 0)
        await site.start()
        answer.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


async def measure(port: int, folder: Path) -> dict[str, object]:
    """One first reading of everything, and one in which nothing is new."""
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    async with database.write() as session:
        for number in range(FEEDS):
            host = f"127.1.{number // 250}.{number % 250 + 1}"
            now = datetime.now(UTC)
            await add_feed(session, f"http://{host}:{port}/{number}.xml", now=now)
    async with FeedClient(allow_networks=[ip_network("127.0.0.0/8")]) as client:
        first, seconds = await _round(database, client)
        async with database.write() as session:
            await session.execute(update(Source).values(next_read_at=datetime.now(UTC)))
        again, seconds_again = await _round(database, client)
    async with database.read() as session:
        stored = await session.scalar(select(func.count()).select_from(Article))
    await database.close()
    return {
        "feeds": first.read,
        "failed": first.failed,
        "articles": stored,
        "seconds": round(seconds, 2),
        "again_seconds": round(seconds_again, 2),
        "again_new": again.kept.new,
        "again_changed": again.kept.changed,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


async def _round(database: Database, client: FeedClient) -> tuple[CollectReport, float]:
    begun = time.perf_counter()
    report = await collect(database, client, now=lambda: datetime.now(UTC))
    return report, time.perf_counter() - begun


def main() -> int:
    """Prints one line of JSON and one to read; 1 when a bar is missed."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(measure(ours.recv(), Path(folder)))
    finally:
        server.terminate()
    seconds, megabytes = float(str(found["seconds"])), int(str(found["megabytes"]))
    figure(
        f"{found['feeds']} feeds of {ENTRIES} entries collected", seconds, f"<= {MOST_SECONDS} s",
        "s", ok=found["articles"] == FEEDS * ENTRIES and seconds <= MOST_SECONDS,
    )  # fmt: skip
    most = f"<= {MOST_MEGABYTES} MB"
    figure("its memory", megabytes, most, "MB", ok=megabytes <= MOST_MEGABYTES)
    print(
        f"collect: {found['feeds']} feeds, {found['articles']} articles in {found['seconds']} s "
        f"(bar {MOST_SECONDS} s), {found['megabytes']} MB (bar {MOST_MEGABYTES} MB); "
        f"read again, nothing new: {found['again_seconds']} s"
    )
    within = (
        found["articles"] == FEEDS * ENTRIES
        and seconds <= MOST_SECONDS
        and megabytes <= MOST_MEGABYTES
    )
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
