"""Who wakes is told what was held (verb): all of it in one message, the same for all who missed the same.

Each set of alerts that somebody missed is one waking, and each run plans one dispatch for it; one
UPDATE stamps the rows with their dispatch. A row is stamped once, so nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    distinct,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, RevisionReason
from digests.alerts.decide import STILL_BREAKING
from digests.alerts.waking import Waking, WakingAlert
from digests.audience.following import Following, Wish
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.held import Held, HeldState
from digests.outbox.plan import plan
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.bulk import insert_new
from digests.vocabulary import Severity

STALE = timedelta(hours=24)
"""What was held for longer, over a pause, is news no more: the digests have told it."""

MOST = 60
"""Alerts in one waking; of more the newest. Each is a bit of a signed number."""

SETS_AT_ONCE = 200
"""Different sets in one run; the rest wait for the next, seconds later."""


READERS_AT_ONCE = 10_000
"""In one run: a morning of a million must not keep the writer away from a new alert."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An alert that was held, as it stands now."""

    alert_id: int
    revision: int
    severity: Severity
    withdrawn: bool


async def wake(session: AsyncSession, *, now: datetime) -> int:
    """Plans what is due for those whose quiet hours are over; how many dispatches."""
    due = await _due(session, now)
    if due is None:
        return 0
    await _drop_told(session, due, now)
    alerts = await _missed(session, due)
    if not alerts:
        return 0
    sets = await _sets(session, alerts, due)
    stamps = {
        mask: await _planned(session, _members(alerts, mask), first, now)
        for mask, first in sets
        if not all(alert.withdrawn for alert in _members(alerts, mask))
    }
    # Of what is all withdrawn nobody is told: who never heard of it need not hear that it was wrong.
    await _settle(session, alerts, [mask for mask, _ in sets if mask not in stamps], due, {})
    if stamps:
        await _stamp(session, alerts, stamps, due)
    return len(stamps)


