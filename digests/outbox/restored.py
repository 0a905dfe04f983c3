"""A database that stood still for hours while work was waiting (verb): perhaps a restored backup, whose
queue was sent long ago. All delivery waits for a person's word; a night switched off looks the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.slot import Appointment, Slot
from digests.outbox.claim import EPOCH, locked_gate
from digests.outbox.dispatch import Dispatch, DispatchState
from digests.outbox.gate import Gate, Worker
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Receipt

STALE = timedelta(hours=3)
"""A running bot leaves a trace every five seconds; without one for so long, its database is doubted."""

OVERDUE = timedelta(minutes=10)
"""A digest due longer ago was not planned because nothing ran."""


async def stop_if_restored(
    session: AsyncSession, *, bot_id: int, ceiling: float, now: datetime
) -> timedelta | None:
    """Asked at every start, before anything else runs. Stops all delivery where the newest trace of it
    is older than ``STALE`` and something is unfinished; how old, or none where nothing was stopped."""
    newest = await _newest_trace(session)
    if newest is None or now - newest < STALE or not await _has_work(session, now):
        return None
    gate = await locked_gate(session, bot_id, ceiling, EPOCH)
    if gate.stopped_at is None:
        gate.stopped_at, gate.stopped_told_at = now, None
    await session.flush()
    return now - newest


async def stopped_since(session: AsyncSession) -> datetime | None:
    """Since when all delivery waits for a person; none where it does not."""
    return await session.scalar(select(func.min(Gate.stopped_at)))


async def resume_delivery(session: AsyncSession) -> bool:
    """A person says that what waits is to go out; false where nothing was stopped."""
    resumed = await session.scalars(
        update(Gate)
        .where(Gate.stopped_at.is_not(None))
        .values(stopped_at=None, stopped_told_at=None)
        .returning(Gate.bot_id)
        .execution_options(synchronize_session=False)
    )
    return bool(resumed.all())


async def _newest_trace(session: AsyncSession) -> datetime | None:
    times = [
        await session.scalar(select(func.max(column)))
        for column in (Worker.heartbeat_at, Receipt.sent_at, Dispatch.created_at)
    ]
    return max((at for at in times if at is not None), default=None)


async def _has_work(session: AsyncSession, now: datetime) -> bool:
    unfinished = Dispatch.state.in_((DispatchState.RUNNING, DispatchState.PAUSED))
    overdue = select(Appointment).join(Slot).where(Slot.next_due_at < now - OVERDUE)
    found = or_(
        exists(select(OutboxMessage.id)),
        exists(select(Dispatch.id).where(unfinished)),
        exists(overdue),
    )
    return bool(await session.scalar(select(found)))
