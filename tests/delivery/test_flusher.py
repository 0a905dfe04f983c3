"""Results outlive a database that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import flusher
from bot.delivery.courier import Courier
from bot.delivery.flusher import is_away
from bot.sandbox import Sandbox
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.builders import planned, tallied


class Said(Exception):
    """A driver's error, with PostgreSQL's word for it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("no")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (DBAPIError("", {}, Said("57P03")), True),  # it is starting up
        (DBAPIError("", {}, Said("57P01")), True),  # its operator stops it
        (DBAPIError("", {}, Said("40P01")), True),  # a deadlock: the other one won
        (DBAPIError("", {}, Said("08006")), True),
        (DBAPIError("", {}, Exception(), connection_invalidated=True), True),
        (OperationalError("", {}, Exception()), True),
        (FileNotFoundError(), True),  # its socket is not there
        (NoConnectionFree(), True),  # all are waiting for it
        (IntegrityError("", {}, Said("23505")), False),
        (DBAPIError("", {}, Said("22001")), False),
    ],
)
def test_away_is_told_from_refused(error: Exception, away: bool) -> None:
    assert is_away(error) is away


class Restarting:
    """A database that is starting up, or has no connection free, for so many transactions."""

    is_sqlite = True

    def __init__(self, database: Database, transactions: int, error: Exception) -> None:
        self._database, self._left, self._error = database, transactions, error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """As the real one, in the end."""
        if self._left:
            self._left -= 1
            raise self._error
        async with self._database.write() as session:
            yield session


TROUBLES = [DBAPIError("", {}, Said("57P03")), NoConnectionFree()]


@pytest.mark.parametrize("error", TROUBLES, ids=["it starts up", "none is free"])
async def test_a_server_that_starts_up_loses_no_result(
    database: Database,
    sandbox: Sandbox,
    courier_of: Callable[..., Courier],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """What was sent is written down when it is back, and sent to nobody again."""
    monkeypatch.setattr(flusher, "DATABASE_PAUSE", 0.0)
    dispatch = await planned(database, sandbox, [1, 2, 3], now)
    courier = courier_of()
    courier.flusher._database = Restarting(database, 5, error)
    await asyncio.wait_for(work_off(courier), 30)
    assert (await tallied(database, dispatch)).sent == 3
    assert len(sandbox.accept_log) == 3


@pytest.mark.parametrize("error", TROUBLES, ids=["it starts up", "none is free"])
async def test_no_chore_of_a_courier_ends_because_the_database_is_away(
    database: Database,
    courier_of: Callable[..., Courier],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """Claiming, feeding, rescuing and marking departures; each goes on when it is back."""
    monkeypatch.setattr("bot.delivery.upkeep.RESCUE_SECONDS", 0.0)
    courier = courier_of()
    await courier.upkeep.arrive()
    away = Restarting(database, 10**9, error)
    monkeypatch.setattr(away, "read", away.write, raising=False)
    for part in (courier._claimer, courier.upkeep, courier._departures):
        part._database = away  # type: ignore[attr-defined]
    running = asyncio.create_task(courier.run())
    assert not await courier._departures.may_leave(1, 1)
    done, _ = await asyncio.wait({running}, timeout=0.3)
    assert not done
    await courier.drain()
    await running


async def test_a_stop_does_not_wait_for_ever_for_a_database_that_is_away(
    database: Database,
    sandbox: Sandbox,
    courier_of: Callable[..., Courier],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it holds is in doubt then: the next worker sends it once more, marked."""
    monkeypatch.setattr(flusher, "DATABASE_PAUSE", 0.0)
    monkeypatch.setattr("bot.delivery.courier.SETTLE_SECONDS", 0.05)
    await planned(database, sandbox, [1, 2, 3], now)
    courier = courier_of()
    courier.flusher._database = Restarting(database, 10**9, TROUBLES[0])
    running = asyncio.create_task(courier.run())
    async with asyncio.timeout(10):
        while len(sandbox.accept_log) < 3:  # noqa: ASYNC110 - a watcher, not a part
            await asyncio.sleep(0)
        await courier.drain()
        await running
    assert courier.counts.settled["sent"] == 0
