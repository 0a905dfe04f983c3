"""A dispatch is paused, resumed or cancelled (verbs). What is on the wire stays there; the rest obeys.

Each takes the gates' lock first, as a claim does: so no claim under way can take or leave a message on
the strength of a state that has just changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscriber import Subscriber
from digests.outbox.dispatch import Content, Dispatch, DispatchState, MessageKind, Reach
from digests.outbox.gate import Gate
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome, Receipt

UNFED = "cannot be fed"
"""Why a dispatch is paused whose readers could not be put into the outbox."""

_WAITING = (MessageState.READY, MessageState.HELD)
_UNFINISHED = (DispatchState.RUNNING, DispatchState.PAUSED)


async def pause(session: AsyncSession, dispatch_id: int, *, now: datetime, reason: str) -> bool:
    """Holds what waits; false where it was not running."""
    return await _move(
        session, dispatch_id, (DispatchState.RUNNING,), DispatchState.PAUSED, reason, now
    )


async def resume(session: AsyncSession, dispatch_id: int, *, now: datetime) -> bool:
    """Lets what was held go on; false where it was not paused. Its faults are forgiven."""
    await session.execute(update(Dispatch).where(Dispatch.id == dispatch_id).values(faults=0))
    return await _move(
        session, dispatch_id, (DispatchState.PAUSED,), DispatchState.RUNNING, None, now
    )


async def cancel(session: AsyncSession, dispatch_id: int, *, now: datetime, reason: str) -> bool:
    """Ends it: what waits is cancelled and entered into the ledger, whoever was not reached counts as
    passed over. False where it had ended before."""
    return await _move(session, dispatch_id, _UNFINISHED, DispatchState.CANCELLED, reason, now)


async def cancel_expired(session: AsyncSession, *, now: datetime) -> int:
    """Cancels every dispatch whose time has passed; how many."""
    expired = await session.scalars(
        select(Dispatch.id)
        .where(Dispatch.state.in_(_UNFINISHED), Dispatch.expires_at <= now)
        .order_by(Dispatch.id)
    )
    return sum([await cancel(session, one, now=now, reason="expired") for one in expired.all()])


async def supersede(
    session: AsyncSession,
    content: Content,
    subject_ids: Iterable[int] | Select[int],
    *,
    now: datetime,
) -> int:
    """Cancels unfinished edits of these subjects' copies, newer ones are about to be planned; how many.
    Call it before ``raise_revision``: the gates' lock comes before any other, then those of all these
    dispatches, oldest first, as whoever settles their messages takes them."""
    await lock_gates(session)
    await session.execute(
        select(Dispatch.id)
        .where(
            or_(
                and_(Dispatch.content == content, Dispatch.subject_id.in_(subject_ids)),
                and_(
                    Dispatch.received_content == content,
                    Dispatch.received_subject_id.in_(subject_ids),
                ),
            )
        )
        .order_by(Dispatch.id)
        .with_for_update()
    )
    older = await session.scalars(
        select(Dispatch.id)
        .where(
            Dispatch.kind == MessageKind.EDIT,
            Dispatch.received_content == content,
            Dispatch.received_subject_id.in_(subject_ids),
            Dispatch.state.in_(_UNFINISHED),
        )
        .order_by(Dispatch.id)
    )
    return sum([await cancel(session, one, now=now, reason="superseded") for one in older.all()])


async def raise_revision(
    session: AsyncSession, content: Content, subject_id: int, revision: int
) -> None:
    """From now on every message of this subject shows ``revision``: those that wait render it, one in
    the air is edited when it settles. Call it before planning the edits of what was delivered: it waits
    for settling couriers, so that each copy is either in the ledger by then or edited by them."""
    await session.execute(
        update(Dispatch)
        .where(
            Dispatch.content == content,
            Dispatch.subject_id == subject_id,
            Dispatch.revision < revision,
        )
        .values(revision=revision)
    )


async def lock_shown(session: AsyncSession, shown: ColumnElement[bool]) -> None:
    """Locks the gates, then the dispatches that are to show something else, by number, as couriers lock
    those they settle. Before the first ``supersede``, ``cancel`` or ``raise_revision`` of several."""
    await lock_gates(session)
    locked = select(Dispatch.id).where(shown).order_by(Dispatch.id).with_for_update()
    await session.execute(locked)


async def lock_gates(session: AsyncSession) -> None:
    """Before any other lock of the outbox, or two transactions wait for each other."""
    await session.execute(select(Gate.bot_id).order_by(Gate.bot_id).with_for_update())


async def _move(
    session: AsyncSession,
    dispatch_id: int,
    before: Iterable[DispatchState],
    after: DispatchState,
    reason: str | None,
    now: datetime,
) -> bool:
    await lock_gates(session)
    moved = await session.scalar(
        update(Dispatch)
        .where(Dispatch.id == dispatch_id, Dispatch.state.in_(tuple(before)))
        .values(state=after, state_reason=reason)
        .returning(Dispatch.id)
    )
    if moved is None:
        return False
    if after is DispatchState.CANCELLED:
        await _close(session, dispatch_id)
    await sweep(session, [dispatch_id], now=now)
    return True


async def _close(session: AsyncSession, dispatch_id: int) -> None:
    left = Dispatch.audience - Dispatch.expanded
    await session.execute(
        update(Dispatch)
        .where(Dispatch.id == dispatch_id, Dispatch.is_expanded.is_(False))
        .values(passed_over=left, is_expanded=True)
    )


async def sweep(session: AsyncSession, dispatch_ids: Iterable[int], *, now: datetime) -> None:
    """Brings the waiting messages of these dispatches into line with their dispatch's state."""
    states = await session.execute(
        select(Dispatch)
        .where(Dispatch.id.in_(list(dispatch_ids)))
        .execution_options(populate_existing=True)
    )
    for dispatch in states.scalars().all():
        if dispatch.state is DispatchState.PAUSED:
            await _turn(session, dispatch.id, MessageState.READY, MessageState.HELD)
        elif dispatch.state is DispatchState.RUNNING and not _expired(dispatch, now):
            await _turn(session, dispatch.id, MessageState.HELD, MessageState.READY)
        elif dispatch.state is DispatchState.RUNNING:
            await cancel(session, dispatch.id, now=now, reason="expired")
        else:
            await _enter_cancelled(session, dispatch, now)
            await _turn(session, dispatch.id, MessageState.HELD, MessageState.READY)


