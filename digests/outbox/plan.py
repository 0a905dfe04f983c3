"""A dispatch is planned (verb): its audience is fixed, nothing is put into the outbox yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from digests.audience.following import Following, Wish, those_who
from digests.audience.manner import refusing
from digests.audience.slot import Appointment
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.audience.taste import TasteTopic
from digests.outbox.dispatch import Dispatch, MessageKind, Reach
from digests.outbox.followers import followers
from digests.outbox.held import Held, HeldState
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import say
from digests.storage.insertion import insertion
from digests.vocabulary import Severity

PLANNED = "planned"
"""Said when there is something new to send: couriers of this process need not find out by looking."""


async def plan(session: AsyncSession, **fields: Any) -> Dispatch:
    """Makes a dispatch of these columns, or gives the one that this ``plan_key`` already made.

    ``audience`` and ``cursor_end`` are counted here unless they are given.
    """
    statement = insertion(session, Dispatch).values(fields)
    made = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=[Dispatch.plan_key]).returning(Dispatch.id)
    )
    if made is None:
        known = select(Dispatch).where(Dispatch.plan_key == fields["plan_key"])
        return (await session.scalars(known)).one()
    say(session, PLANNED)
    dispatch = await session.get_one(Dispatch, made)
    await _fix_audience(session, dispatch, fields)
    return dispatch


async def _fix_audience(session: AsyncSession, dispatch: Dispatch, fields: dict[str, Any]) -> None:
    if dispatch.reach is Reach.SINGLE:
        dispatch.audience = 1
        return
    if dispatch.reach in _LAST and "audience" in fields:
        # Counted before anything was locked; only where it ends is for now.
        dispatch.cursor_end = await session.scalar(_LAST[dispatch.reach](dispatch)) or 0
        await session.flush()
        return
    count, end = (await session.execute(_extent(dispatch))).one()
    dispatch.audience = fields.get("audience", count)
    dispatch.cursor_end = fields.get("cursor_end", end or 0)
    await session.flush()


def _extent(dispatch: Dispatch) -> Select[*tuple[Any, ...]]:
    """How many there are, and the last of them."""
    match dispatch.reach:
        case Reach.STAMPED:
            who = Appointment.subscriber_id
            return select(func.count(who.distinct()), func.max(who)).where(
                Appointment.dispatch_id == dispatch.id
            )
        case Reach.MATCHING:
            return matching_extent(dispatch)
        case Reach.MISSED:
            return select(func.count(), func.max(Subscriber.id)).where(missed(dispatch))
        case Reach.WOKEN:
            return select(
                func.count(Held.subscriber_id.distinct()), func.max(Held.subscriber_id)
            ).where(Held.woken_by == dispatch.id)
        case Reach.FOLLOWERS:
            return select(func.count(), func.max(Following.subscriber_id)).where(
                followers(dispatch)
            )
        case _:
            return select(func.count(), func.max(Receipt.id)).where(received(dispatch))


def _last_copy(dispatch: Dispatch) -> Select[int | None]:
    """The end of the ledger for this subject: found by index, however many copies there are."""
    return select(func.max(Receipt.id)).where(
        Receipt.content == dispatch.received_content,
        Receipt.subject_id == dispatch.received_subject_id,
    )


def _last_reader(_: Dispatch) -> Select[int | None]:
    return select(func.max(Subscriber.id))


_LAST = {
    Reach.RECEIVED: _last_copy,
    Reach.FOLLOWING: _last_copy,
    Reach.MATCHING: _last_reader,
}


def matching_extent(dispatch: Dispatch) -> Select[*tuple[Any, ...]]:
    """How many matching there are, and the last of all: an editor waits for this."""
    counts = [
        # Not of the ids: they are not in the index, and PostgreSQL would read every subscriber for them.
        select(func.count()).select_from(Subscriber).where(half).scalar_subquery()
        for half in matching_halves(dispatch)
    ]
    muted = select(func.count()).select_from(Subscriber).where(muted_of(dispatch)).scalar_subquery()
    return select(counts[0] + counts[1] - muted, _last_reader(dispatch).scalar_subquery())


def matching_halves(dispatch: Dispatch) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """``matching`` in two, and whoever muted it as well: each found by its own index; nobody is in both."""
    tastes = select(TasteTopic.taste_id).where(TasteTopic.topic.in_(dispatch.topics or []))
    wanting = and_(
        Subscriber.state == SubscriberState.ACTIVE,
        Subscriber.alerts.not_in(refusing(dispatch.severity or Severity.FLASH)),
    )
    same = and_(wanting, Subscriber.breaking_taste_id.is_(None), Subscriber.taste_id.in_(tastes))
    # Few chose topics of their own: said in so many words, nobody else is looked at for them.
    own = Subscriber.breaking_taste_id
    return same, and_(wanting, own.is_not(None), own.in_(tastes))


def muted_of(dispatch: Dispatch) -> ColumnElement[bool]:
    """Of the two halves those who muted what it is about: found by it, as they are few."""
    return and_(
        Following.about == dispatch.about,
        Following.wish == Wish.MUTE,
        Following.subscriber_id == Subscriber.id,
        wanting(dispatch),
    )


def matching(dispatch: Dispatch) -> ColumnElement[bool]:
    """Active subscribers who want breaking news of one of the topics, and of this severity, and have not
    muted what it is about."""
    return and_(wanting(dispatch), _not_muted(dispatch, Subscriber.id))


def wanting(dispatch: Dispatch) -> ColumnElement[bool]:
    """``matching``, and whoever muted it as well."""
    tastes = select(TasteTopic.taste_id).where(TasteTopic.topic.in_(dispatch.topics or []))
    return and_(
        Subscriber.state == SubscriberState.ACTIVE,
        Subscriber.alerts.not_in(refusing(dispatch.severity or Severity.FLASH)),
        func.coalesce(Subscriber.breaking_taste_id, Subscriber.taste_id).in_(tastes),
    )


def missed(dispatch: Dispatch) -> ColumnElement[bool]:
    """Of the matching, those to whom no copy of the same went or is on its way. Who may have one is not
    among them: they are asked about at the desk. Who sleeps and has it kept is, where it was less
    severe when it was kept."""
    severity = dispatch.severity or Severity.FLASH
    lower = [other for other in Severity if other.rank < severity.rank]
    told = select(Receipt.subscriber_id).where(
        Receipt.content == dispatch.content,
        Receipt.subject_id == dispatch.subject_id,
        Receipt.kind == MessageKind.SEND,
        Receipt.outcome.in_((Outcome.SENT, Outcome.UNKNOWN)),
        Receipt.subscriber_id.is_not(None),
    )
    coming = (
        select(OutboxMessage.subscriber_id)
        .join(Dispatch, Dispatch.id == OutboxMessage.dispatch_id)
        .where(
            Dispatch.content == dispatch.content,
            Dispatch.subject_id == dispatch.subject_id,
            Dispatch.id != dispatch.id,
            OutboxMessage.kind == MessageKind.SEND,
            OutboxMessage.subscriber_id.is_not(None),
        )
    )
    held = select(Held.subscriber_id).where(
        Held.subject_id == dispatch.subject_id,
        or_(
            Held.state == HeldState.WOKEN,
            and_(Held.state == HeldState.HELD, Held.severity.not_in(lower)),
        ),
        Held.subscriber_id.is_not(None),
    )
    return and_(
        matching(dispatch),
        Subscriber.id.not_in(told),
        Subscriber.id.not_in(coming),
        Subscriber.id.not_in(held),
    )


def received(dispatch: Dispatch) -> ColumnElement[bool]:
    """Copies that arrived: every part where each is edited, the first where its reader is told."""
    copies = and_(
        Receipt.content == dispatch.received_content,
        Receipt.subject_id == dispatch.received_subject_id,
        Receipt.kind == MessageKind.SEND,
        Receipt.outcome == Outcome.SENT,
        Receipt.message_id.is_not(None),
    )
    if dispatch.kind is not MessageKind.SEND:
        return copies
    who = Receipt.subscriber_id
    meant = or_(who.is_(None), _not_muted(dispatch, who))
    if dispatch.reach is Reach.FOLLOWING:
        meant = who.in_(those_who(Wish.FOLLOW, dispatch.about or ""))
    return and_(copies, Receipt.part == 0, meant, ~_told_by_another(dispatch))


def _not_muted(dispatch: Dispatch, who: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Few mute one event: they are looked up once, and everybody else is asked nothing more."""
    return true() if dispatch.about is None else who.not_in(those_who(Wish.MUTE, dispatch.about))


def _told_by_another(dispatch: Dispatch) -> ColumnElement[bool]:
    """Chats with a copy below which an earlier dispatch says the same: once is enough for anybody,
    whatever carried it."""
    copy = aliased(Receipt)
    earlier = select(Dispatch.received_content, Dispatch.received_subject_id).where(
        Dispatch.content == dispatch.content,
        Dispatch.subject_id == dispatch.subject_id,
        Dispatch.kind == MessageKind.SEND,
        Dispatch.id < dispatch.id,
    )
    return exists().where(
        copy.chat_id == Receipt.chat_id,
        copy.kind == MessageKind.SEND,
        copy.outcome == Outcome.SENT,
        copy.message_id.is_not(None),
        copy.part == 0,
        # A copy that arrived after the planning shows what is right: nobody is told below it.
        copy.sent_at <= dispatch.created_at,
        tuple_(copy.content, copy.subject_id).in_(earlier),
    )
