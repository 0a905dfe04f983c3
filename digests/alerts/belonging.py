"""To which story an alert belongs (verb): what its text tells of is proposed, editors have the last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision
from digests.alerts.item import Item, item_of
from digests.alerts.propose import newest
from digests.alerts.wording import body, headline
from digests.stories.asked import terms_of
from digests.stories.belonging import Near, Said
from digests.stories.current import in_words
from digests.stories.open_stories import stories_near
from digests.stories.search import search
from digests.stories.story import Story, StoryRevision

OFFERED = 5
"""Stories an editor chooses from."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story on the page where an editor chooses."""

    story_id: int
    headline: str


async def propose_story(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """The draft belongs to the open story it tells of, where one is near enough."""
    item = item_of(await newest(session, alert))
    near = await _near(session, item, now)
    alert.story_id = near[0].story_id if near and near[0].is_proposed else None
    await session.flush()


async def reconsider(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """After a change: where it tells of something else than before, or of somewhere else, its story is
    looked for again. What a person chose stays."""
    if alert.story_chosen:
        return
    was = await session.get_one(AlertRevision, (alert.id, alert.revision - 1))
    words = await newest(session, alert)
    if (was.main_text, was.places) != (words.main_text, words.places):
        await propose_story(session, alert, now=now)


async def candidates(
    session: AsyncSession,
    alert: Alert,
    item: Item,
    language: str,
    *,
    now: datetime,
    looked_for: str = "",
) -> list[Candidate]:
    """The stories it may belong to, the likeliest first, or the newest that hold the words ``looked_for``;
    the one it belongs to is not among them."""
    if looked_for:
        # One more: the one it belongs to may be among them.
        held = await search(session, terms_of(looked_for), limit=OFFERED + 1)
        found = [story.id for story in held]
    else:
        found = [one.story_id for one in await _near(session, item, now)]
    others = [story for story in found if story != alert.story_id]
    told = await in_words(session, others[:OFFERED])
    return [Candidate(story.story_id, story.told_in(language)[1]["title"]) for story in told]


async def story_of(session: AsyncSession, alert: Alert, language: str) -> str | None:
    """The newest headline of the story it belongs to."""
    if alert.story_id is None:
        return None
    told = await session.scalar(
        select(StoryRevision)
        .join(
            Story,
            (Story.id == StoryRevision.story_id) & (Story.revision == StoryRevision.revision),
        )
        .where(Story.id == alert.story_id)
    )
    return told.told_in(language)[1]["title"] if told else None


async def _near(session: AsyncSession, item: Item, now: datetime) -> list[Near]:
    said = Said(headline(item.text), body(item.text), item.language, item.places)
    return await stories_near(session, said, now=now, limit=OFFERED)
