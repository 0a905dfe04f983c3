"""An alert is approved (verb), and from then on goes out by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import AlertState
from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.alerts.propose import newest, seen
from digests.alerts.staff import demand
from digests.errors import Incomplete
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.plan import plan
from digests.vocabulary import Severity

STILL_BREAKING = timedelta(hours=6)
"""An alert that could not be sent for so long is no alert any more."""


async def approve(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Dispatch:
    """The alert goes to every subscriber it matches, in the urgent lane.

    Raises ``NotPermitted``, ``Stale`` (another revision, or decided already) or ``Incomplete``
    (no topics). One confirmation is enough; who else may be asked for is for ``demand`` to say.
    """
    await demand(session, by, Act.APPROVE, owners=owners)
    alert = await seen(session, alert_id, revision)
    words = await newest(session, alert)
    if not words.topics:
        raise Incomplete("topics")
    alert.state, alert.decided_by, alert.decided_at = AlertState.APPROVED, by, now
    dispatch = await plan(
        session,
        content=Content.ALERT,
        subject_id=alert.id,
        revision=alert.revision,
        kind=MessageKind.SEND,
        lane=Lane.URGENT,
        reach=Reach.MATCHING,
        topics=list(words.topics),
        severity=words.severity,
        silent=words.severity is Severity.ROUTINE,
        expires_at=now + STILL_BREAKING,
        created_at=now,
        created_by=by,
        plan_key=f"alert:{alert.id}",
    )
    await record(
        session,
        "approve",
        f"alert:{alert.id}",
        by=by,
        now=now,
        revision=alert.revision,
        readers=dispatch.audience,
    )
    return dispatch
