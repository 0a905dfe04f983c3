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
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.slot import Appointment
from digests.audience.subscriber import EmptyDay, Subscriber, SubscriberState
from digests.outbox.control import UNFED, cancel, lock_gates, pause
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.followers import tell_some
from digests.outbox.held import Held, hold, lift, must_wait
from digests.outbox.message import MessageState, OutboxMessage, stands
from digests.outbox.plan import matching, missed, received
from digests.outbox.receipt import Receipt
from digests.storage.bulk import insert_all
from digests.storage.given import Given
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

Row = dict[str, Any]

_READERS = Given(id=BigInteger())


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
    held = 0
    match dispatch.reach:
        case Reach.STAMPED:
            looked, rows, cursor = await _stamped(session, dispatch, most)
        case Reach.MATCHING | Reach.MISSED:
            looked, rows, cursor, held = await _matching(session, dispatch, most, now)
        case Reach.WOKEN:
            looked, rows, cursor = await _woken(session, dispatch, most)
        case Reach.RECEIVED | Reach.FOLLOWING:
            looked, rows, cursor = await _received(session, dispatch, most)
        case Reach.FOLLOWERS:
            looked, readers, cursor = await tell_some(session, dispatch, most, now)
            rows = [
                _row(dispatch, reader.subscriber_id, reader.chat_id)
                | {"message_id": reader.message_id}
                for reader in readers
            ]
        case Reach.SINGLE:
            looked, rows, cursor = 1, await _single(session, dispatch), 0
    if rows:
        await insert_all(session, OutboxMessage, rows)
    dispatch.cursor = max(dispatch.cursor, cursor)
    dispatch.expanded += len(rows) + held
    dispatch.is_expanded = dispatch.reach is Reach.SINGLE or looked < most
    # Who joined the audience after it was counted is part of it all the same.
    dispatch.audience = max(dispatch.audience, dispatch.expanded)
    if dispatch.is_expanded:
        dispatch.passed_over = dispatch.audience - dispatch.expanded
    return Expanded(looked, len(rows))


async def _stamped(
    session: AsyncSession, dispatch: Dispatch, most: int
) -> tuple[int, list[Row], int]:
    """Marks the readers as told and takes those it marked: whoever was told meanwhile is not hit."""
    stamps = (
        select(Appointment.subscriber_id)
        .where(Appointment.dispatch_id == dispatch.id, Appointment.subscriber_id > dispatch.cursor)
        .distinct()
        .order_by(Appointment.subscriber_id)
        .limit(most)
    )
    who = (await session.scalars(stamps)).all()
    if not who:
        return 0, [], 0
    dialect = session.get_bind().dialect.name
    those = _READERS.table(dialect)
    told = await session.execute(
        # By number, each: readers of one taste are strewn over all there are.
        update(Subscriber)
        .where(Subscriber.id.in_(select(those.c.id)), _wants(dispatch))
        .values(covered_until=dispatch.covers_until)
        .returning(Subscriber.id, Subscriber.chat_id)
        .execution_options(synchronize_session=False),
        _READERS.bound(dialect, [(one,) for one in who]),
    )
    return len(who), [_row(dispatch, s, chat) for s, chat in sorted(told)], who[-1]


def _wants(dispatch: Dispatch) -> ColumnElement[bool]:
    # Found by the reader: without coalesce PostgreSQL, as long as it has not counted the stamps that
    # planning set a moment ago, goes through all of them for every reader.
    newest = select(func.max(func.coalesce(Appointment.dispatch_id, 0))).where(
        Appointment.subscriber_id == Subscriber.id
    )
    wanted = and_(
        Subscriber.state == SubscriberState.ACTIVE,
        Subscriber.covered_until == dispatch.covers_from,
        newest.scalar_subquery() == dispatch.id,
    )
    return and_(wanted, Subscriber.empty_day != EmptyDay.SILENT) if dispatch.is_empty else wanted


