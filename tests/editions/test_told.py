"""Stories as they were told, and the newest ones."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from digests.editions.compose import compose
from digests.editions.edition import Edition
from digests.editions.told import latest, told
from digests.storage.database import Database
from digests.vocabulary import Severity, Standing
from tests.editions.builders import add_reader, add_story, revise

HOUR = timedelta(hours=1)


async def test_an_edition_keeps_the_words_it_had(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await add_reader(session, now)
        story = await add_story(session, now - HOUR, title="As it was said")
        await compose(session, now=now)
        await revise(session, story, now + HOUR, title="As it is said now")
    async with database.read() as session:
        (item,) = await told(session, (await session.scalars(select(Edition))).one())
    assert (item.story.title, item.topic, item.news) == ("As it was said", "energy", None)


async def test_who_knows_a_story_is_told_what_was_new_last_though_sources_came_after(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_reader(session, now)
        story = await add_story(session, now - 40 * HOUR)
        await revise(session, story, now - 30 * HOUR, news="Told yesterday.")
        await revise(session, story, now - 3 * HOUR, news="The grid holds.")
        await revise(session, story, now - HOUR)
        await compose(session, now=now)
    async with database.read() as session:
        (item,) = await told(session, (await session.scalars(select(Edition))).one())
    assert (item.story.revision, item.news) == (4, "The grid holds.")


async def test_the_newest_stories_of_the_topics_come_newest_first_each_once(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_story(session, now - 2 * HOUR, severity=Severity.FLASH, title="second")
        await add_story(session, now - HOUR, {"energy": 1.0, "strikes": 1.0}, title="first")
        await add_story(session, now, ["koreas"], title="another topic")
        await add_story(session, now - 80 * HOUR, title="old")
        await add_story(session, now - HOUR, standing=Standing.RETRACTED, title="wrong")
    async with database.read() as session:
        items = await latest(session, ["energy", "strikes"], now=now)
        assert [(i.story.title, i.topic) for i in items] == [
            ("first", "energy"),
            ("second", "energy"),
        ]
        assert len(await latest(session, ["energy"], now=now, limit=1)) == 1
        assert await latest(session, [], now=now) == []


async def test_where_three_days_were_quiet_the_newest_older_stories_come(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_story(session, now - 80 * HOUR, title="old")
        await add_story(session, now - 8000 * HOUR, title="very old")
    async with database.read() as session:
        items = await latest(session, ["energy"], now=now)
    assert [item.story.title for item in items] == ["old", "very old"]
