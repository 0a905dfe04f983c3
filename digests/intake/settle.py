"""Verb: write down what a reading brought: new articles, how the source is, when it is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.errors import AddressRefused, BadStatus, Gone, NotAFeed, SourceError, TooLarge
from digests.intake.cadence import after_failure, after_success
from digests.intake.draft import Draft, Origin
from digests.intake.dropped import note_dropped
from digests.intake.entry import Feed
from digests.intake.fetch import Fetched
from digests.intake.keep import Kept, keep
from digests.intake.source import Source, SourceKind, SourceState
from digests.intake.sources import host_of


@dataclass(frozen=True, slots=True)
class Reading:
    """A source taken for reading: what must be known of it outside a transaction."""

    address: str
    origin: Origin
    full_text: bool
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a reading brought back: an answer and drafts, or an error."""

    error: SourceError | None = None
    fetched: Fetched | None = None
    feed: Feed | None = None
    drafts: Sequence[Draft] = ()
    affixes: tuple[str, ...] = ()


async def settle(
    session: AsyncSession, reading: Reading, found: Found, *, now: datetime
) -> tuple[Source, Kept] | None:
    """Keeps what was found and writes down how the source is; None where it was removed meanwhile."""
    source = await session.get(Source, reading.origin.source_id)
    if source is None:
        return None
    kept = await keep(session, source.id, found.drafts, now=now)
    source.last_read_at = now
    if source.state is SourceState.PAUSED:
        # An editor paused it while it was being read: what came is kept, the pause stands.
        source.next_read_at = None
    elif found.error is not None:
        _settle_failure(source, found.error, now)
    else:
        await _settle_success(session, source, found, now)
    if kept.new:
        source.last_new_at = now
    await session.flush()
    return source, kept


def _settle_failure(source: Source, error: SourceError, now: datetime) -> None:
    source.failures += 1
    _enter(source, _state_of(error), str(error), now)
    if isinstance(error, Gone):
        source.next_read_at = None
        return
    source.next_read_at = after_failure(
        now,
        timedelta(minutes=source.interval_minutes),
        source.failures,
        asked=error.retry_after if isinstance(error, BadStatus) else None,
        spread=source.id,
    )


async def _settle_success(
    session: AsyncSession, source: Source, found: Found, now: datetime
) -> None:
    fetched, feed = found.fetched, found.feed
    had_failed, source.failures = source.failures > 0, 0
    source.last_ok_at = now
    asked = feed.asks_for if feed else None
    source.next_read_at = after_success(now, timedelta(minutes=source.interval_minutes), asked)
    if feed is None:
        # Unchanged: a flaw of the body that we hold is still there.
        if had_failed or source.state is not SourceState.MALFORMED:
            _enter(source, SourceState.OK, None, now)
        return
    _enter(source, SourceState.MALFORMED if feed.flaw else SourceState.OK, feed.flaw, now)
    if not feed.flaw:
        await note_dropped(session, source.id, found.drafts, now=now)
    source.affixes = list(found.affixes)
    if feed.title and source.title == host_of(source.address):
        source.title = feed.title
    if fetched is not None:
        source.etag, source.last_modified = fetched.etag, fetched.last_modified
        if fetched.moved_to and not await _is_read_elsewhere(session, fetched.moved_to):
            source.address = fetched.moved_to


async def _is_read_elsewhere(session: AsyncSession, address: str) -> bool:
    same = select(Source.id).where(Source.kind == SourceKind.FEED, Source.address == address)
    return (await session.scalar(same)) is not None


def _enter(source: Source, state: SourceState, reason: str | None, now: datetime) -> None:
    if source.state is not state or source.state_since is None:
        source.state_since = now
    source.state, source.state_reason = state, reason


def _state_of(error: SourceError) -> SourceState:
    known = {
        AddressRefused: SourceState.REFUSED,
        TooLarge: SourceState.TOO_LARGE,
        NotAFeed: SourceState.MALFORMED,
        Gone: SourceState.GONE,
    }
    return known.get(type(error), SourceState.FAILING)
