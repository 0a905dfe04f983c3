"""When an alert may go out (rule): who may let it, and at what time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digests.errors import NotPermitted, Stale

ALONE_AFTER = timedelta(minutes=10)
"""Where two must agree and nobody answers for so long, the one who proposed may decide alone."""

RELEASED_WITHIN = timedelta(hours=1)
"""An alert whose time passed while we were down still goes out for so long; later a person decides."""


class Consent(StrEnum):
    """On whose word something goes out."""

    ONE = "one"
    TWO = "two"
    ALONE = "alone"
    """Two should have agreed, and nobody answered."""


class ProposalState(StrEnum):
    """Where an update or a correction stands that somebody proposed."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who asked others to approve, and when; nobody yet where nothing was proposed."""

    by: int | None
    at: datetime | None


def consent(proposal: Proposal, *, by: int, two_person: bool, now: datetime) -> Consent:
    """On whose word ``by`` may let it go out.

    Raises ``NotPermitted``: ``second`` before it was proposed, ``own`` for one's own proposal.
    """
    if not two_person:
        return Consent.ONE
    if proposal.by is None or proposal.at is None:
        raise NotPermitted("second")
    if proposal.by != by:
        return Consent.TWO
    if now < alone_from(proposal.at):
        raise NotPermitted("own")
    return Consent.ALONE


def alone_from(proposed_at: datetime) -> datetime:
    """From when on the one who proposed may decide alone."""
    return proposed_at + ALONE_AFTER


def still_ahead(release_at: datetime | None, now: datetime) -> bool:
    """Whether it waits for a time; ``Stale`` where that time has passed before anybody approved."""
    if release_at is not None and release_at <= now:
        raise Stale("time")
    return release_at is not None


def is_too_late(release_at: datetime, now: datetime) -> bool:
    """Whether a person must look at it again before it goes out."""
    return now - release_at > RELEASED_WITHIN
