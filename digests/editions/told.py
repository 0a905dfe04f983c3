"""Stories as they were told: with the words they had, and what was new then."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from digests.editions.edition import Edition, EditionStory
from digests.editions.selection import LONGEST_WINDOW
from digests.stories.story import Story, StoryRevision, StoryTopic
from digests.vocabulary import Standing


@dataclass(frozen=True, slots=True)
class Told:
    """One story for a reader."""

    story: StoryRevision
    topic: str
    """The section it stands in."""
    news: str | None = None
    """What is new, for those who know the story already."""
    is_folded: bool = False


async def told(session: AsyncSession, edition: Edition) -> list[Told]:
    """An edition's stories in the order of reading."""
    rows = (
        await session.execute(
            select(EditionStory, StoryRevision)
            .join(
                StoryRevision,
                and_(
                    StoryRevision.story_id == EditionStory.story_id,
                    StoryRevision.revision == EditionStory.story_revision,
                ),
            )
            .where(EditionStory.edition_id == edition.id)
            .order_by(EditionStory.position)
        )
    ).all()
    updated = [place.story_id for place, _ in rows if place.is_update]
    news = await _news(session, updated, edition.window_start, edition.window_end)
    return [
        Told(
            story=story,
            topic=place.topic,
            news=news.get(place.story_id) if place.is_update else None,
            is_folded=place.is_folded,
        )
        for place, story in rows
    ]


async def latest(
    session: AsyncSession, topics: Collection[str], *, now: datetime, limit: int = 8
) -> list[Told]:
    """The newest stories of these topics, newest first: of the last three days, else older ones."""
    recent = await _latest(session, topics, Story.news_at > now - LONGEST_WINDOW, limit)
    return recent or await _latest(session, topics, true(), limit)


async def _latest(
    session: AsyncSession, topics: Collection[str], within: ColumnElement[bool], limit: int
) -> list[Told]:
    best = (
        select(StoryTopic.story_id, func.max(StoryTopic.score).label("score"))
        .where(StoryTopic.topic.in_(topics))
        .group_by(StoryTopic.story_id)
        .subquery()
    )
    rows = await session.execute(
        select(StoryRevision, func.min(StoryTopic.topic))
        .select_from(Story)
        .join(best, best.c.story_id == Story.id)
        .join(StoryTopic, and_(StoryTopic.story_id == Story.id, StoryTopic.score == best.c.score))
        .join(
            StoryRevision,
            and_(StoryRevision.story_id == Story.id, StoryRevision.revision == Story.revision),
        )
        .where(
            StoryTopic.topic.in_(topics),
            within,
            Story.standing != Standing.RETRACTED,
        )
        .group_by(StoryRevision.story_id, StoryRevision.revision, Story.news_at, Story.id)
        .order_by(Story.news_at.desc(), Story.id.desc())
        .limit(limit)
    )
    return [Told(story, topic) for story, topic in rows]


async def _news(
    session: AsyncSession, stories: Iterable[int], start: datetime, end: datetime
) -> dict[int, str]:
    """The last thing that was new about each of these stories in (start, end]."""
    rows = await session.execute(
        select(StoryRevision.story_id, StoryRevision.news)
        .where(
            StoryRevision.story_id.in_(list(stories)),
            StoryRevision.news.is_not(None),
            StoryRevision.made_at > start,
            StoryRevision.made_at <= end,
        )
        .order_by(StoryRevision.revision)
    )
    return {story_id: news for story_id, news in rows if news}
