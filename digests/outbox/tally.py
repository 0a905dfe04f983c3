"""How a dispatch stands (verb, reading only): every one of its audience, counted once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.dispatch import Dispatch, MessageKind
from digests.outbox.held import Held
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome, Receipt


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of readers (of copies, for edits). ``waiting`` holds those not yet in the outbox too."""

    audience: int
    waiting: int
    sending: int
    sent: int
    failed: int
    cancelled: int
    unknown: int
    passed_over: int
    held: int = 0
    """Kept for when their readers wake: they get it then, in a message of its own dispatch."""


async def tally(session: AsyncSession, dispatch_id: int) -> Tally:
    """Counts what the outbox and the ledger hold."""
    dispatch = await session.get_one(Dispatch, dispatch_id, populate_existing=True)
    rows = await session.execute(
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.dispatch_id == dispatch_id)
        .group_by(OutboxMessage.state)
    )
    open_rows = {state: count for state, count in rows.all()}  # noqa: C416
    closed = await session.execute(
        select(Receipt.outcome, func.count())
        .where(Receipt.dispatch_id == dispatch_id, Receipt.closes.is_(True))
        .group_by(Receipt.outcome)
    )
    ended = {outcome: count for outcome, count in closed.all()}  # noqa: C416
    held = await session.scalar(
        select(func.count()).select_from(Held).where(Held.dispatch_id == dispatch_id)
    )
    sending = open_rows.pop(MessageState.SENDING, 0)
    return Tally(
        audience=dispatch.audience,
        waiting=dispatch.audience
        - dispatch.expanded
        - dispatch.passed_over
        + sum(open_rows.values()),
        sending=sending,
        sent=ended.get(Outcome.SENT, 0),
        failed=ended.get(Outcome.FAILED, 0),
        cancelled=ended.get(Outcome.CANCELLED, 0),
        unknown=ended.get(Outcome.UNKNOWN, 0),
        passed_over=dispatch.passed_over,
        held=held or 0,
    )


async def arrived_before(session: AsyncSession, dispatch: Dispatch) -> int:
    """Copies that earlier dispatches brought of the same subject."""
    earlier = select(Dispatch.id).where(
        Dispatch.content == dispatch.content,
        Dispatch.subject_id == dispatch.subject_id,
        Dispatch.kind == MessageKind.SEND,
        Dispatch.id < dispatch.id,
    )
    arrived = select(func.count()).where(
        Receipt.dispatch_id.in_(earlier), Receipt.closes.is_(True), Receipt.outcome == Outcome.SENT
    )
    return await session.scalar(arrived) or 0
