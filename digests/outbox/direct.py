"""A direct answer to a person's tap or command takes its slot (verb), from the same gate as the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox import pace
from digests.outbox.claim import EPOCH, follow_clock, locked_gate, move_paces
from digests.outbox.clock import Clock
from digests.outbox.gate import ChatPace


@dataclass(frozen=True, slots=True)
class Slot:
    """When to go on, on the monotonic clock; and whether the slot is ours, or to be asked for then."""

    at: float
    is_taken: bool


async def take_slot(
    session: AsyncSession, clock: Clock, *, bot_id: int, ceiling: float, chat_id: int | None
) -> Slot:
    """The next slot for one message into ``chat_id``; none is taken that lies more than 250 ms ahead."""
    gate = await locked_gate(session, bot_id, ceiling, EPOCH)
    reading = await clock.read(session)
    if not reading.is_close:
        return Slot(clock.monotonic(), is_taken=False)
    if pace.was_set_back(reading.now, gate.tat):
        await follow_clock(session, gate, reading.now)
    slot = pace.first_slot(reading.now, gate.tat, gate.hold_until)
    busy_until = await _busy_until(session, chat_id)
    if chat_id is not None and busy_until is not None:
        slot = max(slot, busy_until - pace.chat_burst(chat_id))
    if slot > reading.now + pace.AHEAD:
        return Slot(reading.monotonic_at(slot - pace.AHEAD), is_taken=False)
    rate = pace.rate_now(gate.rate, gate.rate_changed_at, reading.now, ceiling)
    gate.tat = slot + pace.interval(rate)
    gate.slot_no += 1
    await session.flush()
    if chat_id is not None:
        await move_paces(session, {chat_id: pace.next_in_chat(chat_id, busy_until, slot)})
    return Slot(reading.monotonic_at(slot), is_taken=True)


async def _busy_until(session: AsyncSession, chat_id: int | None) -> datetime | None:
    if chat_id is None:
        return None
    return await session.scalar(select(ChatPace.next_send_at).where(ChatPace.chat_id == chat_id))
