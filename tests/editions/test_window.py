"""Nothing happens inside a window that was already told."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import select

from digests.editions.compose import compose
from digests.editions.edition import EditionStory
from digests.editions.on_demand import compose_now
from digests.editions.window import open_window
from digests.storage.database import Database
from tests.editions.builders import add_reader, add_story

SECOND = timedelta(seconds=1)


async def test_news_is_dated_after_the_newest_window(database: Database, now: datetime) -> None:
    async with database.write() as session:
        assert await open_window(session, now=now - SECOND) == now - SECOND
        await add_reader(session, now)
        await compose(session, now=now)
    async with database.write() as session:
        assert now < await open_window(session, now=now - SECOND) < now + SECOND
        assert await open_window(session, now=now + SECOND) == now + SECOND


async def test_a_story_written_down_while_its_digest_is_composed_is_in_that_one_or_the_next(
    database: Database, now: datetime
) -> None:
    """Whoever comes first: grouping with a clock read before 08:00, or composing at 08:00."""
    async with database.write() as session:
        await add_reader(session, now)

    async def group(seconds_before: int) -> None:
        async with database.write() as session:
            dated = await open_window(session, now=now - seconds_before * SECOND)
            await add_story(session, dated)

    async def digest(at: datetime) -> None:
        async with database.write() as session:
            await compose(session, now=at)

    await asyncio.gather(*(group(n) for n in range(1, 6)), digest(now), *(group(n) for n in (7, 8)))
    async with database.write() as session:
        # As the outbox does when it puts the first digest's rows in.
        reader = await add_reader(session, now, minutes=(), covered_until=now)
        await compose_now(session, reader, now=now + timedelta(minutes=5))
    async with database.read() as session:
        told = list(await session.scalars(select(EditionStory.story_id)))
    assert sorted(told) == sorted(set(told))
    assert len(told) == 7


async def test_composing_waits_for_news_that_is_being_written_down(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_reader(session, now)

    async def digest() -> None:
        async with database.write() as session:
            await compose(session, now=now)

    async with database.write() as session:
        dated = await open_window(session, now=now - SECOND)
        story = await add_story(session, dated)
        composing = asyncio.create_task(digest())
        # Long enough for a compose that does not wait to be through.
        _, waiting = await asyncio.wait({composing}, timeout=0.3)
        assert waiting
    await composing
    async with database.read() as session:
        assert list(await session.scalars(select(EditionStory.story_id))) == [story.id]