def _expired(dispatch: Dispatch, now: datetime) -> bool:
    return dispatch.expires_at is not None and dispatch.expires_at <= now


async def _turn(
    session: AsyncSession, dispatch_id: int, before: MessageState, after: MessageState
) -> None:
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.dispatch_id == dispatch_id, OutboxMessage.state == before)
        .values(state=after)
    )


async def _enter_cancelled(session: AsyncSession, dispatch: Dispatch, now: datetime) -> None:
    """From the outbox into the ledger; a digest's readers count as not told, so the next one tells."""
    waiting = and_(
        OutboxMessage.dispatch_id == dispatch.id,
        OutboxMessage.state.in_(_WAITING),
        # What arrived and is to be edited is not recalled: it would stay wrong for ever.
        OutboxMessage.kind == dispatch.kind,
    )
    if dispatch.reach is Reach.STAMPED:
        untold = exists().where(
            waiting, OutboxMessage.subscriber_id == Subscriber.id, OutboxMessage.part == 0
        )
        await uncover(session, dispatch, untold)
    entries = select(
        OutboxMessage.dispatch_id,
        literal(dispatch.content.value),
        literal(dispatch.subject_id),
        literal(dispatch.revision),
        OutboxMessage.subscriber_id,
        OutboxMessage.chat_id,
        OutboxMessage.kind,
        OutboxMessage.part,
        null(),
        literal(Outcome.CANCELLED.value),
        literal(dispatch.state_reason),
        OutboxMessage.attempt,
        OutboxMessage.ambiguous > 0,
        literal(True),
        literal(now, type_=Receipt.sent_at.type),
    ).where(waiting)
    columns = (
        "dispatch_id content subject_id revision subscriber_id chat_id kind part message_id "
        "outcome reason attempts ambiguous closes sent_at"
    )
    await session.execute(insert(Receipt).from_select(columns.split(), entries))
    await session.execute(delete(OutboxMessage).where(waiting))


async def uncover(session: AsyncSession, dispatch: Dispatch, untold: object) -> None:
    """These readers of a digest were not told after all: their next digest begins where this one did."""
    await session.execute(
        update(Subscriber)
        .where(Subscriber.covered_until == dispatch.covers_until, untold)  # type: ignore[arg-type]
        .values(covered_until=dispatch.covers_from)
        .execution_options(synchronize_session=False)
    )
