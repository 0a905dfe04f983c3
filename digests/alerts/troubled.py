"""Finds sources that are silent for longer than they ever are, that fail, or that ended (verb, reading
only)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.matter import MatterKind, open_matters
from digests.alerts.quiet_sources import SILENT
from digests.alerts.watch import Found
from digests.intake.article import Article
from digests.intake.silence import REMEMBERED_FOR, SHORTEST, patience, silent_since
from digests.intake.source import Source, SourceKind, SourceState
from digests.outbox.gate import Worker
from digests.stories.story import StoryArticle, StoryTopic

FAILS = 3
"""Readings in a row; one that failed says nothing."""

FAILS_FOR = timedelta(hours=1)

ALIVE = timedelta(minutes=5)
"""A worker not heard of for so long is away."""

OFTEN = 3
"""Articles on a topic in two weeks: fewer were chance."""


async def troubled_sources(session: AsyncSession, *, now: datetime) -> Found:
    """Sources that are silent for longer than they ever are, that fail, or that ended."""
    found = {str(source.id): _trouble(source) for source in await _troubled(session, now)}
    awake = await _awake_since(session, now)
    known = {matter.key for matter in await open_matters(session, MatterKind.SOURCE)}
    for source in await _quiet(session, now):
        published = await _published(session, source)
        since = silent_since(published, now)
        could_speak = _could_be_heard(source, awake, patience(published), now)
        if since is not None and (could_speak or str(source.id) in known):
            found.setdefault(str(source.id), _about(source, SILENT, since))
    for values in found.values():
        values["topics"] = await _topics(session, values["source"])
    return found


async def _troubled(session: AsyncSession, now: datetime) -> Iterable[Source]:
    fine = (SourceState.OK, SourceState.PAUSED, SourceState.GONE)
    fails = and_(
        Source.state.not_in(fine),
        Source.failures >= FAILS,
        Source.state_since < now - FAILS_FOR,
    )
    ended = and_(Source.state == SourceState.GONE, Source.state_reason != "removed")
    wanted = select(Source).where(Source.kind == SourceKind.FEED, or_(fails, ended))
    return (await session.scalars(wanted)).all()


async def _quiet(session: AsyncSession, now: datetime) -> Iterable[Source]:
    """Those that could be silent for too long; an imported file has no rhythm."""
    wanted = select(Source).where(
        Source.kind != SourceKind.FILE,
        Source.state.not_in((SourceState.PAUSED, SourceState.GONE)),
        Source.last_new_at < now - SHORTEST,
    )
    return (await session.scalars(wanted)).all()


async def _awake_since(session: AsyncSession, now: datetime) -> datetime | None:
    """Since when somebody of us has been listening; None where nobody knows."""
    alive = select(func.min(Worker.started_at)).where(Worker.heartbeat_at > now - ALIVE)
    return await session.scalar(alive)


def _could_be_heard(
    source: Source, awake: datetime | None, usual: timedelta | None, now: datetime
) -> bool:
    """While we were away everybody was silent to us: a feed is judged once it was read again, what is
    brought to us when we have listened for as long as it may be silent."""
    if awake is None or usual is None:
        return True
    if source.kind is SourceKind.FEED:
        return source.last_ok_at is not None and source.last_ok_at > awake
    return now - awake > usual


async def _published(session: AsyncSession, source: Source) -> list[datetime]:
    """While it still spoke: a silence of weeks does not make itself usual."""
    assert source.last_new_at is not None  # noqa: S101 - ``_quiet`` asked for it
    wanted = select(Article.published_at).where(
        Article.source_id == source.id,
        Article.published_at > source.last_new_at - REMEMBERED_FOR,
    )
    return list(await session.scalars(wanted))


async def _topics(session: AsyncSession, source_id: int) -> list[str]:
    """What it told of while it spoke: who reads about these misses it."""
    last = select(func.max(Article.published_at)).where(Article.source_id == source_id)
    newest = await session.scalar(last)
    if newest is None:
        return []
    told = (
        select(StoryTopic.topic)
        .join(StoryArticle, StoryArticle.story_id == StoryTopic.story_id)
        .join(Article, Article.id == StoryArticle.article_id)
        .where(Article.source_id == source_id, Article.published_at > newest - REMEMBERED_FOR)
        .group_by(StoryTopic.topic)
        .having(func.count() >= OFTEN)
        .order_by(StoryTopic.topic)
    )
    return list(await session.scalars(told))


def _trouble(source: Source) -> dict[str, Any]:
    since = source.last_ok_at or source.state_since or source.created_at
    return _about(source, source.state.value, since)


def _about(source: Source, why: str, since: datetime) -> dict[str, Any]:
    return {
        "source": source.id,
        "title": source.title,
        "is_feed": source.kind is SourceKind.FEED,
        "why": why,
        "since_at": since.isoformat(),
    }
