"""Transactions: what is written stays, what fails leaves nothing, nobody loses an update."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from digests.errors import ConfigurationError
from digests.outbox.gate import Gate
from digests.storage.database import Database


def gate(now: datetime) -> Gate:
    return Gate(bot_id=1, rate=0.0, tat=now)


async def test_a_block_that_ends_is_kept(database: Database, now: datetime) -> None:
    async with database.write() as session:
        session.add(gate(now))
    async with database.read() as session:
        assert (await session.scalars(select(Gate.tat))).one() == now


async def test_a_block_that_raises_leaves_nothing(database: Database, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block is the promise
        async with database.write() as session:
            session.add(gate(now))
            await session.flush()
            raise ZeroDivisionError
    async with database.read() as session:
        assert (await session.scalars(select(Gate))).all() == []


async def test_a_hundred_increments_at_once_are_a_hundred(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        session.add(gate(now))

    async def increment() -> None:
        async with database.write() as session:
            locked = await session.get_one(Gate, 1, with_for_update=True)
            locked.rate += 1

    await asyncio.gather(*(increment() for _ in range(100)))
    async with database.read() as session:
        assert (await session.scalars(select(Gate.rate))).one() == 100


async def test_times_come_back_as_they_went_in(database: Database) -> None:
    moment = datetime(2026, 10, 25, 0, 59, 59, 999999, tzinfo=UTC)
    async with database.write() as session:
        session.add(gate(moment))
        await session.flush()
        await session.execute(update(Gate).values(tat=moment + timedelta(microseconds=1)))
    async with database.read() as session:
        stored = (await session.scalars(select(Gate.tat))).one()
        assert stored == moment + timedelta(microseconds=1)
        later = select(Gate.bot_id).where(Gate.tat > moment)
        assert (await session.scalars(later)).all() == [1]


@pytest.mark.parametrize("url", ["mysql://x/y", "not a url", "sqlite://", "sqlite:///:memory:"])
def test_a_url_we_cannot_use_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError):
        Database(url)


@pytest.mark.postgresql
async def test_a_frozen_worker_cannot_hold_a_lock_for_ever(database: Database) -> None:
    """The server itself ends a transaction that nobody goes on with."""
    if database.is_sqlite:
        pytest.skip("one process on SQLite")
    async with database.read() as session:
        said = await session.scalar(text("SHOW idle_in_transaction_session_timeout"))
    assert said == "10s"


async def test_no_plan_is_kept_from_when_a_table_held_other_rows(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite keeps its plans for a prepared statement's parameters alone")
    statement = select(Gate.tat).where(Gate.bot_id == 1)
    kept = text(
        "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements"
        " WHERE statement LIKE '%FROM gate%' AND cardinality(parameter_types) > 0"
    )
    async with database.read() as session:
        for _time in range(10):  # after five PostgreSQL would keep one
            await session.execute(statement)
        generic, planned = (await session.execute(kept)).one()
    assert (generic, planned >= 10) == (0, True)
