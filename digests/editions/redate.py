"""A clock that was set forward by mistake, and back, leaves slots that are due too late (verbs): they moved
on from what had not come yet. What was told stays told: an appointment knows its last date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.slot import Slot
from digests.editions.due import following


@dataclass(frozen=True, slots=True)
class Late:
    """A slot that is due later than its next occurrence."""

    slot_id: int
    was: datetime
    due_at: datetime
    local_date: date


async def dated_too_late(session: AsyncSession, *, now: datetime) -> list[Late]:
    """Goes through the slots, reading only: there are thousands, and as a rule none is."""
    columns = (Slot.id, Slot.timezone, Slot.minute, Slot.weekdays, Slot.next_due_at)
    rows = await session.execute(select(*columns).where(Slot.next_due_at > now))
    found = []
    for slot_id, timezone, minute, weekdays, was in rows:
        due_at, day = following(timezone, minute, weekdays, now=now)
        if due_at < was:
            found.append(Late(slot_id, was, due_at, day))
    return found


async def redate(session: AsyncSession, late: Sequence[Late]) -> None:
    """Dates them anew, unless they were looked at meanwhile."""
    for one in late:
        await session.execute(
            update(Slot)
            .where(Slot.id == one.slot_id, Slot.next_due_at == one.was)
            .values(next_due_at=one.due_at, next_local_date=one.local_date)
        )
