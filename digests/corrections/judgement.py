"""An editor judges a story (verb): how far it can be relied upon, and how loudly it may knock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.alerts.staff import demand
from digests.errors import Stale
from digests.stories.override import TO_CHOOSE, override
from digests.stories.story import Story
from digests.vocabulary import Severity, Standing


async def judge_standing(
    session: AsyncSession,
    story_id: int,
    revision: int,
    standing: Standing | None,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Story:
    """Sets the standing, or gives it back to the rule; from now on, for what was sent is corrected."""
    await demand(session, by, Act.CORRECT, owners=owners)
    if standing is not None and standing not in TO_CHOOSE:
        raise Stale("gone")
    return await _judge(session, story_id, revision, by, now, standing=standing)


async def judge_severity(
    session: AsyncSession,
    story_id: int,
    revision: int,
    severity: Severity | None,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Story:
    """Sets the severity, or gives it back to the rule."""
    await demand(session, by, Act.CORRECT, owners=owners)
    return await _judge(session, story_id, revision, by, now, severity=severity)


async def _judge(
    session: AsyncSession,
    story_id: int,
    revision: int,
    by: int,
    now: datetime,
    **said: Standing | Severity | None,
) -> Story:
    story = await session.get(Story, story_id)
    if story is None:
        raise Stale("gone")
    wanted = {"standing": story.set_standing, "severity": story.set_severity} | said
    story = await override(session, story_id, revision, now=now, **wanted)  # type: ignore[arg-type]
    ((what, word),) = said.items()
    await record(session, f"judge_{what}", f"story:{story_id}", by=by, now=now, word=word or "rule")
    return story
