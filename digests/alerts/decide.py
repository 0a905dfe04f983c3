"""An alert is approved (verb), and from then on goes out by itself: at once, or at its time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, AlertState
from digests.alerts.audit import record
from digests.alerts.card import follow
from digests.alerts.followed import know_by_alert
from digests.alerts.permission import Act
from digests.alerts.propose import newest, reopened, seen
from digests.alerts.release import Consent, Proposal, consent, is_too_late, still_ahead
from digests.alerts.staff import demand
from digests.audience.following import prolong
from digests.errors import Incomplete
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.plan import plan

STILL_BREAKING = timedelta(hours=6)
"""An alert that could not be sent for so long is no alert any more."""


@dataclass(frozen=True, slots=True)
class Due:
    """An alert whose time has come: sent, or too late for that and a draft again."""

    alert_id: int
    is_sent: bool


async def approve(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
    two_person: bool,
    audience: int | None = None,
) -> Dispatch | None:
    """The alert goes to every subscriber it matches, in the urgent lane; none yet where it has a time.
    ``audience`` is how many they are where that was counted for its card: else they are counted here,
    while delivery waits.

    Raises ``NotPermitted``, ``Stale`` (another revision, decided already, or its time has passed) or
    ``Incomplete`` (no topics).
    """
    await demand(session, by, Act.APPROVE, owners=owners)
    alert = await seen(session, alert_id, revision, (AlertState.DRAFT, AlertState.PROPOSED))
    words = await newest(session, alert)
    if not words.topics:
        raise Incomplete("topics")
    waits = still_ahead(words.release_at, now)
    proposal = Proposal(alert.proposed_by, alert.proposed_at)
    given = consent(proposal, by=by, two_person=two_person, now=now)
    alert.decided_by, alert.decided_at = by, now
    alone = {"alone": True} if given is Consent.ALONE else {}
    if not waits:
        known = {} if audience is None else {"audience": audience}
        return await _send(session, alert, words, "approve", now, known, **alone)
    alert.state = AlertState.SCHEDULED
    await _record(session, alert, "schedule", now, revision=alert.revision, **alone)
    return None


async def release_due(session: AsyncSession, *, now: datetime) -> list[Due]:
    """Sends what was approved for a time that has come. What is too late becomes a draft again."""
    rows = await session.execute(
        select(Alert, AlertRevision)
        .join(
            AlertRevision,
            (AlertRevision.alert_id == Alert.id) & (AlertRevision.revision == Alert.revision),
        )
        .where(Alert.state == AlertState.SCHEDULED, AlertRevision.release_at <= now)
        .order_by(Alert.id)
        .with_for_update(of=Alert, skip_locked=True)
    )
    return [await _release(session, alert, words, now) for alert, words in rows.all()]


async def _release(session: AsyncSession, alert: Alert, words: AlertRevision, now: datetime) -> Due:
    assert words.release_at is not None  # noqa: S101 - it was found by it
    if is_too_late(words.release_at, now):
        await _record(session, alert, "miss", now, revision=alert.revision)
        reopened(alert)
        return Due(alert.id, is_sent=False)
    await _send(session, alert, words, "release", now, {})
    # When readers were told; the date that they see.
    alert.decided_at = now
    return Due(alert.id, is_sent=True)


async def _send(
    session: AsyncSession,
    alert: Alert,
    words: AlertRevision,
    act: str,
    now: datetime,
    known: Mapping[str, int],
    **details: object,
) -> Dispatch:
    alert.state = AlertState.APPROVED
    dispatch = await plan(
        session,
        content=Content.ALERT,
        subject_id=alert.id,
        revision=alert.revision,
        kind=MessageKind.SEND,
        lane=Lane.URGENT,
        reach=Reach.MATCHING,
        topics=list(words.topics),
        about=alert.about,
        severity=words.severity,
        expires_at=now + STILL_BREAKING,
        created_at=now,
        plan_key=f"alert:{alert.id}",
        **known,
    )
    await follow(session, alert.id, dispatch.id)
    await prolong(session, alert.about, now=now)
    await know_by_alert(session, alert, dispatch, now=now)
    found = {"revision": alert.revision, "readers": dispatch.audience, **details}
    await _record(session, alert, act, now, **found)
    return dispatch


async def _record(
    session: AsyncSession, alert: Alert, act: str, now: datetime, **details: object
) -> None:
    assert alert.decided_by is not None  # noqa: S101 - somebody approved it
    await record(session, act, f"alert:{alert.id}", by=alert.decided_by, now=now, **details)
