"""The ledger's totals are the ledger's, however often and from whichever moment they are counted on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from digests.outbox.receipt import Outcome, Receipt
from digests.outbox.total import SETTLED, count_on, totals
from digests.storage.database import Database
from tests.outbox.builders import ended

MINUTE = timedelta(minutes=1)


async def settled(database: Database, at: datetime, *outcomes: Outcome) -> None:
    async with database.write() as session:
        session.add_all(ended(at, outcome) for outcome in outcomes)


async def counted(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await count_on(session, now=now)


async def total(database: Database) -> tuple[dict[str, int], int]:
    async with database.read() as session:
        return await totals(session)


async def test_before_anything_was_counted_the_ledger_itself_is(
    database: Database, now: datetime
) -> None:
    assert await total(database) == ({}, 0)
    await settled(database, now, Outcome.SENT, Outcome.UNKNOWN)
    assert await total(database) == ({"sent": 1, "unknown": 1}, 1)


async def test_each_receipt_counts_once_at_every_moment(database: Database, now: datetime) -> None:
    """On the edges of what was counted, and where the clock is set back and forward again."""
    for step, minute in enumerate((0, 1, 1, 2, 3, 1, 4, 60)):
        await settled(database, now + step * MINUTE, Outcome.SENT, Outcome.FAILED)
        await counted(database, now + minute * MINUTE)
        assert await total(database) == ({"sent": step + 1, "failed": step + 1}, 0)


async def test_what_settles_late_is_not_missed(database: Database, now: datetime) -> None:
    """A commit under way while another worker counts: its receipts are younger than what is counted."""
    await settled(database, now, Outcome.SENT)
    await counted(database, now)
    await settled(database, now - SETTLED / 2, Outcome.UNKNOWN)
    await counted(database, now + 2 * MINUTE)
    assert await total(database) == ({"sent": 1, "unknown": 1}, 1)


async def test_receipts_that_were_let_go_still_count(database: Database, now: datetime) -> None:
    await settled(database, now, Outcome.SENT, Outcome.UNKNOWN)
    await counted(database, now + 2 * MINUTE)
    async with database.write() as session:
        await session.execute(delete(Receipt))
    await settled(database, now + 3 * MINUTE, Outcome.SENT)
    assert await total(database) == ({"sent": 2, "unknown": 1}, 1)
