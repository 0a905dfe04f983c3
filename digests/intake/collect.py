"""Verb: read every source that is due, keep what is new.

Take (a short transaction) -> go out (no transaction: fetch, parse, pages) -> settle (a short
transaction for each source). Whoever takes a source moves its next reading on by a lease, so that
another worker leaves it alone, and a crash makes it due again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import AsyncSession

from digests.errors import SourceError
from digests.intake import page
from digests.intake.draft import Draft, Origin, drafts_of_feed, with_page
from digests.intake.feed import parse
from digests.intake.fetch import FeedClient, Fetched
from digests.intake.keep import Kept, unknown
from digests.intake.receive import origin_of
from digests.intake.settle import Found, Reading, settle
from digests.intake.source import Source, SourceKind, SourceState
from digests.storage.database import Database

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""How long a source that was taken is left to its taker."""
MOST_PAGES = 40
"""Article pages fetched in one reading of one source."""
_TAKEN_AT_ONCE = 64
_PAGES_FAILED = 3


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
        except Exception as error:
            # Our mistake: told loudly, and no reason for the other sources to wait.
            _log.exception("reading source %d failed", reading.origin.source_id)
            found = Found(error=SourceError(f"unexpected {type(error).__name__}"))
        settled = await self._settle(reading, found)
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

    async def _settle(self, reading: Reading, found: Found) -> tuple[Source, Kept] | None:
        try:
            async with self._database.write() as session:
                return await settle(session, reading, found, now=self._now())
        except DataError as error:
            # Something that this engine cannot store: the source must not come first for ever.
            # Without the trace: its message would hold the text.
            _log.error("what source %d said cannot be stored", reading.origin.source_id)
            refused = Found(error=SourceError(f"unexpected {type(error).__name__}"))
            async with self._database.write() as session:
                return await settle(session, reading, refused, now=self._now())

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
