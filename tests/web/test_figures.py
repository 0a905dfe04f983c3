"""What an operator reads: the pace that is kept, and the one that is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update

from bot.web.figures import figures
from digests.audience.subscriber import SubscriberState
from digests.outbox.dispatch import Lane, MessageKind
from digests.outbox.gate import Gate, Worker
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome
from digests.storage.database import Database
from tests.outbox.builders import alert, ended, readers


async def test_the_pace_is_that_of_the_last_minute(database: Database, now: datetime) -> None:
    """What was recalled never went out, and counts as little as what went out before."""
    async with database.write() as session:
        for age in (1, 20, 59, 61):
            session.add(ended(now - timedelta(seconds=age), Outcome.SENT))
        session.add(ended(now, Outcome.CANCELLED))
    async with database.read() as session:
        found = await figures(session, now=now, ceiling=30)
    assert (found.rate_used, found.rate_allowed, found.slots) == (3 / 60, None, 0)


async def test_workers_are_those_that_were_heard_of_a_moment_ago(
    database: Database, now: datetime
) -> None:
    """One that ended is remembered for an hour, and is none."""
    async with database.write() as session:
        for name, age in (("a", 4), ("b", 59), ("c", 61), ("d", 3000)):
            heard = now - timedelta(seconds=age)
            session.add(Worker(id=name, started_at=heard, heartbeat_at=heard))
    async with database.read() as session:
        assert (await figures(session, now=now, ceiling=30)).workers == 2


async def test_a_lowered_rate_is_shown_as_it_comes_back(database: Database, now: datetime) -> None:
    """By one a second each minute, up to what the operator allows today."""
    async with database.write() as session:
        session.add(Gate(bot_id=1, rate=24, tat=now, rate_changed_at=now, slot_no=9))
    shown = []
    async with database.read() as session:
        for minutes in (0, 3, 60):
            then = now + timedelta(minutes=minutes)
            found = await figures(session, now=then, ceiling=30)
            shown.append((found.rate_allowed, found.slots))
    assert shown == [(24, 9), (27, 9), (30, 9)]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgresql
async def test_what_slows_postgresql_down_is_seen(database: Database, now: datetime) -> None:
    """A transaction left open, and the dead rows that it keeps."""
    async with database.write() as session:
        session.add(Gate(bot_id=1, rate=30, tat=now))
    async with database.write() as session:
        for number in range(5):
            await session.execute(update(Gate).values(slot_no=number))
        await session.execute(text("SELECT pg_stat_force_next_flush()"))
    async with database.write() as lingering:
        await lingering.execute(text("SELECT pg_sleep(0.05)"))
        async with database.read() as session:
            found = await figures(session, now=now, ceiling=30)
    assert found.dead_rows["gate"] >= 4
    assert found.oldest_transaction_seconds >= 0.05


async def test_a_stop_is_seen(database: Database, now: datetime) -> None:
    async with database.write() as session:
        session.add(Gate(bot_id=1, rate=30, tat=now, stopped_at=now))
    async with database.read() as session:
        assert (await figures(session, now=now, ceiling=30)).stopped


async def test_what_waits_is_as_old_as_its_plan(database: Database, now: datetime) -> None:
    """By lane; what is not due yet, held or on the wire does not wait for us."""
    async with database.write() as session:
        for number, lane in enumerate((Lane.URGENT, Lane.DIGESTS, Lane.DIGESTS, Lane.NOTICES), 1):
            planned = now - timedelta(seconds=10 * number)
            await alert(session, now=planned, subject_id=number, lane=lane)
        for number, lane, state, not_before in (
            (1, Lane.URGENT, MessageState.READY, None),
            (2, Lane.DIGESTS, MessageState.READY, now),
            (3, Lane.DIGESTS, MessageState.HELD, None),
            (3, Lane.DIGESTS, MessageState.SENDING, None),
            (4, Lane.NOTICES, MessageState.READY, now + timedelta(seconds=1)),
        ):
            session.add(
                OutboxMessage(
                    dispatch_id=number,
                    chat_id=1,
                    kind=MessageKind.SEND,
                    lane=lane,
                    state=state,
                    not_before=not_before,
                    dedup_key=f"{number} {state}",
                )
            )
    async with database.read() as session:
        found = await figures(session, now=now, ceiling=30)
    assert found.oldest_message_seconds == {"urgent": 10, "digests": 20}


async def test_subscribers_are_counted_by_state(database: Database, now: datetime) -> None:
    """States without anybody are left out."""
    async with database.write() as session:
        people = await readers(session, range(1, 7), now=now)
        people[0].state = SubscriberState.PAUSED
        people[1].state = people[2].state = SubscriberState.SUSPENDED
    async with database.read() as session:
        found = await figures(session, now=now, ceiling=30)
    assert found.subscribers == {"active": 3, "paused": 1, "suspended": 2}
