"""What a courier does beside sending (door): feeds the outbox, rescues, is heard of, reads the clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.rest import rest
from digests.outbox.claim import LEASE
from digests.outbox.clock import Clock, Reading
from digests.outbox.control import cancel_expired
from digests.outbox.dispatch import Content, Dispatch, DispatchState
from digests.outbox.expand import CHUNK, FIRST, HUNGRY_SECONDS, Expanded, expand
from digests.outbox.gate import Worker
from digests.outbox.rescue import rescue, tidy
from digests.storage.database import Database
from digests.storage.trouble import TROUBLE, is_passing

_LOG = logging.getLogger(__name__)

FEED_SECONDS = 0.5
LOCKED_SECONDS = 0.01
"""Until the next try, where what is to be fed was locked by who settled some of it."""
AT_ONCE_SECONDS = 2.0 * HUNGRY_SECONDS
"""What goes out in so long is fed at once. The rest comes twice as fast as it goes out: a minute's worth in
one go would take the processor and the database from those who send."""
RESCUE_SECONDS = 5.0
STEP = timedelta(seconds=1)
"""Two readings of the shared clock that differ from the monotonic one by more: it was set."""


class Upkeep:
    """A worker's chores."""

    def __init__(
        self,
        database: Database,
        *,
        name: str,
        rate: float,
        clock: Clock,
        fed: Callable[[], None],
        at_most_once: Collection[Content] = (),
    ) -> None:
        """``fed`` is called when there are new messages in the outbox."""
        self._at_most_once = at_most_once
        self._database, self._name, self._rate, self._clock = database, name, rate, clock
        self._chunk = min(CHUNK, max(FIRST, int(rate * HUNGRY_SECONDS)))
        self._fed = fed
        self._reading: Reading | None = None
        self._no_rescue_before = 0.0
        self._woken = asyncio.Event()
        self._has_arrived = False

    def now(self) -> datetime:
        """The shared clock's time, carried on from its last reading."""
        if self._reading is None:
            return datetime.now(UTC)
        return self._reading.at(self._clock.monotonic())

    def wake(self) -> None:
        """Something was planned: feed at once."""
        self._woken.set()

    async def arrive(self) -> None:
        """Says that this worker is there; on SQLite takes over what the last process left in flight."""
        if self._has_arrived:
            return
        async with self._database.write() as session:
            now = await self._read_clock(session)
            session.add(Worker(id=self._name, started_at=now, heartbeat_at=now))
            if self._database.is_sqlite:
                await rescue(session, now=now, orphans=True, at_most_once=self._at_most_once)
        self._has_arrived = True

    async def run(self) -> None:
        """Until it is cancelled; then both chores have ended, and neither was cancelled twice: who cancels a
        connection that is being closed leaves aiosqlite waiting for a thread that has ended."""
        chores = [asyncio.create_task(chore) for chore in (self._feeding(), self._rescuing())]
        try:
            ended, _ = await asyncio.wait(chores, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
        for chore in ended:
            chore.result()

    async def feed(self) -> None:
        """Puts into the outbox what there is room for."""
        if not await self._is_unfinished():
            return
        step, fed = Expanded(looked=1), 0
        while step.looked or step.was_locked:
            if step.was_locked:
                await asyncio.sleep(LOCKED_SECONDS)
            step = await self._feed_some()
            if step.rows:
                self._fed()
            fed += step.rows
            if fed > self._rate * AT_ONCE_SECONDS:
                await self._breathe(step.rows)

    async def _breathe(self, rows: int) -> None:
        """Not long, and not where something is planned meanwhile: it may be urgent."""
        seconds = min(FEED_SECONDS, rows / (2 * self._rate))
        await rest(self._clock, self._clock.monotonic() + seconds, self._woken)
        self._woken.clear()

    async def _feed_some(self) -> Expanded:
        """One dispatch that cannot be fed keeps no other from it."""
        try:
            async with self._database.write() as session:
                return await expand(session, now=self.now(), rate=self._rate, chunk=self._chunk)
        except Exception as error:
            if is_passing(error):
                raise
        async with self._database.write() as session:
            return await expand(
                session, now=self.now(), rate=self._rate, chunk=self._chunk, apart=True
            )

    async def _feeding(self) -> None:
        while True:
            try:
                await self.feed()
            except TROUBLE as error:
                _LOG.warning("feeding waits for the database: %s", type(error).__name__)
            try:
                # Not wait_for: Python 3.11's loses a cancellation that comes as we are woken.
                async with asyncio.timeout(FEED_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue  # nobody woke us; look all the same
            self._woken.clear()

    async def _is_unfinished(self) -> bool:
        """A read: an idle bot writes nothing."""
        running = select(Dispatch.id).where(Dispatch.state == DispatchState.RUNNING)
        async with self._database.read() as session:
            return await session.scalar(select(exists(running))) or False

    async def _rescuing(self) -> None:
        while True:
            await asyncio.sleep(RESCUE_SECONDS)
            try:
                await self.rescue()
            except TROUBLE as error:
                _LOG.warning("rescuing waits for the database: %s", type(error).__name__)

    async def rescue(self) -> None:
        """One round of everything that heals: leases, expiries, old paces, our own heartbeat."""
        async with self._database.write() as session:
            # Read here: by a clock that was set back since, what is rescued would wait for an hour.
            now = await self._read_clock(session)
            worker = await session.get(Worker, self._name)
            if worker is not None:
                worker.heartbeat_at = now
            if self._clock.monotonic() >= self._no_rescue_before:
                rescued = await rescue(session, now=now, at_most_once=self._at_most_once)
                if rescued.again or rescued.unknown:
                    _LOG.warning("rescued %d messages, %d in doubt", rescued.again, rescued.unknown)
            await cancel_expired(session, now=now)
            await tidy(session, now=now)

    async def _read_clock(self, session: AsyncSession) -> datetime:
        """A clock that was set forward makes every lease look old: then none is, for a lease's time."""
        reading = await self._clock.read(session)
        if self._reading is not None:
            step = reading.now - self._reading.at(reading.monotonic)
            if abs(step) > STEP + timedelta(seconds=reading.width):
                _LOG.warning("the clock was set by %s", step)
                self._no_rescue_before = reading.monotonic + LEASE.total_seconds()
        self._reading = reading
        return reading.now
