"""Who of an audience comes next (verb): so many readers behind the cursor, by the reach of their dispatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.slot import Appointment
from digests.audience.subscriber import EmptyDay, Subscriber, SubscriberState
from digests.outbox.dispatch import Dispatch, MessageKind, Reach
from digests.outbox.followers import tell_some
from digests.outbox.held import Held, hold, lift, must_wait
from digests.outbox.plan import matching, missed, received
from digests.outbox.receipt import Receipt
from digests.storage.given import Given

Row = dict[str, Any]

_READERS = Given(id=BigInteger())


@dataclass(frozen=True, slots=True)
class Reached:
    """Readers looked at, those of them who get a message now, and where to go on."""

    looked: int = 0
    rows: list[Row] = field(default_factory=list)
    cursor: int = 0
    held: int = 0
    """Who is asleep, and gets it afterwards."""


async def reached(session: AsyncSession, dispatch: Dispatch, most: int, now: datetime) -> Reached:
    """The next of its audience, at most so many."""
    match dispatch.reach:
        case Reach.STAMPED:
            return await _stamped(session, dispatch, most)
        case Reach.MATCHING | Reach.MISSED:
            return await _matching(session, dispatch, most, now)
        case Reach.WOKEN:
            return await _woken(session, dispatch, most)
        case Reach.RECEIVED | Reach.FOLLOWING:
            return await _received(session, dispatch, most)
        case Reach.FOLLOWERS:
            return await _followers(session, dispatch, most, now)
        case Reach.SINGLE:
            return await _single(session, dispatch)


async def _stamped(session: AsyncSession, dispatch: Dispatch, most: int) -> Reached:
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
        return Reached()
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
    return Reached(len(who), [_row(dispatch, s, chat) for s, chat in sorted(told)], who[-1])


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


async def _matching(session: AsyncSession, dispatch: Dispatch, most: int, now: datetime) -> Reached:
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
    return Reached(len(readers), rows, readers[-1].subscriber_id if readers else 0, len(asleep))


async def _woken(session: AsyncSession, dispatch: Dispatch, most: int) -> Reached:
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
    return Reached(len(rows), rows, rows[-1]["subscriber_id"] if rows else 0)


async def _received(session: AsyncSession, dispatch: Dispatch, most: int) -> Reached:
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
    return Reached(len(receipts), rows, receipts[-1].id if receipts else 0)


def _reachable(dispatch: Dispatch) -> ColumnElement[bool]:
    """Nothing new goes to who blocked or paused us; copies they hold are put right wherever we may."""
    states = [SubscriberState.ACTIVE]
    if dispatch.kind is not MessageKind.SEND:
        states.append(SubscriberState.PAUSED)
    return exists().where(Subscriber.id == Receipt.subscriber_id, Subscriber.state.in_(states))


async def _followers(
    session: AsyncSession, dispatch: Dispatch, most: int, now: datetime
) -> Reached:
    looked, readers, cursor = await tell_some(session, dispatch, most, now)
    rows = [
        _row(dispatch, reader.subscriber_id, reader.chat_id) | {"message_id": reader.message_id}
        for reader in readers
    ]
    return Reached(looked, rows, cursor)


async def _single(session: AsyncSession, dispatch: Dispatch) -> Reached:
    assert dispatch.chat_id is not None  # noqa: S101 - a single dispatch has one chat
    subscriber_id = await session.scalar(
        select(Subscriber.id).where(Subscriber.chat_id == dispatch.chat_id)
    )
    return Reached(1, [_row(dispatch, subscriber_id, dispatch.chat_id)])


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
