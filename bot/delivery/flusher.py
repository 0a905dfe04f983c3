"""Results are written down in batches (door): at most 20 ms or 64 results behind the wire."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.delivery.counts import Counts
from digests.outbox.clock import Clock
from digests.outbox.dispatch import Content
from digests.outbox.settle import Result, settle
from digests.storage.database import Database
from digests.storage.trouble import TROUBLE

_LOG = logging.getLogger(__name__)

BEHIND_SECONDS = 0.020
BEHIND_RESULTS = 64
LARGEST = 512
"""Results in one transaction, when many came while the last one was written."""

DATABASE_PAUSE = 0.5
"""Seconds until the next try where the database does not answer."""


_ASK_AGAIN = ("08", "40", "53", "57")
"""Classes of PostgreSQL's states: connection trouble, a transaction that lost against another, want of
resources, a server that starts, stops or is stopped by its operator."""


class Flusher:
    """Holds results until they are in the database; a database that is away loses none of them."""

    def __init__(
        self,
        database: Database,
        *,
        bot_id: int,
        rate: float,
        clock: Clock,
        counts: Counts,
        at_most_once: Collection[Content] = (),
    ) -> None:
        self._at_most_once = at_most_once
        self._database, self._bot_id, self._rate = database, bot_id, rate
        self._clock = clock
        self._results: list[Result] = []
        self._some, self._many = asyncio.Event(), asyncio.Event()
        self._writing = asyncio.Lock()
        self._counts = counts

    def add(self, result: Result) -> None:
        """Takes one result; never waits."""
        self._results.append(result)
        self._some.set()
        if len(self._results) >= BEHIND_RESULTS:
            self._many.set()

    async def run(self) -> None:
        """Writes until it is cancelled."""
        while True:
            await self._some.wait()
            with suppress(TimeoutError):  # fewer than a full batch: they have waited long enough
                async with asyncio.timeout(BEHIND_SECONDS):
                    await self._many.wait()
            await self._write_next()

    async def flush(self, patience: float) -> None:
        """Writes all there is; again and again until the database took it, or ``patience`` seconds passed:
        then the leases run out, and what may have arrived is in doubt."""
        clock = asyncio.get_running_loop()
        until = clock.time() + patience
        while self._results and clock.time() < until:
            await self._write_next()
        if self._results:
            _LOG.error("the database took no results: %d messages are in doubt", len(self._results))

    async def _write_next(self) -> None:
        """One transaction. What comes meanwhile waits for its own: many small ones cost most."""
        async with self._writing:
            batch = self._results[:LARGEST]
            try:
                await self._write(batch)
                done = len(batch)
            except TROUBLE as error:
                done = 0 if is_away(error) else await self._write_singly(batch)
            if done < len(batch):
                # The commit may have come through: the slot numbers make a second one harmless.
                _LOG.warning("settling waits for the database")
                await asyncio.sleep(DATABASE_PAUSE)
            del self._results[:done]
            if len(self._results) < BEHIND_RESULTS:
                self._many.clear()
            if not self._results:
                self._some.clear()

    async def _write_singly(self, batch: list[Result]) -> int:
        """One result that the database refuses must not hold up the others; its lease runs out. How
        many are done with before the database goes away."""
        for done, result in enumerate(batch):
            try:
                await self._write([result])
            except TROUBLE as error:
                if is_away(error):
                    return done
                _LOG.exception("cannot settle message %d", result.id)
        return len(batch)

    async def _write(self, batch: list[Result]) -> None:
        async with self._database.write() as session:
            # Read here: by a clock that was set back since it was last read, what is to wait a second
            # would wait for an hour.
            now = (await self._clock.read(session)).now
            settled = await settle(
                session,
                batch,
                bot_id=self._bot_id,
                ceiling=self._rate,
                now=now,
                at_most_once=self._at_most_once,
            )
        for name in settled.__slots__:
            self._counts.settled[name] += getattr(settled, name)


def is_away(error: BaseException) -> bool:
    """Whether the database could not be asked, or asks to be asked again; not that it refused. A server
    that starts or stops says so in words that SQLAlchemy files under no kind: the state's class tells."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    if not isinstance(error, DBAPIError):
        return isinstance(error, TROUBLE)
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state[:2] in _ASK_AGAIN
