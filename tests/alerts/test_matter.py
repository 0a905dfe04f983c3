"""A matter is raised once, told once and decided once; a story is offered as an alert in its own words."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.matter import Matter, MatterKind, MatterState, raise_matter
from digests.alerts.settling import decide, item_of_story
from digests.alerts.telling import tell
from digests.alerts.watch import keep_up
from digests.errors import Stale
from digests.outbox.dispatch import Content, Dispatch
from digests.storage.database import Database
from digests.stories.story import StoryRevision, StoryTopic, StoryWords
from digests.vocabulary import Severity, Standing
from tests.alerts.builders import EDITOR, OWNER, OWNERS, newsroom
from tests.corrections.builders import story

FLASH = MatterKind.FLASH


async def test_raised_by_two_workers_at_once_it_is_one(database: Database, now: datetime) -> None:
    async def raised() -> int:
        async with database.write() as session:
            return (await raise_matter(session, FLASH, "7", {"story": 7}, now=now)).id

    assert len(set(await asyncio.gather(*(raised() for _ in range(4))))) == 1


async def test_told_by_two_workers_at_once_it_is_told_once(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        await raise_matter(session, FLASH, "7", {"story": 7}, now=now)

    async def told() -> int:
        async with database.write() as session:
            return await tell(session, OWNERS, now=now)

    assert sorted(await asyncio.gather(told(), told())) == [0, 1]
    async with database.read() as session:
        notices = select(func.count()).where(Dispatch.content == Content.NOTICE)
        assert await session.scalar(notices) == len({OWNER, EDITOR})


async def test_what_changes_while_it_is_open_is_kept_up_and_what_was_settled_stays(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await keep_up(session, FLASH, {"7": {"title": "One"}}, now=now)
        await keep_up(session, FLASH, {"7": {"title": "Two"}}, now=now)
        matter = (await session.scalars(select(Matter))).one()
        assert matter.values == {"title": "Two"}
        await decide(session, matter.id, FLASH, "not_breaking", by=EDITOR, now=now)
        later = now + timedelta(minutes=1)
        await keep_up(session, FLASH, {"7": {"title": "Three"}}, now=later)
        assert (matter.state, matter.values) == (MatterState.SETTLED, {"title": "Two"})


@pytest.mark.parametrize(("seconds", "state"), [(0, MatterState.SETTLED), (1, MatterState.OPEN)])
async def test_what_happens_again_after_a_decision_is_asked_about_again(
    database: Database, now: datetime, seconds: int, state: MatterState
) -> None:
    """Unless it was decided while somebody looked."""
    async with database.write() as session:
        found = {"7": {"count": 2}}
        await keep_up(session, MatterKind.UNCERTAIN, found, now=now)
        matter = (await session.scalars(select(Matter))).one()
        await decide(session, matter.id, MatterKind.UNCERTAIN, "again", by=EDITOR, now=now)
        await keep_up(session, MatterKind.UNCERTAIN, found, now=now + timedelta(seconds=seconds))
        assert matter.state is state


async def test_a_matter_of_another_kind_is_not_decided_by_mistake(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        matter = await raise_matter(session, FLASH, "7", {}, now=now)
        with pytest.raises(Stale, match="gone"):
            await decide(session, matter.id, MatterKind.SOURCE, "pause", by=EDITOR, now=now)


async def told_in(
    session: AsyncSession, now: datetime, language: str, **tellings: str
) -> int:  # fmt: skip
    """A story in this language, and in others by title."""
    made = await story(session, now, f"Title in {language}")
    words = await session.get_one(StoryRevision, (made.id, 1))
    words.language, words.attribution = language, "officials"
    words.sources = [
        {"name": "Wire", "url": "https://a.example/1", "articles": 1, "state_controlled": False}
    ]
    words.tellings = {
        other: StoryWords(title=title, lead="Lead.", news=None, attribution=f"by {other}")
        for other, title in tellings.items()
    }
    for topic, score in (("energy", 1.0), ("strikes", 3.0)):
        session.add(StoryTopic(story_id=made.id, topic=topic, score=score, reasons=[]))
    await session.flush()
    return made.id


async def test_a_story_is_offered_in_each_language_it_is_told_in(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        item = await item_of_story(session, await told_in(session, now, "uk", en="In English"))
    assert item.language == "uk"
    assert item.text == "Title in uk\nIt burned all night."
    assert item.others == {"en": "In English\nLead."}
    assert (item.severity, item.standing) == (Severity.FLASH, Standing.DEVELOPING)
    assert item.topics == ("strikes", "energy")
    assert (item.attribution, item.source_url) == ("officials", "https://a.example/1")


async def test_where_we_speak_another_language_of_the_story_that_one_leads(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        item = await item_of_story(session, await told_in(session, now, "ru", uk="Українською"))
    assert (item.language, item.text, item.attribution) == ("uk", "Українською\nLead.", "by uk")
    assert item.others == {}


async def test_a_withdrawn_story_makes_no_alert(database: Database, now: datetime) -> None:
    async with database.write() as session:
        made = await story(session, now)
        made.standing = Standing.RETRACTED
        await session.flush()
        with pytest.raises(Stale):
            await item_of_story(session, made.id)
