"""A recall (verb): at one word what waits is stopped, and what arrived says that it is withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.permission import Act
from digests.alerts.release import ProposalState
from digests.alerts.staff import demand
from digests.corrections.amend import put_right, still_wrong
from digests.corrections.correction import (
    CorrectedSubject,
    Correction,
    CorrectionKind,
)
from digests.corrections.counted import Counted
from digests.corrections.spread import going_out
from digests.errors import Stale


async def recall(
    session: AsyncSession,
    alert_id: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
    counted: Counted | None = None,
) -> Correction:
    """Withdraws an alert that is going out, whoever may send it may also take it back, at once and
    alone; a reason can wait, an error cannot.

    Raises ``NotPermitted``, or ``Stale``: not there, withdrawn before, or ``over`` where it has gone
    out to all: then a withdrawal says why.
    """
    await demand(session, by, Act.APPROVE, owners=owners)
    alert = await still_wrong(session, CorrectedSubject.ALERT, alert_id)
    if not await going_out(session, alert_id):
        raise Stale("over")
    correction = Correction(
        kind=CorrectionKind.RETRACT,
        subject=CorrectedSubject.ALERT,
        subject_id=alert_id,
        state=ProposalState.PROPOSED,
        was_revision=alert.revision,
        texts={},
        notes={},
        main_language="en",
        made_by=by,
        made_at=now,
    )
    session.add(correction)
    await session.flush()
    await put_right(session, correction, alert, "recall", by=by, now=now, counted=counted)
    return correction
