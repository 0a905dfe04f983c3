"""When a worker asks for slots, and the asking (edge): who leads asks while others watch, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from bot.delivery.counts import Counts
from bot.delivery.wire import Wire
from digests.outbox import pace
from digests.outbox.claim import LEAD, Claim, claim
from digests.outbox.clock import Clock
from digests.outbox.glance import Glance, glance
from digests.storage.database import Database

IDLE = 0.25
"""Seconds between two looks into an empty outbox; what this process plans wakes the courier sooner."""

STANDING_BACK = 0.060
"""Seconds, at most, by which a worker that came too late asks after the one that was there first."""

LONGEST_LEAD = timedelta(milliseconds=200)

_NO_TIME = timedelta(0)


class Claimer:
    """One worker's. ``now``: the shared clock's time, as last read and carried on."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        now: Callable[[], datetime],
        wire: Wire,
        counts: Counts,
        *,
        bot_id: int,
        owner: str,
        ceiling: float,
        dice: Random,
    ) -> None:
        self._database, self._clock, self._now = database, clock, now
        self._wire, self._leading, self._counts = wire, wire.leading, counts
        self._bot_id, self._owner, self._ceiling, self._dice = bot_id, owner, ceiling, dice
        self._lead = LEAD
        self._had_urgent = False
        self._last_no: int | None = None

    async def look(self, most: int) -> tuple[Claim | None, float]:
        """One look and, where there is something, one claim; and when to look again (monotonic)."""
        seen = await self.glance(pace.AHEAD)
        if not seen.is_waiting:
            self._had_urgent = False
            return None, self._clock.monotonic() + IDLE
        is_new = seen.has_urgent and not self._had_urgent
        hurry = is_new and self._leading.leads(seen.tat)
        if not hurry and (patience := self._taken_by_others(seen)) > _NO_TIME:
            return None, self._clock.monotonic() + patience.total_seconds()
        taken = await self.claim(most, hurry=hurry)
        if taken.messages:
            self._had_urgent = seen.has_urgent
            return taken, taken.again_at
        if hurry:
            return taken, taken.open_at
        # Whoever found the slots taken stands back a little: one worker claims, the others watch.
        return taken, taken.again_at + self._dice.uniform(0, STANDING_BACK)

    async def glance(self, within: timedelta) -> Glance:
        """What the gate and the outbox look like, read without the lock that all workers wait for."""
        async with self._database.read() as session:
            return await glance(session, self._bot_id, horizon=self._now() + within)

    async def claim(self, most: int, *, hurry: bool = False) -> Claim:
        """Takes at most so many messages, whoever leads."""
        began = self._clock.monotonic()
        async with self._database.write() as session:
            taken = await claim(
                session,
                self._clock,
                bot_id=self._bot_id,
                owner=self._owner,
                ceiling=self._ceiling,
                most=most,
                lead=self._lead,
                last=self._leading.tat,
                last_no=self._last_no,
                is_alone=self._database.is_sqlite,
                late=self._missed(),
                hurry=hurry,
            )
        self._leading.claimed(taken)
        if taken.slot_no is not None:
            self._last_no = taken.slot_no
            self._wire.others_took(taken.others)
        self._counts.claims += 1
        self._counts.claim_seconds += self._clock.monotonic() - began
        # A slow commit must not eat the slots it brings: the next claim's begin that much later.
        took = timedelta(seconds=self._clock.monotonic() - taken.read_at)
        self._lead = min(LONGEST_LEAD, max(LEAD, took * 1.5, self._lead * 0.9))
        return taken

    def _taken_by_others(self, seen: Glance) -> timedelta:
        """How long the slots ahead are claimed."""
        now = self._now()
        leads = self._leading.leads(seen.tat)
        if not leads and self._missed() > pace.TOLERATED_LATE:
            return _NO_TIME  # the others' slots must move, and only a claim does that
        if seen.tat is None or pace.was_set_back(now, seen.tat):
            return _NO_TIME
        return pace.ask_at(seen.tat, self._lead, leads=leads) - now

    def _missed(self) -> timedelta:
        return self._leading.late(self._clock.monotonic(), self._wire.counted_by)