async def _due(session: AsyncSession, now: datetime) -> ColumnElement[bool] | None:
    """The rows of the readers to be told in this run; none where nobody is."""
    one = await session.scalar(select(Held.id).where(_is_due(now)).limit(1))
    if one is None:
        return None
    last = await session.scalar(
        select(Held.subscriber_id)
        .where(_is_due(now))
        .distinct()
        .order_by(Held.subscriber_id)
        .offset(READERS_AT_ONCE - 1)
        .limit(1)
    )
    return _is_due(now) if last is None else and_(_is_due(now), Held.subscriber_id <= last)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Held, and its reader is awake; while the desk holds a dispatch, so does this."""
    paused = exists().where(Dispatch.id == Held.dispatch_id, Dispatch.state == DispatchState.PAUSED)
    awake = exists().where(
        Subscriber.id == Held.subscriber_id, Subscriber.state == SubscriberState.ACTIVE
    )
    return and_(Held.state == HeldState.HELD, Held.wakes_at <= now, awake, ~paused)


async def _drop_told(session: AsyncSession, due: ColumnElement[bool], now: datetime) -> None:
    """What has become old, was muted, or came to its reader in another way meanwhile."""
    copy = exists().where(
        Receipt.content == Content.ALERT,
        Receipt.subject_id == Held.subject_id,
        Receipt.chat_id == Held.chat_id,
        Receipt.kind == MessageKind.SEND,
        Receipt.outcome == Outcome.SENT,
    )
    muted = exists().where(
        Dispatch.id == Held.dispatch_id,
        Following.about == Dispatch.about,
        Following.wish == Wish.MUTE,
        Following.subscriber_id == Held.subscriber_id,
    )
    await session.execute(
        update(Held)
        .where(due, (Held.held_at <= now - STALE) | copy | muted)
        .values(state=HeldState.DROPPED)
        .execution_options(synchronize_session=False)
    )


async def _missed(session: AsyncSession, due: ColumnElement[bool]) -> Sequence[Missed]:
    """The alerts that somebody awake has missed, oldest first; locked, so that none is put right while
    it is told."""
    ids = (await session.scalars(select(Held.subject_id).where(due).distinct())).all()
    if not ids:
        return []
    rows = await session.execute(
        select(Alert.id, Alert.revision, AlertRevision.severity, AlertRevision.reason)
        .join(
            AlertRevision,
            (AlertRevision.alert_id == Alert.id) & (AlertRevision.revision == Alert.revision),
        )
        .where(Alert.id.in_(ids))
        .order_by(Alert.id.desc())
        .limit(MOST)
        .with_for_update(of=Alert)
    )
    found = [
        Missed(alert_id, revision, severity, reason is RevisionReason.RETRACTION)
        for alert_id, revision, severity, reason in rows
    ]
    return found[::-1]


def _mask(alerts: Sequence[Missed]) -> ColumnElement[int]:
    """Which alerts a reader missed, a bit for each, however often it was held."""
    bits = {alert.alert_id: literal(1 << n, BigInteger) for n, alert in enumerate(alerts)}
    bit = case(bits, value=Held.subject_id, else_=literal(0, BigInteger))
    return func.sum(distinct(bit))


def _members(alerts: Sequence[Missed], mask: int) -> list[Missed]:
    return [alert for n, alert in enumerate(alerts) if mask >> n & 1]


async def _sets(
    session: AsyncSession, alerts: Sequence[Missed], due: ColumnElement[bool]
) -> list[tuple[int, int]]:
    """Each set that somebody missed, and the first row of those who did."""
    readers = (
        select(_mask(alerts).label("mask"), func.min(Held.id).label("first"))
        .where(due)
        .group_by(Held.subscriber_id)
        .subquery()
    )
    rows = await session.execute(
        select(readers.c.mask, func.min(readers.c.first))
        .group_by(readers.c.mask)
        .order_by(func.min(readers.c.first))
        .limit(SETS_AT_ONCE)
    )
    return [(int(mask), first) for mask, first in rows]


async def _planned(
    session: AsyncSession, alerts: Sequence[Missed], first: int, now: datetime
) -> int:
    """The dispatch of these alerts; named by a row of this run, which no other run can stamp."""
    waking = await _waking(session, alerts, now)
    dispatch = await plan(
        session,
        content=Content.WAKING,
        subject_id=waking.id,
        revision=waking.revision,
        kind=MessageKind.SEND,
        # Behind a new alert, before the morning's digests.
        lane=Lane.NOTICES,
        reach=Reach.WOKEN,
        severity=max((alert.severity for alert in alerts), key=lambda s: s.rank),
        expires_at=now + STILL_BREAKING,
        created_at=now,
        plan_key=f"waking:{waking.id}:{first}",
    )
    return dispatch.id


async def _waking(session: AsyncSession, alerts: Sequence[Missed], now: datetime) -> Waking:
    key = ",".join(str(alert.alert_id) for alert in alerts)
    made = await insert_new(session, Waking, [{"key": key, "revision": 1, "made_at": now}], ["id"])
    for row in made:
        session.add_all(
            WakingAlert(waking_id=row.id, alert_id=a.alert_id, alert_revision=a.revision)
            for a in alerts
        )
    await session.flush()
    return (await session.scalars(select(Waking).where(Waking.key == key))).one()


async def _stamp(
    session: AsyncSession,
    alerts: Sequence[Missed],
    stamps: dict[int, int],
    due: ColumnElement[bool],
) -> None:
    """Every row that is told gets its dispatch, in one UPDATE; then the audiences are known."""
    await _settle(session, alerts, list(stamps), due, stamps)
    who, stamped = Held.subscriber_id, Held.woken_by == Dispatch.id
    readers = select(func.count(who.distinct())).where(stamped).scalar_subquery()
    last = select(func.coalesce(func.max(who), 0)).where(stamped).scalar_subquery()
    await session.execute(
        update(Dispatch)
        .where(Dispatch.id.in_(stamps.values()))
        .values(audience=readers, cursor_end=last)
        .execution_options(synchronize_session=False)
    )


async def _settle(
    session: AsyncSession,
    alerts: Sequence[Missed],
    masks: list[int],
    due: ColumnElement[bool],
    stamps: dict[int, int],
) -> None:
    if not masks:
        return
    readers = (
        select(Held.subscriber_id.label("who"), _mask(alerts).label("mask"))
        .where(due)
        .group_by(Held.subscriber_id)
        .subquery()
    )
    state = HeldState.WOKEN if stamps else HeldState.DROPPED
    woken_by = case(stamps, value=readers.c.mask) if stamps else None
    await session.execute(
        update(Held)
        .where(Held.subscriber_id == readers.c.who, readers.c.mask.in_(masks), due)
        .values(state=state, woken_by=woken_by)
        .execution_options(synchronize_session=False)
    )
