"""What waits and may go (verb, under the gate's lock): each lane's oldest messages, with their dispatch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, Table, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscriber import Subscriber
from digests.outbox.control import sweep
from digests.outbox.dispatch import Dispatch, DispatchState, Lane
from digests.outbox.gate import ChatPace
from digests.outbox.held import has_begun, hold_back, must_wait
from digests.outbox.message import MessageState, OutboxMessage, stands

SPARE = 32
"""More candidates than slots: two messages to one chat need two claims."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may go, with its reader's settings; and the dispatch it belongs to."""

    row: Row[Any]
    dispatch: Dispatch


async def waiting(
    session: AsyncSession, *, most: int, horizon: datetime, now: datetime
) -> dict[Lane, list[Candidate]]:
    """Up to ``most`` and a few more of each lane that has any."""
    rows: dict[Lane, list[Row[Any]]] = {}
    connection = await session.connection()
    for lane in await _lanes(session):
        found = await connection.execute(
            _OLDEST, {"lane": lane, "most": most + SPARE, "horizon": horizon}
        )
        rows[lane] = list(found.all())
    dispatches = await _dispatches(
        session, {row.dispatch_id for lane in rows for row in rows[lane]}
    )
    stopped = {one.id for one in dispatches.values() if not _runs(one, now)}
    if stopped:
        # What came back to the queue after a pause or a cancel is dealt with here.
        await sweep(session, stopped, now=now)
    held = await _held_back(session, rows, dispatches, stopped, now)
    return {
        lane: [
            Candidate(row, dispatches[row.dispatch_id])
            for row in found
            if row.id not in held
            and (row.dispatch_id not in stopped or _must_be_put_right(row, dispatches))
        ]
        for lane, found in rows.items()
    }


async def _held_back(
    session: AsyncSession,
    rows: dict[Lane, list[Row[Any]]],
    dispatches: dict[int, Dispatch],
    stopped: set[int],
    now: datetime,
) -> set[int]:
    """Takes away what may not disturb its reader now; the ids of these messages."""
    late: dict[int, tuple[Dispatch, list[Row[Any]]]] = {}
    for row in (row for found in rows.values() for row in found if row.quiet_from is not None):
        dispatch = dispatches[row.dispatch_id]
        if dispatch.id not in stopped and not has_begun(row) and must_wait(dispatch, row, now):
            late.setdefault(dispatch.id, (dispatch, []))[1].append(row)
    if late:
        await hold_back(session, late, now=now)
    return {row.id for _, waiting_rows in late.values() for row in waiting_rows}


def _runs(dispatch: Dispatch, now: datetime) -> bool:
    is_fresh = dispatch.expires_at is None or dispatch.expires_at > now
    return dispatch.state is DispatchState.RUNNING and is_fresh


def _must_be_put_right(row: Row[Any], dispatches: dict[int, Dispatch]) -> bool:
    """A copy that arrived with what was corrected meanwhile: recalling the rest does not recall it."""
    dispatch = dispatches[row.dispatch_id]
    return row.kind is not dispatch.kind and dispatch.state is not DispatchState.PAUSED


_HAS_ANY = select(
    *(
        exists().where(
            OutboxMessage.state == stands(MessageState.READY), OutboxMessage.lane == lane
        )
        for lane in Lane
    )
)


async def _lanes(session: AsyncSession) -> list[Lane]:
    """One statement instead of five queries, most of which would find nothing."""
    found = (await session.execute(_HAS_ANY)).one()
    return [lane for lane, is_there in zip(Lane, found, strict=True) if is_there]


async def _dispatches(session: AsyncSession, ids: set[int]) -> dict[int, Dispatch]:
    if not ids:
        return {}
    found = await session.scalars(
        select(Dispatch).where(Dispatch.id.in_(ids)).execution_options(populate_existing=True)
    )
    return {dispatch.id: dispatch for dispatch in found}


_OUTBOX = cast(Table, OutboxMessage.__table__)
_READER, _PACE = cast(Table, Subscriber.__table__), cast(Table, ChatPace.__table__)


def _oldest() -> Select[*tuple[Any, ...]]:
    flying = _OUTBOX.alias("flying")
    in_flight = exists().where(
        flying.c.chat_id == _OUTBOX.c.chat_id, flying.c.state == stands(MessageState.SENDING)
    )
    horizon = bindparam("horizon", type_=ChatPace.next_send_at.type)
    return (
        select(
            _OUTBOX.c.id,
            _OUTBOX.c.subscriber_id,
            _OUTBOX.c.chat_id,
            _OUTBOX.c.kind,
            _OUTBOX.c.part,
            _OUTBOX.c.message_id,
            _OUTBOX.c.lane,
            _OUTBOX.c.not_before,
            _OUTBOX.c.attempt,
            _OUTBOX.c.ambiguous,
            _OUTBOX.c.plain,
            _OUTBOX.c.dispatch_id,
            _READER.c.thread_id,
            _READER.c.language,
            _READER.c.timezone,
            _READER.c.quiet_from,
            _READER.c.quiet_until,
            _READER.c.alerts,
            _READER.c.at_night,
            _PACE.c.next_send_at,
        )
        .outerjoin(_READER, _READER.c.id == _OUTBOX.c.subscriber_id)
        .outerjoin(_PACE, _PACE.c.chat_id == _OUTBOX.c.chat_id)
        .where(
            _OUTBOX.c.state == stands(MessageState.READY),
            _OUTBOX.c.lane == bindparam("lane", type_=OutboxMessage.lane.type),
            or_(_OUTBOX.c.not_before.is_(None), _OUTBOX.c.not_before <= horizon),
            or_(_PACE.c.next_send_at.is_(None), _PACE.c.next_send_at <= horizon),
            ~in_flight,
        )
        .order_by(_OUTBOX.c.id)
        .limit(bindparam("most"))
    )


_OLDEST = _oldest()