async def _matching(
    session: AsyncSession, dispatch: Dispatch, most: int, now: datetime
) -> tuple[int, list[Row], int, int]:
    """Who sleeps and may not be disturbed is kept for the morning, in the same commit."""
    wanted = matching(dispatch) if dispatch.reach is Reach.MATCHING else missed(dispatch)
    found = await session.execute(
        select(
            Subscriber.id.label("subscriber_id"),
            Subscriber.chat_id,
            Subscriber.timezone,
            Subscriber.quiet_from,
            Subscriber.quiet_until,
            Subscriber.alerts,
            Subscriber.at_night,
        )
        .where(
            Subscriber.id > dispatch.cursor,
            Subscriber.id <= (dispatch.cursor_end or 0),
            wanted,
        )
        .order_by(Subscriber.id)
        .limit(most)
    )
    readers = found.all()
    asleep = [reader for reader in readers if must_wait(dispatch, reader, now)]
    await hold(session, dispatch, asleep, now=now)
    chats = {reader.subscriber_id: reader.chat_id for reader in readers}
    for reader in asleep:
        del chats[reader.subscriber_id]
    if dispatch.reach is Reach.MISSED and chats:
        for subscriber_id in await lift(session, dispatch, chats):
            del chats[subscriber_id]
    rows = [_row(dispatch, subscriber_id, chat) for subscriber_id, chat in chats.items()]
    return len(readers), rows, readers[-1].subscriber_id if readers else 0, len(asleep)


async def _woken(
    session: AsyncSession, dispatch: Dispatch, most: int
) -> tuple[int, list[Row], int]:
    found = await session.execute(
        select(Subscriber.id, Subscriber.chat_id)
        .join(Held, Held.subscriber_id == Subscriber.id)
        .where(
            Held.woken_by == dispatch.id,
            Held.subscriber_id > dispatch.cursor,
            Subscriber.state == SubscriberState.ACTIVE,
        )
        .distinct()
        .order_by(Subscriber.id)
        .limit(most)
    )
    rows = [_row(dispatch, subscriber_id, chat_id) for subscriber_id, chat_id in found]
    return len(rows), rows, rows[-1]["subscriber_id"] if rows else 0


async def _received(
    session: AsyncSession, dispatch: Dispatch, most: int
) -> tuple[int, list[Row], int]:
    receipts: Sequence[Receipt] = (
        await session.scalars(
            select(Receipt)
            .where(
                Receipt.id > dispatch.cursor,
                Receipt.id <= (dispatch.cursor_end or 0),
                received(dispatch),
                or_(Receipt.subscriber_id.is_(None), _reachable(dispatch)),
            )
            .order_by(Receipt.id)
            .limit(most)
        )
    ).all()
    rows = [
        _row(dispatch, copy.subscriber_id, copy.chat_id)
        | {
            "message_id": copy.message_id,
            "part": 0 if dispatch.kind is MessageKind.SEND else copy.part,
            "dedup_key": f"{dispatch.id}:{copy.chat_id}:{copy.message_id}",
        }
        for copy in receipts
    ]
    return len(receipts), rows, receipts[-1].id if receipts else 0


def _reachable(dispatch: Dispatch) -> ColumnElement[bool]:
    """Nothing new goes to who blocked or paused us; copies they hold are put right wherever we may."""
    states = [SubscriberState.ACTIVE]
    if dispatch.kind is not MessageKind.SEND:
        states.append(SubscriberState.PAUSED)
    return exists().where(Subscriber.id == Receipt.subscriber_id, Subscriber.state.in_(states))


async def _single(session: AsyncSession, dispatch: Dispatch) -> list[Row]:
    assert dispatch.chat_id is not None  # noqa: S101 - a single dispatch has one chat
    subscriber_id = await session.scalar(
        select(Subscriber.id).where(Subscriber.chat_id == dispatch.chat_id)
    )
    return [_row(dispatch, subscriber_id, dispatch.chat_id)]


def _row(dispatch: Dispatch, subscriber_id: int | None, chat_id: int) -> Row:
    return {
        "dispatch_id": dispatch.id,
        "subscriber_id": subscriber_id,
        "chat_id": chat_id,
        "kind": dispatch.kind,
        "lane": dispatch.lane,
        "message_id": None,
        "part": 0,
        "dedup_key": f"{dispatch.id}:{subscriber_id or chat_id}",
    }
