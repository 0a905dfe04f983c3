"""The stories there are to choose from (verb): read once for a run, whatever the number of tastes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.editions.selection import Candidate, Ranking
from digests.stories.story import Story, StoryTopic
from digests.vocabulary import Standing


async def stock(session: AsyncSession, start: datetime, end: datetime) -> Ranking:
    """Every story with news in (start, end], ranked. What was retracted is no news."""
    in_window = (
        Story.news_at > start,
        Story.news_at <= end,
        Story.standing != Standing.RETRACTED,
    )
    topics: dict[int, dict[str, float]] = {}
    for story_id, topic, score in await session.execute(
        select(StoryTopic.story_id, StoryTopic.topic, StoryTopic.score)
        .join(Story, Story.id == StoryTopic.story_id)
        .where(*in_window)
    ):
        topics.setdefault(story_id, {})[topic] = score
    rows = await session.execute(
        select(
            Story.id,
            Story.revision,
            Story.severity,
            Story.source_count,
            Story.created_at,
            Story.news_at,
            Story.first_article_at,
            Story.last_article_at,
            Story.places,
        ).where(*in_window)
    )
    return Ranking([_candidate(*row, topics.get(row.id, {})) for row in rows], now=end)


def _candidate(*facts: Any) -> Candidate:
    story_id, revision, severity, sources, created, news, began, ended, places, topics = facts
    place = places[0] if places else None
    return Candidate(
        story_id, revision, severity, sources, created, news, ended - began, place, topics
    )


async def reach(session: AsyncSession, topics: Collection[str], *, limit: int) -> datetime | None:
    """How far back the newest ``limit`` stories of these topics go; none where there are none."""
    newest = (
        select(Story.news_at)
        .where(
            Story.id.in_(select(StoryTopic.story_id).where(StoryTopic.topic.in_(topics))),
            Story.standing != Standing.RETRACTED,
        )
        .order_by(Story.news_at.desc())
        .limit(limit)
        .subquery()
    )
    oldest: datetime | None = await session.scalar(select(func.min(newest.c.news_at)))
    return oldest
