"""The ledger by months on PostgreSQL: made ahead, dropped whole, and no receipt ever refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.dispatch import Content, MessageKind
from digests.outbox.months import drop_months, keep_months, make_months
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database

FAR = datetime(2031, 12, 20, tzinfo=UTC)


@pytest.fixture
def months(database: Database) -> Database:
    if database.is_sqlite:
        pytest.skip("SQLite keeps its ledger in one table")
    return database


async def enter(session: AsyncSession, *moments: datetime) -> None:
    for sent_at in moments:
        session.add(
            Receipt(
                dispatch_id=1,
                content=Content.ALERT,
                subject_id=1,
                revision=1,
                chat_id=7,
                kind=MessageKind.SEND,
                outcome=Outcome.SENT,
                sent_at=sent_at,
            )
        )
    await session.flush()


async def where(session: AsyncSession) -> list[str]:
    found = await session.scalars(text("SELECT tableoid::regclass::text FROM receipt ORDER BY id"))
    return list(found)


async def test_this_month_and_the_next_two_are_made_once(months: Database) -> None:
    async with months.write() as session:
        made = await make_months(session, now=FAR)
        again = await make_months(session, now=FAR)
    assert made == ["receipt_2031_12", "receipt_2032_01", "receipt_2032_02"]
    assert again == []


async def test_a_receipt_of_no_month_is_kept_and_moves_when_its_month_is_made(
    months: Database,
) -> None:
    async with months.write() as session:
        await enter(session, FAR, FAR + timedelta(days=400))
        assert await where(session) == ["receipt_rest", "receipt_rest"]
        await make_months(session, now=FAR)
        assert await where(session) == ["receipt_2031_12", "receipt_rest"]


async def test_only_months_that_have_ended_are_dropped(months: Database) -> None:
    async with months.write() as session:
        await make_months(session, now=FAR)
        await enter(session, FAR, datetime(2032, 1, 1, tzinfo=UTC))
        await drop_months(session, before=datetime(2031, 12, 31, 23, 59, tzinfo=UTC))
        assert await session.scalar(select(func.count()).select_from(Receipt)) == 2
        dropped = await drop_months(session, before=datetime(2032, 1, 1, tzinfo=UTC))
        assert dropped[-1] == "receipt_2031_12"
        assert (await session.scalars(select(Receipt.sent_at))).all() == [
            datetime(2032, 1, 1, tzinfo=UTC)
        ]


async def test_thirteen_months_are_kept_besides_this_one(months: Database) -> None:
    async with months.write() as session:
        for year, month in ((2031, 9), (2031, 10), (2032, 11)):
            await make_months(session, now=datetime(year, month, 15, tzinfo=UTC))
        await keep_months(session, now=datetime(2032, 11, 15, tzinfo=UTC))
        names = await session.scalars(
            text(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'receipt'::regclass"
            )
        )
        kept = set(names)
    assert "receipt_2031_10" in kept
    assert "receipt_2031_09" not in kept
    assert "receipt_2033_01" in kept


async def test_nothing_is_done_on_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("the other engine")
    async with database.write() as session:
        assert await make_months(session, now=FAR) == []
        assert await drop_months(session, before=FAR) == []
        await keep_months(session, now=FAR)
