"""To which story an alert belongs (verb): what its text tells of is proposed, editors have the last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert
from digests.alerts.propose import Item, item_of, newest
from digests.alerts.wording import body, headline
from digests.stories.belonging import Near, Said
from digests.stories.current import in_words
from digests.stories.open_stories import stories_near
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
    if near and near[0].is_proposed:
        alert.story_id = near[0].story_id
        await session.flush()


async def candidates(
    session: AsyncSession, alert: Alert, item: Item, language: str, *, now: datetime
) -> list[Candidate]:
    """The stories it may belong to, the likeliest first; the one it belongs to is not among them."""
    near = [one.story_id for one in await _near(session, item, now)]
    told = await in_words(session, [story for story in near if story != alert.story_id])
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
    said = Said(headline(item.text), body(item.text), item.language)
    return await stories_near(session, said, now=now, limit=OFFERED)
