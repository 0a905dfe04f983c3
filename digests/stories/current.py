"""Stories in the words they have now (verb, reading only)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.stories.story import Story, StoryRevision
from digests.vocabulary import Standing


async def in_words(session: AsyncSession, story_ids: Sequence[int]) -> list[StoryRevision]:
    """The newest revision of each story, in the order asked for; none of one that was retracted."""
    rows = await session.scalars(
        select(StoryRevision)
        .join(
            Story,
            and_(Story.id == StoryRevision.story_id, Story.revision == StoryRevision.revision),
        )
        .where(Story.id.in_(story_ids), Story.standing != Standing.RETRACTED)
    )
    found = {row.story_id: row for row in rows}
    return [found[story_id] for story_id in story_ids if story_id in found]
