"""What a correction and an update have in common while they are proposed (verb): both are undecided until
somebody approves or discards them, and where two must agree, others are asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.alerts.release import Consent, Proposal, ProposalState, consent
from digests.alerts.staff import demand
from digests.alerts.update import AlertUpdate
from digests.corrections.correction import Correction
from digests.errors import NotPermitted, Stale

Proposed = TypeVar("Proposed", Correction, AlertUpdate)


async def undecided(session: AsyncSession, noun: type[Proposed], which: int) -> Proposed:
    """The proposed one, locked; ``Stale`` where it is not there or was decided."""
    found = await session.get(noun, which, with_for_update=True)
    if found is None:
        raise Stale("gone")
    if found.state is not ProposalState.PROPOSED:
        raise Stale("decided")
    return found


async def put_forward(
    session: AsyncSession,
    noun: type[Proposed],
    which: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Proposed:
    """Others are asked to approve it; only its author can ask them, and once."""
    await demand(session, by, Act.CORRECT, owners=owners)
    found = await undecided(session, noun, which)
    if found.made_by != by:
        raise NotPermitted("writer")
    if found.asked_at is not None:
        raise Stale("asked")
    found.asked_at = now
    await record(session, "propose", _named(found), by=by, now=now)
    return found


async def discard(
    session: AsyncSession,
    noun: type[Proposed],
    which: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Proposed:
    """It is put away; nothing of it goes out."""
    await demand(session, by, Act.CORRECT, owners=owners)
    found = await undecided(session, noun, which)
    found.state, found.decided_by, found.decided_at = ProposalState.REJECTED, by, now
    await record(session, "discard", _named(found), by=by, now=now)
    return found


def agreed(found: Correction | AlertUpdate, *, by: int, two_person: bool, now: datetime) -> Consent:
    """On whose word it may go out, where it needs more than one."""
    asked_by = found.made_by if found.asked_at else None
    return consent(Proposal(asked_by, found.asked_at), by=by, two_person=two_person, now=now)


def _named(found: Correction | AlertUpdate) -> str:
    """As the log names it."""
    kind = "correction" if isinstance(found, Correction) else "update"
    return f"{kind}:{found.id}"
