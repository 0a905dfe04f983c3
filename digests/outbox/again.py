"""A person decides about messages that the machine may not try again (verb).

The receipt gives way to a new outbox message of the same dispatch: it closes nothing any more, and the
count of the dispatch stays whole. A message sent again so counts as uncertain from the start: should its
answer be lost too, it comes back here and not to the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from digests.audience.subscriber import Subscriber, SubscriberState
from digests.outbox.control import UNFED, cancel, lock_gates, resume
from digests.outbox.dispatch import Dispatch, DispatchState, MessageKind, Reach
from digests.outbox.message import OutboxMessage
from digests.outbox.plan import PLANNED
from digests.outbox.receipt import NOT_ARRIVED, Outcome, Receipt
from digests.storage.database import say

CONTENT_FAULTS = ("unparsed", "too long", "empty", "button data", "photo", "bad request")
"""The ledger's words for what Telegram will refuse tomorrow too, unless the content changes."""

LOOKED_BACK = timedelta(days=7)
"""What nobody decided for so long stands as it is."""

GOOD_FOR = timedelta(hours=6)
"""How long a message that a person sends again may wait for its turn."""


LET_STAND, OUT_OF_REACH = "let stand", "out of reach"
"""The ledger's words for what a person decided about a message that was given up."""


class Fate(StrEnum):
    """Why the machine gave up."""

    DEAD = "dead"
    """Its content was refused, an edit was tried as often as we try, or it could not be put into the
    outbox at all."""
    UNCERTAIN = "uncertain"
    """It was sent twice, and both answers were lost."""


@dataclass(frozen=True, slots=True)
class Group:
    """The messages of one dispatch that met one fate."""

    dispatch: Dispatch
    count: int
    reason: str | None

    @property
    def may_go_again(self) -> bool:
        """What was recalled, withdrawn or overtaken by a newer correction is not brought back."""
        return self.dispatch.state is not DispatchState.CANCELLED

    @property
    def is_edit(self) -> bool:
        """Copies that were to be put right, rather than sent."""
        return self.dispatch.kind is not MessageKind.SEND

    @property
    def paused_itself(self) -> bool:
        """So many refused it, or it could not be fed: the rest waits for a person."""
        return _stopped_itself(self.dispatch)


async def given_up(session: AsyncSession, fate: Fate, *, now: datetime) -> list[Group]:
    """Where the machine gave up, by dispatch, oldest first."""
    counted = (
        select(
            Receipt.dispatch_id,
            func.count(Receipt.id).label("count"),
            func.max(Receipt.reason).label("reason"),
        )
        .where(_given_up(fate, now))
        .group_by(Receipt.dispatch_id)
        .subquery()
    )
    rows = await session.execute(
        select(Dispatch, counted.c.count, counted.c.reason)
        .join(counted, counted.c.dispatch_id == Dispatch.id)
        .order_by(Dispatch.id)
    )
    groups = {row.Dispatch.id: Group(*row) for row in rows}
    if fate is Fate.DEAD:
        for dispatch in await _unfed(session):
            refused = groups[dispatch.id].count if dispatch.id in groups else 0
            count = refused + dispatch.audience - dispatch.expanded
            groups[dispatch.id] = Group(dispatch, count, UNFED)
    return [groups[dispatch_id] for dispatch_id in sorted(groups)]


async def _unfed(session: AsyncSession) -> Sequence[Dispatch]:
    wanted = (Dispatch.state == DispatchState.PAUSED, Dispatch.state_reason == UNFED)
    return (await session.scalars(select(Dispatch).where(*wanted))).all()


def _stopped_itself(dispatch: Dispatch) -> bool:
    for_cause = dispatch.faults > 0 or dispatch.state_reason == UNFED
    return dispatch.state is DispatchState.PAUSED and for_cause


async def undecided(session: AsyncSession, *, now: datetime) -> dict[Fate, int]:
    """How many messages of each fate wait for a person."""
    waiting = {}
    for fate in Fate:
        counted = select(func.count(Receipt.id)).where(_given_up(fate, now))
        waiting[fate] = await session.scalar(counted) or 0
    waiting[Fate.DEAD] += sum(one.audience - one.expanded for one in await _unfed(session))
    return waiting


async def send_again(session: AsyncSession, dispatch_id: int, fate: Fate, *, now: datetime) -> int:
    """Puts them into the outbox once more; how many. Who cannot be reached any more, or was told
    otherwise meanwhile, keeps the old receipt."""
    await lock_gates(session)
    await _make_ready(session, dispatch_id, now)
    dispatch = await session.get_one(
        Dispatch, dispatch_id, with_for_update=True, populate_existing=True
    )
    if dispatch.state is DispatchState.CANCELLED:
        return 0
    going = and_(Receipt.dispatch_id == dispatch_id, _met(fate), _reachable(dispatch))
    count = await _put_back(session, dispatch, fate, going)
    if count:
        await _cover(session, dispatch, going)
        await session.execute(
            update(Receipt)
            .where(going)
            .values(closes=False)
            .execution_options(synchronize_session=False)
        )
        await _reopen(session, dispatch, now)
    await _decide(session, dispatch_id, fate, OUT_OF_REACH)
    return count


