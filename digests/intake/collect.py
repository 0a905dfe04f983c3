"""Verb: read every source that is due, keep what is new.

Take (a short transaction) -> go out (no transaction: fetch, parse, pages) -> settle (a short
transaction for each source). Whoever takes a source moves its next reading on by a lease, so that
another worker leaves it alone, and a crash makes it due again.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.errors import (
    AddressRefused,
    BadStatus,
    Gone,
    NotAFeed,
    SourceError,
    TooLarge,
)
from digests.intake import page
from digests.intake.cadence import after_failure, after_success
from digests.intake.draft import Draft, Origin, drafts_of_feed, with_page
from digests.intake.entry import Feed
from digests.intake.feed import parse
from digests.intake.fetch import FeedClient, Fetched
from digests.intake.keep import Kept, keep, unknown
from digests.intake.receive import origin_of
from digests.intake.source import Source, SourceKind, SourceState
from digests.intake.sources import host_of
from digests.storage.database import Database

LEASE = timedelta(minutes=10)
"""How long a source that was taken is left to its taker."""
MOST_PAGES = 40
"""Article pages fetched in one reading of one source."""
_TAKEN_AT_ONCE = 64
_PAGES_FAILED = 3


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


@dataclass(frozen=True, slots=True)
class SourceRead:
    """How one reading ended, for progress and logs."""

    source_id: int
    title: str
    state: SourceState
    reason: str | None
    kept: Kept
    seconds: float


@dataclass(slots=True)
class CollectReport:
    """How a round of reading ended."""

    read: int = 0
    failed: int = 0
    kept: Kept = field(default_factory=Kept)

    def add(self, read: SourceRead) -> None:
        """Counts one more source."""
        self.read += 1
        self.failed += read.state not in (SourceState.OK, SourceState.PAUSED)
        self.kept += read.kept


async def collect(
    database: Database,
    client: FeedClient,
    *,
    now: Callable[[], datetime],
    limit: int | None = None,
    progress: Callable[[SourceRead], None] | None = None,
    concurrency: int = 16,
) -> CollectReport:
    """Reads every source that is due now, each once, at most ``limit`` of them."""
    round_ = _Round(database, client, now, limit, progress)
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(round_.work())
    return round_.report


async def take_due(
    session: AsyncSession, *, now: datetime, until: datetime, limit: int
) -> list[Reading]:
    """The sources due at ``now``, longest waiting first, leased until ``until``."""
    due = (
        select(Source)
        .where(Source.kind == SourceKind.FEED, Source.next_read_at <= now)
        .order_by(Source.next_read_at, Source.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    sources = (await session.scalars(due)).all()
    taken = [source.id for source in sources]
    await session.execute(update(Source).where(Source.id.in_(taken)).values(next_read_at=until))
    return [Reading(s.address, origin_of(s), s.full_text, s.etag, s.last_modified) for s in sources]


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


class _Round:
    """One round: workers draw sources from a common store and refill it from the database."""

    def __init__(
        self,
        database: Database,
        client: FeedClient,
        now: Callable[[], datetime],
        limit: int | None,
        progress: Callable[[SourceRead], None] | None,
    ) -> None:
        self.report = CollectReport()
        self._database = database
        self._client = client
        self._now = now
        self._started = now()
        self._left = limit
        self._progress = progress
        self._store: deque[list[Reading]] = deque()
        self._refill = asyncio.Lock()
        # One at a time: two parsers in threads only take the lock of the interpreter from each
        # other and from the event loop, and hold two documents.
        self._parsing = asyncio.Semaphore(1)

    async def work(self) -> None:
        """Reads source after source until none is due."""
        while (readings := await self._next()) is not None:
            for reading in readings:
                await self._read(reading)

    async def _next(self) -> list[Reading] | None:
        async with self._refill:
            if not self._store:
                await self._take()
            return self._store.popleft() if self._store else None

    async def _take(self) -> None:
        """Takes the next sources; those of one host go to one worker, since they wait in turn."""
        count = _TAKEN_AT_ONCE if self._left is None else min(_TAKEN_AT_ONCE, self._left)
        if count <= 0:
            return
        async with self._database.write() as session:
            readings = await take_due(
                session, now=self._started, until=self._now() + LEASE, limit=count
            )
        if self._left is not None:
            self._left -= len(readings)
        by_host: dict[str, list[Reading]] = defaultdict(list)
        for reading in readings:
            by_host[urlsplit(reading.address).netloc].append(reading)
        self._store.extend(by_host.values())

    async def _read(self, reading: Reading) -> None:
        begun = time.monotonic()
        try:
            found = await self._go_out(reading)
        except SourceError as error:
            found = Found(error=error)
        async with self._database.write() as session:
            settled = await settle(session, reading, found, now=self._now())
        if settled is None:
            return
        source, kept = settled
        read = SourceRead(
            source.id, source.title, source.state, source.state_reason, kept,
            time.monotonic() - begun,
        )  # fmt: skip
        self.report.add(read)
        if self._progress is not None:
            self._progress(read)

    async def _go_out(self, reading: Reading) -> Found:
        fetched = await self._client.get(
            reading.address, etag=reading.etag, last_modified=reading.last_modified
        )
        if fetched.unchanged:
            return Found(fetched=fetched)
        async with self._parsing:
            found = await asyncio.to_thread(_understand, fetched, reading.origin, self._now())
        if any(reading.full_text or draft.is_bare for draft in found.drafts):
            found = replace(found, drafts=await self._with_pages(reading, found.drafts))
        return found

    async def _with_pages(self, reading: Reading, drafts: Sequence[Draft]) -> list[Draft]:
        """The drafts, those that are new and need it with the text of their page."""
        async with self._database.read() as session:
            fresh = await unknown(session, reading.origin.source_id, drafts)
        wanted = [d for d in fresh if d.url and (d.is_bare or reading.full_text)][:MOST_PAGES]
        pages: dict[str, Draft] = {}
        failed = 0
        for draft in wanted:
            filled = await self._page(draft)
            failed = 0 if filled is not None else failed + 1
            if filled is not None:
                pages[draft.identity] = filled
            if failed >= _PAGES_FAILED:
                break
        return [pages.get(draft.identity, draft) for draft in drafts]

    async def _page(self, draft: Draft) -> Draft | None:
        """The draft with its page; None where the page cannot be had."""
        try:
            fetched = await self._client.get(draft.url or "")
        except SourceError:
            return None
        async with self._parsing:
            said = await asyncio.to_thread(
                page.extract, fetched.body, url=fetched.url, charset=fetched.charset
            )
        return with_page(draft, said.title, said.text, said.summary, said.image_url)


def _understand(fetched: Fetched, origin: Origin, now: datetime) -> Found:
    feed = parse(fetched.body, url=fetched.url, charset=fetched.charset)
    drafts, affixes = drafts_of_feed(feed, origin, now)
    # The body is let go here: a round holds what it found, not what it read.
    return Found(
        fetched=replace(fetched, body=b""), feed=replace(feed, entries=()), drafts=drafts,
        affixes=affixes,
    )  # fmt: skip


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
