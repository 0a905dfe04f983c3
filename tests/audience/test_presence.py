"""Absence: nothing comes, the settings stay, and a return does not bring weeks of news."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from digests.audience.presence import migrate, pause, restore, resume, resume_due, suspend
from digests.audience.subscribe import find, topics_of
from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.storage.database import Database
from tests.audience.builders import ENERGY, STRIKES, reader

DAY = timedelta(days=1)
ACTIVE, PAUSED, SUSPENDED = SubscriberState


async def state_of(database: Database, chat_id: int = 100) -> SubscriberState:
    async with database.read() as session:
        row = await find(session, chat_id)
        assert row is not None
        return row.state


async def test_a_pause_ends_by_itself_on_its_day(database: Database, now: datetime) -> None:
    async with database.write() as session:
        pause(await reader(session, now, ENERGY), now=now, days=3)
        pause(await reader(session, now, ENERGY, chat_id=2), now=now)
    async with database.write() as session:
        assert await resume_due(session, now=now + 3 * DAY - timedelta(seconds=1)) == 0
        assert await resume_due(session, now=now + 3 * DAY) == 1
    assert (await state_of(database), await state_of(database, 2)) == (ACTIVE, PAUSED)
    async with database.read() as session:
        row = await find(session, 100)
        assert row is not None
        assert row.covered_until == now + 2 * DAY
        assert row.paused_until is None


async def test_resuming_goes_back_a_day_and_never_repeats(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        row = await reader(session, now, ENERGY)
        row.covered_until = now
        pause(row, now=now)
        resume(row, now=now + timedelta(hours=5, seconds=30))
        assert row.covered_until == now
        pause(row, now=now)
        resume(row, now=now + 9 * DAY + timedelta(seconds=30))
        assert row.covered_until == now + 8 * DAY


async def test_a_block_keeps_the_settings_and_an_unblock_brings_them_back(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await reader(session, now, ENERGY)
        await suspend(session, 100, "blocked")
    assert await state_of(database) is SUSPENDED
    async with database.write() as session:
        assert await restore(session, 100, now=now + DAY)
        assert not await restore(session, 100, now=now + DAY)
        assert not await restore(session, 999, now=now)
        row = await find(session, 100)
        assert row is not None
        assert (row.state, row.state_reason) == (ACTIVE, None)
        assert await topics_of(session, row) == (ENERGY,)


async def test_an_unblock_does_not_end_a_pause(database: Database, now: datetime) -> None:
    async with database.write() as session:
        pause(await reader(session, now, chat_id=1), now=now)
        pause(await reader(session, now, chat_id=2), now=now, days=7)
        pause(await reader(session, now, chat_id=3), now=now, days=1)
    async with database.write() as session:
        for chat_id in (1, 2, 3):
            await suspend(session, chat_id, "blocked")
            await suspend(session, chat_id, "blocked")
            await restore(session, chat_id, now=now + 2 * DAY)
        pauses = await session.execute(
            select(Subscriber.state, Subscriber.paused_until).order_by(Subscriber.chat_id)
        )
        assert [tuple(row) for row in pauses] == [
            (PAUSED, None),
            (PAUSED, now + 7 * DAY),
            (ACTIVE, None),
        ]


async def test_a_group_that_becomes_a_supergroup_goes_on_under_its_new_id(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        (await reader(session, now, ENERGY, chat_id=-5)).kind = ChatKind.GROUP
        # The new group was heard of before the old one's farewell.
        await reader(session, now, STRIKES, chat_id=-1005)
        await suspend(session, -5, "gone")
    async with database.write() as session:
        assert await migrate(session, -5, -1005)
        assert not await migrate(session, -5, -1005)
    async with database.read() as session:
        rows = (await session.scalars(select(Subscriber))).all()
        assert [(row.chat_id, row.state) for row in rows] == [(-1005, ACTIVE)]
        assert await topics_of(session, rows[0]) == (ENERGY,)
