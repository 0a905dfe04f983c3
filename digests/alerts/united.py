"""What was said of a story that went into another holds for that one (verb): who follows or muted it, and
the alerts that belong to it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert
from digests.audience.following import Following, story_about
from digests.stories.story import Story


async def carry_over(session: AsyncSession, united: Iterable[tuple[int, int]]) -> None:
    """``united``: the story that is told no more, and the one it went into. Who has a wish about both
    keeps the latter; followers know the latter as it stands, for nothing in it happened just now."""
    for gone, stays in united:
        here, there = Following.about == story_about(gone), Following.about == story_about(stays)
        both = select(Following.subscriber_id).where(there)
        await session.execute(delete(Following).where(here, Following.subscriber_id.in_(both)))
        stands = select(Story.revision).where(Story.id == stays).scalar_subquery()
        told = here & Following.told_revision.is_not(None)
        unsynced = {"synchronize_session": False}
        await session.execute(
            update(Following).where(told).values(told_revision=stands), execution_options=unsynced
        )
        await session.execute(
            update(Following).where(here).values(about=story_about(stays)),
            execution_options=unsynced,
        )
        await session.execute(
            update(Alert).where(Alert.story_id == gone).values(story_id=stays),
            execution_options=unsynced,
        )
