"""Somebody is invited to the desk by a link (verb): made, revoked, or opened, once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.audit import record
from digests.alerts.editor import Role
from digests.alerts.invitation import Invitation
from digests.alerts.permission import Act
from digests.alerts.staff import demand, enter
from digests.errors import NotPermitted, Stale

OPEN_FOR = timedelta(hours=24)

CODE_BYTES = 16
"""Of chance: 32 letters, which a link to a bot can carry and nobody can guess."""


async def invite(
    session: AsyncSession, role: Role, *, by: int, owners: Collection[int], now: datetime
) -> tuple[Invitation, str]:
    """A new invitation and its code, which is told now and can never be looked up."""
    await demand(session, by, Act.APPOINT, owners=owners)
    if role is Role.OWNER:
        raise NotPermitted(Act.APPOINT)
    # No dash at its end, which a chat would leave out of the link.
    code = token_hex(CODE_BYTES)
    made = Invitation(
        code_hash=_hash(code), role=role, made_by=by, made_at=now, expires_at=now + OPEN_FOR
    )
    session.add(made)
    await session.flush()
    await record(session, "invite", f"invitation:{made.id}", by=by, now=now, role=role)
    return made, code


async def revoke(
    session: AsyncSession,
    invitation_id: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> None:
    """The link opens nothing any more; ``Stale`` where it was used or revoked before."""
    await demand(session, by, Act.APPOINT, owners=owners)
    found = await session.get(Invitation, invitation_id, with_for_update=True)
    if found is None:
        raise Stale("gone")
    _demand_open(found, now)
    found.revoked_at = now
    await record(session, "revoke", f"invitation:{found.id}", by=by, now=now)


async def accept(
    session: AsyncSession, code: str, *, by: int, owners: Collection[int], now: datetime
) -> Invitation:
    """Whoever opened the link works at the desk from now on.

    Raises ``Stale``: ``gone``, ``used``, ``revoked`` or ``expired``; ``NotPermitted`` for an owner.
    """
    wanted = select(Invitation).where(Invitation.code_hash == _hash(code)).with_for_update()
    found = await session.scalar(wanted)
    if found is None:
        raise Stale("gone")
    _demand_open(found, now)
    if by in owners:
        raise NotPermitted("owner")
    found.used_at = now
    await enter(session, by, found.role, appointed_by=found.made_by, now=now)
    await record(session, "join", f"invitation:{found.id}", by=by, now=now, role=found.role)
    return found


async def open_invitations(session: AsyncSession, *, now: datetime) -> Sequence[Invitation]:
    """Those that somebody could still open, the oldest first."""
    still_open = select(Invitation).where(
        Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now
    )
    return (await session.scalars(still_open.order_by(Invitation.id))).all()


def _demand_open(invitation: Invitation, now: datetime) -> None:
    if invitation.used_at is not None:
        raise Stale("used")
    if invitation.revoked_at is not None:
        raise Stale("revoked")
    if invitation.expires_at <= now:
        raise Stale("expired")


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
