"""Finds what has to be decided at the desk (verb), in the tables that the stages before have filled.

Finding only reads, and may take its time. Then ``keep_up`` writes, in a transaction of its own: what was
found is raised, what is found no more is over by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, AlertState
from digests.alerts.decide import STILL_BREAKING
from digests.alerts.matter import (
    Matter,
    MatterKind,
    MatterState,
    open_matters,
    raise_matter,
    settle,
)
from digests.alerts.telling import retell
from digests.alerts.wording import headline
from digests.outbox.again import Fate, Group, given_up
from digests.outbox.dispatch import Content
from digests.stories.story import Story, StoryRevision
from digests.vocabulary import Severity, Standing

Found = Mapping[str, Mapping[str, Any]]
"""The values of each matter there is, by its key."""

OVER = "over"

KEPT = timedelta(days=90)
"""As long as notices are."""

RETURNING = (MatterKind.SOURCE, MatterKind.DEAD, MatterKind.UNCERTAIN)
"""Settled and found again, it happened again. A decision about a story or an edit stands."""


async def keep_up(session: AsyncSession, kind: MatterKind, found: Found, *, now: datetime) -> None:
    """Raises what is found and ends what is not; the notices that told of it follow."""
    known = {matter.key: matter for matter in await open_matters(session, kind)}
    changed = [m for key, m in known.items() if m.values != dict(found.get(key, {}))]
    for matter in changed:
        if matter.key in found:
            matter.values = dict(found[matter.key])
        else:
            settle(matter, OVER, now=now)
    for key in sorted(found.keys() - known.keys()):
        matter = await raise_matter(session, kind, key, found[key], now=now)
        # Decided while we looked: what we saw is older.
        if kind in RETURNING and matter.settled_at is not None and matter.settled_at < now:
            _reopen(matter, found[key], now)
    await retell(session, [matter.id for matter in changed], now=now)


async def forget_settled(session: AsyncSession, *, now: datetime) -> None:
    """Lets go of what was decided long ago; the audit log keeps who decided."""
    old = (Matter.state == MatterState.SETTLED) & (Matter.settled_at < now - KEPT)
    await session.execute(delete(Matter).where(old))


async def flash_stories(session: AsyncSession, *, now: datetime) -> Found:
    """Stories that the rule calls flash, and that no alert tells yet."""
    told = exists().where(Alert.story_id == Story.id, Alert.state != AlertState.REJECTED)
    rows = await session.execute(
        select(StoryRevision)
        .join(
            Story,
            and_(Story.id == StoryRevision.story_id, Story.revision == StoryRevision.revision),
        )
        .where(
            Story.severity == Severity.FLASH,
            Story.standing != Standing.RETRACTED,
            Story.news_at > now - STILL_BREAKING,
            ~told,
        )
    )
    return {
        str(story.story_id): {
            "story": story.story_id,
            "title": story.title,
            "sources": [source["name"] for source in story.sources],
            "source_count": story.source_count,
            "news_at": story.made_at.isoformat(),
        }
        for story in rows.scalars()
    }


async def dead_letters(session: AsyncSession, *, now: datetime) -> Found:
    """Messages that will not go out however often they are tried, by dispatch."""
    return await _given_up(session, Fate.DEAD, now)


async def uncertain_sends(session: AsyncSession, *, now: datetime) -> Found:
    """Messages that may have arrived or not, by dispatch."""
    return await _given_up(session, Fate.UNCERTAIN, now)


async def _given_up(session: AsyncSession, fate: Fate, now: datetime) -> Found:
    groups = [group for group in await given_up(session, fate, now=now) if _concerns(group)]
    return {str(group.dispatch.id): await _of_dispatch(session, group) for group in groups}


def _reopen(matter: Matter, values: Mapping[str, Any], now: datetime) -> None:
    matter.state, matter.values, matter.made_at = MatterState.OPEN, dict(values), now
    matter.told_at = matter.waits_until = matter.decision = None
    matter.settled_at = None


def _concerns(group: Group) -> bool:
    """A notice of ours that is lost is no matter of its own; an edit overtaken by a newer one neither."""
    overtaken = group.is_edit and not group.may_go_again
    return group.dispatch.content is not Content.NOTICE and not overtaken


async def _of_dispatch(session: AsyncSession, group: Group) -> dict[str, Any]:
    dispatch = group.dispatch
    return {
        "dispatch": dispatch.id,
        "content": dispatch.content.value,
        "subject": dispatch.subject_id,
        "headline": await _headline(session, dispatch.content, dispatch.subject_id),
        "is_edit": group.is_edit,
        "count": group.count,
        "reason": group.reason,
        "is_paused": group.paused_itself,
        "may_go_again": group.may_go_again,
        "planned_at": dispatch.created_at.isoformat(),
    }


async def _headline(session: AsyncSession, content: Content, subject_id: int) -> str | None:
    """An alert's headline; a digest has many."""
    if content is not Content.ALERT:
        return None
    alert = await session.get(Alert, subject_id)
    if alert is None:
        return None
    words = await session.get_one(AlertRevision, (alert.id, alert.revision))
    return headline(words.texts[words.main_language])