async def let_stand(session: AsyncSession, dispatch_id: int, fate: Fate, *, now: datetime) -> None:
    """They stay as the ledger has them; a dispatch that paused itself is cancelled."""
    await lock_gates(session)
    dispatch = await session.get_one(Dispatch, dispatch_id, populate_existing=True)
    if fate is Fate.DEAD and _stopped_itself(dispatch):
        reason = UNFED if dispatch.state_reason == UNFED else "content refused"
        await cancel(session, dispatch_id, now=now, reason=reason)
    await _decide(session, dispatch_id, fate, LET_STAND)


async def _decide(session: AsyncSession, dispatch_id: int, fate: Fate, word: str) -> None:
    await session.execute(
        update(Receipt)
        .where(Receipt.dispatch_id == dispatch_id, _met(fate))
        .values(reason=word)
        .execution_options(synchronize_session=False)
    )


def _given_up(fate: Fate, now: datetime) -> ColumnElement[bool]:
    return and_(_met(fate), text(NOT_ARRIVED), Receipt.sent_at > now - LOOKED_BACK)


def _met(fate: Fate) -> ColumnElement[bool]:
    undecided = or_(Receipt.reason.is_(None), Receipt.reason.not_in((LET_STAND, OUT_OF_REACH)))
    closed = and_(Receipt.closes.is_(True), Receipt.chat_id != 0, undecided)
    is_send = Receipt.kind == MessageKind.SEND
    unknown = Receipt.outcome == Outcome.UNKNOWN
    if fate is Fate.UNCERTAIN:
        return and_(closed, unknown, is_send, ~_arrived_all_the_same())
    refused = and_(Receipt.outcome == Outcome.FAILED, Receipt.reason.in_(CONTENT_FAULTS))
    return and_(closed, or_(refused, and_(unknown, ~is_send)))


def _arrived_all_the_same() -> ColumnElement[bool]:
    """A courier that was taken for dead brought its answer later."""
    other = aliased(Receipt)
    return exists().where(
        # A chat has few receipts, a dispatch a million: the sum keeps its index out of this.
        other.dispatch_id + 0 == Receipt.dispatch_id,
        other.chat_id == Receipt.chat_id,
        other.part == Receipt.part,
        other.kind == MessageKind.SEND,
        other.outcome == Outcome.SENT,
    )


def _reachable(dispatch: Dispatch) -> ColumnElement[bool]:
    who = aliased(Subscriber)
    reader = and_(who.id == Receipt.subscriber_id, who.state == SubscriberState.ACTIVE)
    if dispatch.reach is Reach.STAMPED:
        # A later digest may have told them: then this one would come second.
        told = (dispatch.covers_from, dispatch.covers_until)
        reader = and_(reader, who.covered_until.in_(told))
    return or_(Receipt.subscriber_id.is_(None), exists().where(reader))


async def _make_ready(session: AsyncSession, dispatch_id: int, now: datetime) -> None:
    """A dispatch that paused itself goes on."""
    dispatch = await session.get_one(Dispatch, dispatch_id, populate_existing=True)
    if _stopped_itself(dispatch):
        await resume(session, dispatch_id, now=now)
    else:
        dispatch.faults = 0
        await session.flush()


async def _put_back(
    session: AsyncSession, dispatch: Dispatch, fate: Fate, going: ColumnElement[bool]
) -> int:
    """One row for each of these receipts."""
    now_at = (
        select(Subscriber.chat_id).where(Subscriber.id == Receipt.subscriber_id).scalar_subquery()
    )
    # A group may have another id by now; its old messages are out of reach under the new one.
    sends = Receipt.kind == MessageKind.SEND
    columns: dict[str, Any] = {
        "dispatch_id": Receipt.dispatch_id,
        "subscriber_id": Receipt.subscriber_id,
        "chat_id": case((sends, func.coalesce(now_at, Receipt.chat_id)), else_=Receipt.chat_id),
        "kind": Receipt.kind,
        "part": Receipt.part,
        "message_id": Receipt.message_id,
        "lane": literal(dispatch.lane, OutboxMessage.lane.type),
        "ambiguous": literal(1 if fate is Fate.UNCERTAIN else 0),
        "dedup_key": literal("again:") + cast(Receipt.id, String),
    }
    rows = select(*columns.values()).where(going).order_by(Receipt.id)
    result: Any = await session.execute(insert(OutboxMessage).from_select(list(columns), rows))
    return int(result.rowcount)


async def _cover(session: AsyncSession, dispatch: Dispatch, going: ColumnElement[bool]) -> None:
    """A refused digest's readers counted as not told; now it is on its way to them after all."""
    if dispatch.reach is Reach.STAMPED:
        await session.execute(
            update(Subscriber)
            .where(
                Subscriber.id.in_(select(Receipt.subscriber_id).where(going)),
                Subscriber.covered_until == dispatch.covers_from,
            )
            .values(covered_until=dispatch.covers_until)
            .execution_options(synchronize_session=False)
        )


async def _reopen(session: AsyncSession, dispatch: Dispatch, now: datetime) -> None:
    if dispatch.state is DispatchState.DONE:
        dispatch.state = DispatchState.RUNNING
    if dispatch.expires_at is not None:
        dispatch.expires_at = max(dispatch.expires_at, now + GOOD_FOR)
    await session.flush()
    say(session, PLANNED)
