"""What passes by itself is told from what was asked wrongly, on each engine as it really happens."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from digests.storage.database import Database
from digests.storage.trouble import is_passing


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO outbox (id) VALUES (1)",
        "SELECT * FROM nowhere",
        "SELECT nothing FROM outbox",
    ],
)
async def test_a_wrong_statement_does_not_pass(database: Database, statement: str) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        async with database.write() as session:
            await session.execute(text(statement))
    assert not is_passing(caught.value)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgresql
async def test_a_connection_that_was_cut_passes(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        async with database.write() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert is_passing(caught.value)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgresql
async def test_a_lock_that_another_holds_passes(database: Database) -> None:
    async with database.write() as holding:
        await holding.execute(text("LOCK TABLE outbox"))
        with pytest.raises(SQLAlchemyError) as caught:
            async with database.write() as session:
                await session.execute(text("LOCK TABLE outbox NOWAIT"))
    assert is_passing(caught.value)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_database_that_is_locked_passes(database: Database) -> None:
    async with database.read() as reading:
        await reading.execute(text("SELECT 1"))
        await reading.execute(text("PRAGMA busy_timeout = 1"))
        async with database.write() as writing:
            await writing.execute(text("SELECT 1"))
            with pytest.raises(SQLAlchemyError) as caught:
                await reading.execute(text("DELETE FROM outbox"))
    assert is_passing(caught.value)


@pytest.mark.parametrize(
    ("error", "passes"), [(ConnectionResetError(), True), (AssertionError(), False)]
)
def test_errors_of_python_itself(error: Exception, passes: bool) -> None:
    assert is_passing(error) is passes
