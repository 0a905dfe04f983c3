"""The clock all workers share (edge): the database's on PostgreSQL, this machine's on SQLite."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

WIDEST_BRACKET = 0.020
"""Seconds between the two local readings around the shared one; wider, and it says too little."""

_DATABASE_CLOCK = text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment on two clocks: the shared one, and this process's monotonic one."""

    now: datetime
    monotonic: float

    def monotonic_at(self, moment: datetime) -> float:
        """When the monotonic clock will show what is ``moment`` on the shared one."""
        return self.monotonic + (moment - self.now).total_seconds()


class Clock(Protocol):
    """Reads the shared clock within a transaction, after the gate was locked."""

    async def read(self, session: AsyncSession) -> Reading | None:
        """None where the reading took too long to rely upon."""

    def monotonic(self) -> float:
        """Seconds; never set back."""

    async def sleep_until(self, monotonic: float) -> None:
        """Waits; returns at once for what has passed."""


class SharedClock:
    """The real one."""

    async def read(self, session: AsyncSession) -> Reading | None:
        """The database's clock between two local readings; they date it to half their distance."""
        if session.get_bind().dialect.name == "sqlite":
            return Reading(datetime.now(UTC), time.monotonic())
        before = time.monotonic()
        now = (await session.execute(_DATABASE_CLOCK)).scalar_one()
        after = time.monotonic()
        if after - before > WIDEST_BRACKET:
            return None
        return Reading(now.astimezone(UTC), (before + after) / 2)

    def monotonic(self) -> float:
        """Seconds; never set back."""
        return time.monotonic()

    async def sleep_until(self, monotonic: float) -> None:
        """Waits; returns at once for what has passed."""
        if (remaining := monotonic - time.monotonic()) > 0:
            await asyncio.sleep(remaining)
