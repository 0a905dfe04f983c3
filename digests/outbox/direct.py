"""A direct answer to a person's tap or command takes its slot (verb), from the same gate as the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox import pace
from digests.outbox.claim import EPOCH, follow_clock, locked_gate, move_paces
from digests.outbox.clock import Clock
from digests.outbox.gate import ChatPace
from digests.outbox.lanes import answered_in_a_row, one_more_answered


@dataclass(frozen=True, slots=True)
class Slot:
    """When to go on, on the monotonic clock; and whether the slot is ours, or to be asked for then."""

    at: float
    is_taken: bool
    waits_for_chat: bool = False
    """The chat's own pace is what it waits for, not the gate."""
    number: int = 0
    """The gate's."""
    tat: datetime | None = None
    """The next free slot after it, where this worker claimed last: it leads on."""


async def take_slot(
    session: AsyncSession,
    clock: Clock,
    *,
    bot_id: int,
    ceiling: float,
    chat_id: int | None,
    last: datetime | None = None,
    is_alone: bool = False,
    again: bool = False,
) -> Slot:
    """The next slot for one message into ``chat_id``; none is taken that lies more than 250 ms ahead, or
    after many answers in a row only one that comes next: what waits in the outbox has its share.

    ``last`` is the ``tat`` of this worker's last claim: where another claimed since, and was late, it keeps
    as far away. ``again``: this message missed a slot; the next one has ``pace.ROOM`` to be missed by, for
    which those after it make way.
    """
    gate = await locked_gate(session, bot_id, ceiling, EPOCH)
    reading = await clock.read(session)
    if not reading.is_close:
        return Slot(clock.monotonic(), is_taken=False)
    if pace.was_set_back(reading.now, gate.tat):
        await follow_clock(session, gate, reading.now)
    leads = is_alone or gate.tat == last
    free = gate.tat if leads else pace.pushed(gate.tat, reading.now, timedelta(seconds=gate.late))
    slot = open_at = pace.first_slot(reading.now, free, gate.hold_until)
    busy_until = await _busy_until(session, chat_id)
    if chat_id is not None and busy_until is not None and again:
        busy_until -= pace.chat_interval(chat_id)  # it waits for what has not left
    if chat_id is not None and busy_until is not None:
        slot = max(slot, busy_until - pace.chat_burst(chat_id))
    step = pace.interval(pace.rate_now(gate.rate, gate.rate_changed_at, reading.now, ceiling))
    ahead = pace.answers_ahead(step, in_a_row=answered_in_a_row(gate.wheel))
    if slot > reading.now + ahead:
        return Slot(reading.monotonic_at(slot - ahead), False, waits_for_chat=slot > open_at)
    gate.tat = slot + step + (pace.ROOM if again else timedelta(0))
    gate.wheel = one_more_answered(gate.wheel)
    gate.slot_no += 1
    if not leads:
        gate.late = 0.0
    await session.flush()
    if chat_id is not None:
        await move_paces(session, {chat_id: pace.next_in_chat(chat_id, busy_until, slot)})
    at = reading.monotonic_at(slot)
    return Slot(at, True, number=gate.slot_no, tat=gate.tat if leads else None)


async def _busy_until(session: AsyncSession, chat_id: int | None) -> datetime | None:
    if chat_id is None:
        return None
    return await session.scalar(select(ChatPace.next_send_at).where(ChatPace.chat_id == chat_id))
