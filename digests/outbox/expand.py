"""Dispatches flow into the outbox (verb): a bounded chunk at a time, so that a million digests cost a
small table, and pause and cancel take hold at once.

Rows and cursor move in one commit. A digest's reader is marked as told in that commit too, and only
where nobody told them meanwhile: so nothing is lost and nothing comes twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.control import UNFED, cancel, lock_gates, pause
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, Reach
from digests.outbox.message import MessageState, OutboxMessage, stands
from digests.outbox.reached import reached
from digests.storage.bulk import insert_all
from digests.storage.trouble import is_passing

_LOG = logging.getLogger(__name__)

LOOKAHEAD_SECONDS = 60
"""The outbox holds at most this much of the rate in each lane."""

HUNGRY_SECONDS = 3
"""A lane with less than this is fed before one that has more: else a long alert would starve the digests,
whose share of what goes out is theirs too."""

CHUNK = 1_000
"""Readers in one transaction: the writer is never away for long."""

FIRST = 100
"""Of an alert's readers, at first: the sooner they are there, the sooner it begins to go out."""

DISPATCHES_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Expanded:
    """What one call did. ``looked`` counts readers; 0 means that there was no room or nothing to do."""

    looked: int = 0
    rows: int = 0
    was_locked: bool = False
    """Nothing was done only because others held what there is: worth asking again at once."""


async def expand(
    session: AsyncSession, *, now: datetime, rate: float, chunk: int = CHUNK, apart: bool = False
) -> Expanded:
    """Puts the next readers of running dispatches into the outbox, urgent lanes first, hungry ones before
    them. ``apart`` costs more and is for after a failure: a dispatch that fails is stopped, the others go
    on."""
    if apart:
        await lock_gates(session)
    room = await _room(session, rate)
    looked = rows = 0
    was_locked = False
    for lane in _by_hunger(room, rate):
        dispatches = await _unexpanded(session, lane)
        was_locked = was_locked or (not dispatches and await _has_unexpanded(session, lane))
        for dispatch in dispatches:
            if (free := min(room[lane], chunk - looked)) <= 0:
                break
            if lane is Lane.URGENT and not dispatch.cursor:
                free = min(free, FIRST)
            take = _step_apart if apart else _step
            step = await take(session, dispatch, free, now)
            room[lane] -= step.rows
            looked, rows = looked + step.looked, rows + step.rows
        if looked:
            break  # what is urgent goes out before the rest is looked at
    await session.flush()
    await finish(session)
    return Expanded(looked, rows, was_locked and not looked)


async def finish(session: AsyncSession) -> None:
    """Dispatches that are expanded and have nothing left in the outbox are done."""
    left = exists().where(OutboxMessage.dispatch_id == Dispatch.id)
    # Skips what a courier is settling this moment: waiting for it could be mutual.
    done = await session.scalars(
        select(Dispatch.id)
        .where(Dispatch.state == DispatchState.RUNNING, Dispatch.is_expanded.is_(True), ~left)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        update(Dispatch)
        .where(Dispatch.id.in_(done.all()))
        .values(state=DispatchState.DONE)
        .execution_options(synchronize_session=False)
    )


async def _room(session: AsyncSession, rate: float) -> dict[Lane, int]:
    most = max(CHUNK // 10, int(rate * LOOKAHEAD_SECONDS))
    waiting = await session.execute(
        select(OutboxMessage.lane, func.count())
        .where(OutboxMessage.state == stands(MessageState.READY))
        .group_by(OutboxMessage.lane)
    )
    counts = {lane: count for lane, count in waiting.all()}  # noqa: C416
    return {lane: most - counts.get(lane, 0) for lane in Lane}


def _by_hunger(room: dict[Lane, int], rate: float) -> list[Lane]:
    """The lanes with room, in the order in which they are fed."""
    hungry = [lane for lane in Lane if room[lane] > rate * (LOOKAHEAD_SECONDS - HUNGRY_SECONDS)]
    return [*hungry, *(lane for lane in Lane if room[lane] > 0 and lane not in hungry)]


async def _unexpanded(session: AsyncSession, lane: Lane) -> Sequence[Dispatch]:
    """Locked against other workers and against pause and cancel; what another holds is skipped."""
    found = await session.scalars(
        select(Dispatch)
        .where(*_is_unexpanded(lane))
        .order_by(Dispatch.id)
        .limit(DISPATCHES_AT_ONCE)
        .with_for_update(skip_locked=True)
        # Another worker may have moved the cursor since this session first saw the row.
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _has_unexpanded(session: AsyncSession, lane: Lane) -> bool:
    """Locked or not: couriers that settle hold a dispatch for some milliseconds."""
    return bool(await session.scalar(select(exists().where(*_is_unexpanded(lane)))))


def _is_unexpanded(lane: Lane) -> tuple[ColumnElement[bool], ...]:
    return (
        Dispatch.state == DispatchState.RUNNING,
        Dispatch.lane == lane,
        Dispatch.is_expanded.is_(False),
    )


async def _step_apart(
    session: AsyncSession, dispatch: Dispatch, most: int, now: datetime
) -> Expanded:
    dispatch_id, content = dispatch.id, dispatch.content
    try:
        async with session.begin_nested():
            return await _step(session, dispatch, most, now)
    except Exception as error:
        if is_passing(error):
            raise
        _LOG.warning("dispatch %d cannot be fed: %s", dispatch_id, type(error).__name__)
    # Nobody at the desk is asked about a note of our own: it is given up.
    stop = cancel if content is Content.NOTICE else pause
    await stop(session, dispatch_id, now=now, reason=UNFED)
    return Expanded()


async def _step(session: AsyncSession, dispatch: Dispatch, most: int, now: datetime) -> Expanded:
    found = await reached(session, dispatch, most, now)
    if found.rows:
        await insert_all(session, OutboxMessage, found.rows)
    dispatch.cursor = max(dispatch.cursor, found.cursor)
    dispatch.expanded += len(found.rows) + found.held
    dispatch.is_expanded = dispatch.reach is Reach.SINGLE or found.looked < most
    # Who joined the audience after it was counted is part of it all the same.
    dispatch.audience = max(dispatch.audience, dispatch.expanded)
    if dispatch.is_expanded:
        dispatch.passed_over = dispatch.audience - dispatch.expanded
    return Expanded(found.looked, len(found.rows))
