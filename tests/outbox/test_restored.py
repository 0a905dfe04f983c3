"""A database that stood still while work was waiting sends nothing before a person says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digests.audience.slot import Appointment, Slot
from digests.outbox.claim import claim
from digests.outbox.expand import expand
from digests.outbox.gate import Worker
from digests.outbox.restored import resume_delivery, stop_if_restored, stopped_since
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers

HOUR = timedelta(hours=1)


async def stops(database: Database, now: datetime) -> bool:
    async with database.write() as session:
        return await stop_if_restored(session, bot_id=1, ceiling=30, now=now) is not None


async def lives(database: Database, at: datetime) -> None:
    """A worker's heartbeat."""
    async with database.write() as session:
        session.add(Worker(id=str(at), started_at=at, heartbeat_at=at))


async def queue(database: Database, now: datetime) -> None:
    """An alert with one reader, in the outbox."""
    async with database.write() as session:
        await readers(session, [1], now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=30)


async def taken(database: Database, now: datetime) -> int:
    async with database.write() as session:
        found = await claim(session, JumpingClock(now), bot_id=1, owner="a", ceiling=30, most=5)
    return len(found.messages)


@pytest.mark.parametrize(
    ("hours", "stopped"), [(5.0, True), (3.0, True), (2.9, False), (0.0, False)]
)
async def test_a_queue_that_nobody_served_for_hours_waits_for_a_person(
    database: Database, now: datetime, hours: float, stopped: bool
) -> None:
    await queue(database, now)
    await lives(database, now)
    later = now + hours * HOUR
    assert await stops(database, later) is stopped
    assert await taken(database, later) == (0 if stopped else 1)


async def test_a_persons_word_lets_it_go_on(database: Database, now: datetime) -> None:
    await queue(database, now)
    assert await stops(database, now + 5 * HOUR)
    async with database.write() as session:
        assert await stopped_since(session) == now + 5 * HOUR
        assert await resume_delivery(session)
        assert not await resume_delivery(session)
        assert await stopped_since(session) is None
    assert await taken(database, now + 5 * HOUR) == 1


async def test_a_second_start_neither_forgets_it_nor_asks_again(
    database: Database, now: datetime
) -> None:
    """What was written since, such as a plan, is no person's word."""
    await queue(database, now)
    assert await stops(database, now + 5 * HOUR)
    await lives(database, now + 5 * HOUR)
    assert not await stops(database, now + 6 * HOUR)
    assert await taken(database, now + 6 * HOUR) == 0


async def test_another_worker_that_lives_shows_that_the_database_does(
    database: Database, now: datetime
) -> None:
    await queue(database, now)
    await lives(database, now + 5 * HOUR)
    assert not await stops(database, now + 5 * HOUR)


async def test_without_work_or_without_a_past_nothing_stops(
    database: Database, now: datetime
) -> None:
    assert not await stops(database, now)
    await lives(database, now)
    assert not await stops(database, now + 50 * HOUR)


async def test_digests_that_fell_due_meanwhile_are_work(database: Database, now: datetime) -> None:
    """The bot whose backup this is may have sent them."""
    await lives(database, now)
    async with database.write() as session:
        [reader] = await readers(session, [1], now=now)
        slot = Slot(
            timezone="Europe/Kyiv", minute=600, next_due_at=now + HOUR, next_local_date=now.date()
        )
        session.add(slot)
        await session.flush()
        session.add(Appointment(subscriber_id=reader.id, minute=600, slot_id=slot.id))
    assert not await stops(database, now + 4 * HOUR - 3 * HOUR)
    assert await stops(database, now + 4 * HOUR)
