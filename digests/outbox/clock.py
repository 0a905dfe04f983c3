"""The clock all workers share (edge): the database's on PostgreSQL, this machine's on SQLite."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

WIDEST_BRACKET = 0.020
"""Seconds between the two local readings around the shared one; wider, and it says too little."""

DRIFT = 0.0001
"""By how much two clocks may run apart, in seconds a second; those of computers do by a fifth of it."""

_DATABASE_CLOCK = text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment on two clocks: the shared one, and this process's monotonic one."""

    now: datetime
    monotonic: float
    width: float = 0.0
    """Seconds that the reading took: half of them is how wrong it may be."""

    @property
    def is_close(self) -> bool:
        """Whether slots may be dated by it. Anything else is told the time by any reading."""
        return self.width <= WIDEST_BRACKET

    def is_told_by(self, earlier: Reading) -> bool:
        """Whether ``earlier``, carried on, says what this one says, and more exactly."""
        drift = abs(self.monotonic - earlier.monotonic) * DRIFT
        apart = abs((self.now - earlier.at(self.monotonic)).total_seconds())
        agrees = apart <= (self.width + earlier.width) / 2 + drift
        return agrees and earlier.width / 2 + drift <= self.width / 2

    def at(self, monotonic: float) -> datetime:
        """What the shared clock shows when the monotonic one shows ``monotonic``, unless it is set."""
        return self.now + timedelta(seconds=monotonic - self.monotonic)

    def monotonic_at(self, moment: datetime) -> float:
        """When the monotonic clock will show what is ``moment`` on the shared one."""
        return self.monotonic + (moment - self.now).total_seconds()


class Clock(Protocol):
    """Reads the shared clock within a transaction, after the gate was locked."""

    async def read(self, session: AsyncSession) -> Reading:
        """What it shows now, and how long it took to ask."""

    def monotonic(self) -> float:
        """Seconds; never set back."""

    async def sleep_until(self, monotonic: float) -> None:
        """Waits; returns at once for what has passed."""


class SharedClock:
    """The real one."""

    def __init__(self) -> None:
        self._closest: Reading | None = None

    async def read(self, session: AsyncSession) -> Reading:
        """The database's clock between two local readings; they date it to half their distance, or to
        less where a closer reading of the last minutes agrees."""
        if session.get_bind().dialect.name == "sqlite":
            return Reading(datetime.now(UTC), time.monotonic())
        before = time.monotonic()
        now = (await session.execute(_DATABASE_CLOCK)).scalar_one()
        after = time.monotonic()
        read = Reading(now.astimezone(UTC), (before + after) / 2, after - before)
        if self._closest is None or not read.is_told_by(self._closest):
            self._closest = read
        return replace(read, now=self._closest.at(read.monotonic))

    def monotonic(self) -> float:
        """Seconds; never set back."""
        return time.monotonic()

    async def sleep_until(self, monotonic: float) -> None:
        """Waits; returns at once for what has passed."""
        if (remaining := monotonic - time.monotonic()) > 0:
            await asyncio.sleep(remaining)
