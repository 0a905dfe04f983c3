"""The audit log: what was done at the desk, and what was refused there. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.editor import AuditEntry

REFUSED = "refused"
SAME_REFUSAL = timedelta(minutes=1)
"""A refusal repeated sooner is not written again: nobody may fill the log by hammering a button."""


async def record(
    session: AsyncSession,
    act: str,
    subject: str,
    *,
    by: int,
    now: datetime,
    **details: Any,
) -> None:
    """Writes down one act; ``subject`` is a kind and an id, such as ``alert:12``."""
    session.add(AuditEntry(at=now, user_id=by, act=act, subject=subject[:64], details=details))
    await session.flush()


async def record_refusal(
    session: AsyncSession, act: str, subject: str, *, by: int, now: datetime, reason: str
) -> None:
    """Writes down that somebody was refused, once a minute for the same person and wish."""
    last = await session.scalar(
        select(AuditEntry)
        .where(AuditEntry.user_id == by, AuditEntry.act == REFUSED)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    same = last is not None and last.subject == subject[:64] and last.details.get("wish") == act
    if last is None or not same or last.at <= now - SAME_REFUSAL:
        await record(session, REFUSED, subject, by=by, now=now, wish=act, reason=reason)


async def entries(
    session: AsyncSession, *, before: int | None = None, by: int | None = None, limit: int = 15
) -> Sequence[AuditEntry]:
    """The newest entries, newest first; where given, those older than ``before``, an entry's id, and those
    of one person."""
    wanted = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    if by is not None:
        wanted = wanted.where(AuditEntry.user_id == by)
    return (await session.scalars(wanted)).all()
