"""What was told last (verb, reading only): the newest stories of some topics, and words as told now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.stories.story import Story, StoryRevision, StoryTopic
from digests.vocabulary import Standing, Topic


async def newest(
    session: AsyncSession, topics: Iterable[Topic], *, limit: int = 5
) -> list[StoryRevision]:
    """The newest stories about one of these topics, or about any where none is named."""
    wanted = select(Story.id).where(Story.standing != Standing.RETRACTED)
    named = list(topics)
    if named:
        about = select(StoryTopic.story_id).where(StoryTopic.topic.in_(named))
        wanted = wanted.where(Story.id.in_(about))
    ids = await session.scalars(wanted.order_by(Story.news_at.desc(), Story.id.desc()).limit(limit))
    return await as_told(session, ids.all())


async def as_told(session: AsyncSession, story_ids: Sequence[int]) -> list[StoryRevision]:
    """What is said of these stories now, in the order asked for."""
    rows = await session.scalars(
        select(StoryRevision)
        .join(
            Story,
            and_(Story.id == StoryRevision.story_id, Story.revision == StoryRevision.revision),
        )
        .where(Story.id.in_(story_ids))
    )
    found = {row.story_id: row for row in rows}
    return [found[story_id] for story_id in story_ids if story_id in found]
