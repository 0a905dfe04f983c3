"""Nothing may happen inside a window that was already told (verb).

A digest that ends at 08:00 is composed a moment later. Were a story then still being written down
with the time 07:59, neither this digest nor the next would hold it. So composing and grouping take
turns, and whoever groups dates its news after the newest window.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.editions.edition import Edition

_TURN = 0x66775F77
"""The key of PostgreSQL's advisory lock; SQLite's writers stand in a queue anyway."""


async def close_windows(session: AsyncSession) -> None:
    """Until this transaction ends, nobody dates news: whoever composes begins with this."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock_shared(_TURN)))


async def open_window(session: AsyncSession, *, now: datetime) -> datetime:
    """The time at which news may be dated: ``now``, or just after the newest window.

    Until this transaction ends, nobody composes: whoever groups begins with this.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    told_until = await session.scalar(select(func.max(Edition.window_end)))
    return max(now, told_until + timedelta(microseconds=1)) if told_until else now
