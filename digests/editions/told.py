"""Stories as they were told: with the words they had, and what was new then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
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
    """What is new, for those who know the story already, in its main language."""
    is_folded: bool = False
    news_in: Mapping[str, str] = field(default_factory=dict)
    """The same in other languages, by two-letter code."""


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
            news=news.get((place.story_id, story.language)) if place.is_update else None,
            is_folded=place.is_folded,
            news_in={
                language: news[place.story_id, language]
                for language in story.tellings
                if (place.story_id, language) in news
            },
        )
        for place, story in rows
    ]


async def latest(
    session: AsyncSession,
    topics: Collection[str],
    *,
    now: datetime,
    limit: int = 8,
    without: Collection[int] = (),
) -> list[Told]:
    """The newest stories of these topics, newest first: of the last three days, else older ones; none of
    those ``without`` which their reader wants to be."""
    wanted = Story.id.not_in(without) if without else true()
    recent = and_(wanted, Story.news_at > now - LONGEST_WINDOW)
    return await _latest(session, topics, recent, limit) or await _latest(
        session, topics, wanted, limit
    )


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
) -> dict[tuple[int, str], str]:
    """The last thing that was new about each of these stories in (start, end], by language."""
    rows = await session.scalars(
        select(StoryRevision)
        .where(
            StoryRevision.story_id.in_(list(stories)),
            StoryRevision.made_at > start,
            StoryRevision.made_at <= end,
        )
        .order_by(StoryRevision.revision)
    )
    found: dict[tuple[int, str], str] = {}
    for row in rows:
        found.update({(row.story_id, code): news for code, news in row.news_in.items()})
    return found
