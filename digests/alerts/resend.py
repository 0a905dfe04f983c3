"""An alert goes once more to those who missed it (verb): who could not be reached then, or was not yet
meant. Who has a copy, or may have one, gets no second."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.audit import record
from digests.alerts.decide import STILL_BREAKING
from digests.alerts.permission import Act
from digests.alerts.propose import newest
from digests.alerts.staff import demand
from digests.audience.subscriber import Subscriber
from digests.errors import Stale
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.plan import missed, plan


@dataclass(frozen=True, slots=True)
class Missed:
    """Whom sending an alert again would reach."""

    alert_id: int
    revision: int
    times: int
    """How often it went out so far."""
    readers: int


async def who_missed(session: AsyncSession, alert_id: int) -> Missed:
    """Counts them. ``Stale`` where it was never sent, is withdrawn, or is still going out."""
    alert = await session.get(Alert, alert_id)
    words = await _sendable(session, alert)
    sent = await _dispatches(session, alert_id)
    if any(state in (DispatchState.RUNNING, DispatchState.PAUSED) for state in sent):
        raise Stale("going")
    meant = Dispatch(
        content=Content.ALERT,
        subject_id=alert_id,
        topics=list(words.topics),
        severity=words.severity,
        about=alert.about if alert else None,
    )
    readers = await session.scalar(
        select(func.count()).select_from(Subscriber).where(missed(meant))
    )
    return Missed(alert_id, words.revision, len(sent), readers or 0)


async def resend(
    session: AsyncSession,
    seen: Missed,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Dispatch:
    """A further dispatch, as ``seen``; ``Stale`` where it was changed or sent again meanwhile."""
    await demand(session, by, Act.APPROVE, owners=owners)
    alert = await session.get(Alert, seen.alert_id, with_for_update=True)
    words = await _sendable(session, alert)
    if words.revision != seen.revision:
        raise Stale("changed")
    if len(await _dispatches(session, seen.alert_id)) != seen.times:
        raise Stale("decided")
    dispatch = await plan(
        session,
        content=Content.ALERT,
        subject_id=seen.alert_id,
        revision=words.revision,
        kind=MessageKind.SEND,
        lane=Lane.URGENT,
        reach=Reach.MISSED,
        topics=list(words.topics),
        about=alert.about if alert else None,
        severity=words.severity,
        expires_at=now + STILL_BREAKING,
        created_at=now,
        plan_key=f"alert:{seen.alert_id}:again:{words.revision}:{seen.times}",
    )
    subject = f"alert:{seen.alert_id}"
    await record(
        session, "resend", subject, by=by, now=now,
        revision=words.revision, readers=dispatch.audience,
    )  # fmt: skip
    return dispatch


async def _sendable(session: AsyncSession, alert: Alert | None) -> AlertRevision:
    if alert is None or alert.state is not AlertState.APPROVED:
        raise Stale("gone")
    words = await newest(session, alert)
    if words.reason is RevisionReason.RETRACTION:
        raise Stale("decided")
    return words


async def _dispatches(session: AsyncSession, alert_id: int) -> list[DispatchState]:
    wanted = select(Dispatch.state).where(
        Dispatch.content == Content.ALERT,
        Dispatch.subject_id == alert_id,
        Dispatch.kind == MessageKind.SEND,
    )
    return list(await session.scalars(wanted))
