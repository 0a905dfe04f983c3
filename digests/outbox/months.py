"""The ledger by months (verb, PostgreSQL only): each month is a table, made ahead and dropped whole.

What no month was made for, a clock that ran wild for instance, goes to ``receipt_rest``: a receipt is
never refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

AHEAD = 2
"""Months made before they begin: a bot that is not restarted for long still has one."""

KEPT = 13
"""Months whose receipts are kept, besides the present one: what was sent last year is correctable."""

_MONTH = re.compile(r"receipt_(\d{4})_(\d{2})")

_PARTITIONS = text(
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'receipt'::regclass"
)
_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(:key)")
_KEY = 0x46574E
_PATIENCE = text("SET LOCAL lock_timeout = '2s'")
"""Couriers write the ledger all the time: rather next time than keeping them waiting."""


async def keep_months(session: AsyncSession, *, now: datetime) -> None:
    """What housekeeping does."""
    await make_months(session, now=now)
    oldest = _start(now)
    for _ in range(KEPT):
        oldest = _start(oldest - timedelta(days=1))
    await drop_months(session, before=oldest)


async def make_months(session: AsyncSession, *, now: datetime) -> list[str]:
    """Makes this month's table and the next ones' where they are missing; their names."""
    if not await _may_change(session):
        return []
    known = await _months(session)
    wanted = [_start(now)]
    for _ in range(AHEAD):
        wanted.append(_next(wanted[-1]))
    missing = [month for month in wanted if month not in known]
    for month in missing:
        await _make(session, month)
    return [_name(month) for month in missing]


async def drop_months(session: AsyncSession, *, before: datetime) -> list[str]:
    """Drops the months that had ended by ``before``, with every receipt in them; their names."""
    if not await _may_change(session):
        return []
    ended = sorted(month for month in await _months(session) if _next(month) <= before)
    for month in ended:
        await session.execute(text(f"DROP TABLE {_name(month)}"))
    return [_name(month) for month in ended]


async def _may_change(session: AsyncSession) -> bool:
    """One worker at a time; SQLite has no months."""
    if session.get_bind().dialect.name == "sqlite":
        return False
    await session.execute(_PATIENCE)
    return await session.scalar(_ONE_AT_A_TIME, {"key": _KEY}) or False


async def _make(session: AsyncSession, month: datetime) -> None:
    name, since, until = _name(month), month.isoformat(), _next(month).isoformat()
    await session.execute(
        text(f"CREATE TABLE {name} (LIKE receipt INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    )
    # The rest may hold some of this month already; a partition of it could not be attached then.
    await session.execute(
        text(
            f"WITH moved AS (DELETE FROM receipt_rest WHERE sent_at >= '{since}' "  # noqa: S608
            f"AND sent_at < '{until}' RETURNING *) INSERT INTO {name} SELECT * FROM moved"
        )
    )
    await session.execute(
        text(
            f"ALTER TABLE receipt ATTACH PARTITION {name} "
            f"FOR VALUES FROM ('{since}') TO ('{until}')"
        )
    )


async def _months(session: AsyncSession) -> set[datetime]:
    names = (await session.scalars(_PARTITIONS)).all()
    found = (_MONTH.fullmatch(name) for name in names)
    return {datetime(int(one[1]), int(one[2]), 1, tzinfo=UTC) for one in found if one}


def _name(month: datetime) -> str:
    return f"receipt_{month:%Y_%m}"


def _start(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
