"""What waits and may go (verb, under the gate's lock): each lane's oldest messages, with their dispatch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from digests.audience.subscriber import Subscriber
from digests.outbox.control import sweep
from digests.outbox.dispatch import Dispatch, DispatchState, Lane
from digests.outbox.gate import ChatPace
from digests.outbox.message import MessageState, OutboxMessage

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
    for lane in await _lanes(session):
        found = await session.execute(_query(lane, most + SPARE, horizon))
        rows[lane] = list(found.all())
    dispatches = await _dispatches(
        session, {row.dispatch_id for lane in rows for row in rows[lane]}
    )
    stopped = {one.id for one in dispatches.values() if not _runs(one, now)}
    if stopped:
        # What came back to the queue after a pause or a cancel is dealt with here.
        await sweep(session, stopped, now=now)
    return {
        lane: [
            Candidate(row, dispatches[row.dispatch_id])
            for row in found
            if row.dispatch_id not in stopped or _must_be_put_right(row, dispatches)
        ]
        for lane, found in rows.items()
    }


def _runs(dispatch: Dispatch, now: datetime) -> bool:
    is_fresh = dispatch.expires_at is None or dispatch.expires_at > now
    return dispatch.state is DispatchState.RUNNING and is_fresh


def _must_be_put_right(row: Row[Any], dispatches: dict[int, Dispatch]) -> bool:
    """A copy that arrived with what was corrected meanwhile: recalling the rest does not recall it."""
    dispatch = dispatches[row.dispatch_id]
    return row.kind is not dispatch.kind and dispatch.state is not DispatchState.PAUSED


async def _lanes(session: AsyncSession) -> list[Lane]:
    """One statement instead of five queries, most of which would find nothing."""
    has = [
        exists().where(OutboxMessage.state == MessageState.READY, OutboxMessage.lane == lane)
        for lane in Lane
    ]
    found = (await session.execute(select(*has))).one()
    return [lane for lane, is_there in zip(Lane, found, strict=True) if is_there]


async def _dispatches(session: AsyncSession, ids: set[int]) -> dict[int, Dispatch]:
    if not ids:
        return {}
    found = await session.scalars(
        select(Dispatch).where(Dispatch.id.in_(ids)).execution_options(populate_existing=True)
    )
    return {dispatch.id: dispatch for dispatch in found}


def _query(lane: Lane, most: int, horizon: datetime) -> Select[*tuple[Any, ...]]:
    flying = aliased(OutboxMessage)
    in_flight = exists().where(
        flying.chat_id == OutboxMessage.chat_id, flying.state == MessageState.SENDING
    )
    return (
        select(
            OutboxMessage.id,
            OutboxMessage.chat_id,
            OutboxMessage.kind,
            OutboxMessage.part,
            OutboxMessage.message_id,
            OutboxMessage.lane,
            OutboxMessage.not_before,
            OutboxMessage.attempt,
            OutboxMessage.ambiguous,
            OutboxMessage.plain,
            OutboxMessage.dispatch_id,
            Subscriber.thread_id,
            Subscriber.language,
            Subscriber.timezone,
            Subscriber.quiet_from,
            Subscriber.quiet_until,
            ChatPace.next_send_at,
        )
        .outerjoin(Subscriber, Subscriber.id == OutboxMessage.subscriber_id)
        .outerjoin(ChatPace, ChatPace.chat_id == OutboxMessage.chat_id)
        .where(
            OutboxMessage.state == MessageState.READY,
            OutboxMessage.lane == lane,
            or_(OutboxMessage.not_before.is_(None), OutboxMessage.not_before <= horizon),
            or_(ChatPace.next_send_at.is_(None), ChatPace.next_send_at <= horizon),
            ~in_flight,
        )
        .order_by(OutboxMessage.id)
        .limit(most)
    )
