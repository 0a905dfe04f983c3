"""Nothing more goes to one chat (verb): what waits for it is cancelled and entered into the ledger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.control import cancel
from digests.outbox.dispatch import Content, Dispatch, DispatchState
from digests.outbox.held import drop_held
from digests.outbox.ledger import dispatches_of, entry, record
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.notice import Notice
from digests.outbox.receipt import Outcome

_WAITING = (MessageState.READY, MessageState.HELD)
_UNFINISHED = (DispatchState.RUNNING, DispatchState.PAUSED)


async def withdraw_from(session: AsyncSession, chat_id: int, *, now: datetime, reason: str) -> None:
    """Cancels dispatches for this chat alone, its share of the others, and notes meant for it."""
    alone = await session.scalars(
        select(Dispatch.id).where(Dispatch.chat_id == chat_id, Dispatch.state.in_(_UNFINISHED))
    )
    for dispatch_id in alone.all():
        await cancel(session, dispatch_id, now=now, reason=reason)
    await _enter_cancelled(session, chat_id, now, reason)
    await drop_held(session, chat_id)
    notes = select(Dispatch.subject_id).where(
        Dispatch.chat_id == chat_id, Dispatch.content == Content.NOTICE
    )
    await session.execute(delete(Notice).where(Notice.id.in_(notes)))


async def _enter_cancelled(session: AsyncSession, chat_id: int, now: datetime, reason: str) -> None:
    waiting = select(OutboxMessage).where(
        OutboxMessage.chat_id == chat_id, OutboxMessage.state.in_(_WAITING)
    )
    rows = (await session.scalars(waiting)).all()
    dispatches = await dispatches_of(session, rows)
    entries = [
        entry(
            row,
            dispatches[row.dispatch_id],
            Outcome.CANCELLED,
            reason,
            revision=dispatches[row.dispatch_id].revision,
            message_id=None,
            closes=True,
            now=now,
        )
        for row in rows
    ]
    await record(session, entries, [row.id for row in rows])
