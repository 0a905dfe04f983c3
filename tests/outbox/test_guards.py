"""The guards that keep workers out of each other's way, each alone: `make mutations` takes them away."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from digests.outbox.claim import Claim, claim
from digests.outbox.clock import SharedClock
from digests.outbox.dispatch import Lane, MessageKind
from digests.outbox.expand import expand
from digests.outbox.message import MessageState, OutboxMessage
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers


async def queue(database: Database, now: datetime) -> int:
    """Forty messages of one dispatch."""
    async with database.write() as session:
        await readers(session, range(1, 41), now=now)
        made = await alert(session, now=now)
        await expand(session, now=now, rate=30)
    return made.id


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgresql
async def test_a_claim_waits_for_the_one_that_holds_the_gate(
    database: Database, now: datetime
) -> None:
    """SQLite has one writer; here two claims begin at once, and share neither slot nor message."""
    await queue(database, now)
    clock = JumpingClock(now)

    async def one(owner: str, *, hold: asyncio.Event | None = None) -> Claim:
        async with database.write() as session:
            taken = await claim(session, clock, bot_id=1, owner=owner, ceiling=30, most=4)
            if hold is not None:
                began.set()
                await hold.wait()
        return taken

    await one("makes the gate")
    clock.set_by(timedelta(seconds=1))
    began, free = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(one("first", hold=free))
    await began.wait()
    second = asyncio.create_task(one("second"))
    done, _ = await asyncio.wait({second}, timeout=0.5)
    assert not done, "it did not wait"
    free.set()
    slots = [message.slot for task in (first, second) for message in (await task).messages]
    assert all(later - earlier > 0.03 for earlier, later in pairwise(slots))


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgresql
async def test_who_stands_still_with_the_gate_in_hand_loses_it_after_three_seconds(
    database: Database, now: datetime
) -> None:
    """A worker that is stopped, as by SIGSTOP, in the middle of a claim; every other would wait for it."""
    await queue(database, now)
    patience = text("SHOW idle_in_transaction_session_timeout")
    async with database.write() as session:
        assert await session.scalar(patience) == "10s"
        await claim(session, JumpingClock(now), bot_id=1, owner="any", ceiling=30, most=4)
        assert await session.scalar(patience) == "3s"


async def in_flight(database: Database, dispatch_id: int, key: str) -> None:
    row: dict[str, Any] = {
        "dispatch_id": dispatch_id,
        "chat_id": 1,
        "kind": MessageKind.SEND,
        "lane": Lane.URGENT,
        "state": MessageState.SENDING,
        "dedup_key": key,
    }
    async with database.write() as session:
        await session.execute(insert(OutboxMessage).values(row))


async def test_two_messages_are_never_in_flight_to_one_chat(
    database: Database, now: datetime
) -> None:
    dispatch_id = await queue(database, now)
    await in_flight(database, dispatch_id, "one")
    with pytest.raises(IntegrityError):
        await in_flight(database, dispatch_id, "two")


async def test_the_same_message_stands_in_the_outbox_once(
    database: Database, now: datetime
) -> None:
    dispatch_id = await queue(database, now)
    await in_flight(database, dispatch_id, "one")
    async with database.write() as session:
        await session.execute(update(OutboxMessage).values(state=MessageState.READY))
    with pytest.raises(IntegrityError):
        await in_flight(database, dispatch_id, "one")


@pytest.mark.parametrize(("seconds", "is_relied_upon"), [(0.0, True), (0.03, False)])
async def test_a_clock_that_took_long_to_read_is_not_relied_upon(
    seconds: float, is_relied_upon: bool
) -> None:
    """Half of the time that the reading took is how wrong it may be."""

    class Database:
        def get_bind(self) -> Any:
            return SimpleNamespace(dialect=SimpleNamespace(name="postgresql"))

        async def execute(self, statement: object) -> Any:
            await asyncio.sleep(seconds)
            return SimpleNamespace(scalar_one=lambda: datetime.now(UTC))

    reading = await SharedClock().read(Database())  # type: ignore[arg-type]
    assert reading.is_close is is_relied_upon
