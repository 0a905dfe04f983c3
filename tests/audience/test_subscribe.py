"""Subscribing: nobody's tap is lost, the same wish shares one row, times follow their zone."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from digests.audience.said_times import Time
from digests.audience.schedule import DEFAULT_TIME, next_due, set_times, set_timezone, times_of
from digests.audience.slot import Appointment, Slot
from digests.audience.subscribe import (
    FIRST_WINDOW,
    find,
    found,
    register,
    set_quiet,
    subscribe,
    toggle,
    topics_of,
    unsubscribe,
)
from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.audience.taste import Taste
from digests.storage.database import Database
from digests.vocabulary import Language, Topic
from tests.audience.builders import ENERGY, KOREAS, STRIKES, reader


async def test_registering_twice_is_one_row_that_keeps_its_settings(
    database: Database, now: datetime
) -> None:
    async def enrol(language: Language) -> int:
        async with database.write() as session:
            kind = ChatKind.PRIVATE
            return (await register(session, 100, kind=kind, language=language, now=now)).id

    first, second = await asyncio.gather(enrol(Language.UKRAINIAN), enrol(Language.UKRAINIAN))
    assert first == second == await enrol(Language.ENGLISH)
    async with database.read() as session:
        row = await find(session, 100)
        assert row is not None
        assert row.language is Language.UKRAINIAN
        assert row.covered_until == now - FIRST_WINDOW
        assert row.timezone_said is False


async def test_the_first_topic_brings_a_daily_digest_and_a_second_does_not_change_the_times(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        row = await reader(session, now, ENERGY)
        assert await times_of(session, row) == (DEFAULT_TIME,)
        assert await next_due(session, row, now) == now + timedelta(days=1)
        await set_times(session, row, [Time(20 * 60)], now=now)
        assert await subscribe(session, row, [ENERGY, STRIKES, STRIKES], now=now) == (STRIKES,)
        assert await topics_of(session, row) == (ENERGY, STRIKES)
        assert await times_of(session, row) == (Time(20 * 60),)


async def test_the_same_topics_share_one_taste_however_they_were_said(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        one = await reader(session, now, ENERGY, STRIKES, chat_id=1)
        other = await reader(session, now, STRIKES, chat_id=2)
        await subscribe(session, other, [ENERGY], now=now)
        assert one.taste_id == other.taste_id is not None
        assert await unsubscribe(session, other, [ENERGY, KOREAS]) == (ENERGY,)
        assert one.taste_id != other.taste_id
        assert await unsubscribe(session, other, [STRIKES]) == (STRIKES,)
        assert other.taste_id is None


async def test_two_taps_at_once_lose_neither(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await reader(session, now, KOREAS)
    topics = [Topic(name) for name in ("energy", "strikes", "cyber", "eu", "us", "nato")]

    async def tap(topic: Topic) -> None:
        async with database.write() as session:
            row = await found(session, 100)
            assert row is not None
            await toggle(session, row, topic, now=now)

    await asyncio.gather(*map(tap, topics))
    async with database.read() as session:
        row = await find(session, 100)
        assert row is not None
        assert set(await topics_of(session, row)) == {KOREAS, *topics}


async def test_two_readers_first_with_the_same_wish_at_once_share_its_rows(
    database: Database, now: datetime
) -> None:
    async def enrol(chat_id: int) -> None:
        async with database.write() as session:
            await reader(session, now, ENERGY, STRIKES, chat_id=chat_id)

    await asyncio.gather(*(enrol(chat_id) for chat_id in range(1, 9)))
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Taste)) == 1
        assert await session.scalar(select(func.count()).select_from(Slot)) == 1
        tastes = set(await session.scalars(select(Subscriber.taste_id)))
        assert len(tastes) == 1


async def test_another_zone_moves_the_times_and_remembers_what_was_told_today(
    database: Database, now: datetime
) -> None:
    today = date(2026, 11, 23)
    async with database.write() as session:
        row = await reader(session, now, ENERGY)
        kept = (await session.scalars(select(Appointment))).one()
        kept.last_local_date, kept.dispatch_id = today, 7
        await session.flush()
        await set_timezone(session, row, "America/New_York", now=now)
    async with database.read() as session:
        kept, slot = (await session.execute(select(Appointment, Slot).join(Slot))).one()
        assert (slot.timezone, slot.minute) == ("America/New_York", 480)
        assert slot.next_due_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
        assert (kept.last_local_date, kept.dispatch_id) == (today, 7)


async def test_a_time_that_stays_keeps_its_memory_and_the_others_go(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        row = await reader(session, now, ENERGY)
        await set_times(session, row, [DEFAULT_TIME, Time(1200)], now=now)
        kept = await session.get_one(Appointment, (row.id, 480))
        kept.last_local_date = date(2026, 11, 23)
        await session.flush()
        weekdays = Time(480, 0b11111)
        await set_times(session, row, [weekdays], now=now)
        assert await times_of(session, row) == (weekdays,)
        await session.refresh(kept)
        assert kept.last_local_date == date(2026, 11, 23)
        await set_times(session, row, [], now=now)
        assert await times_of(session, row) == ()
        assert await next_due(session, row, now) is None


async def test_whoever_speaks_to_us_is_no_longer_gone(database: Database, now: datetime) -> None:
    async with database.write() as session:
        row = await reader(session, now, ENERGY)
        row.state = SubscriberState.SUSPENDED
    async with database.write() as session:
        assert (await reader(session, now)).state is SubscriberState.ACTIVE


async def test_quiet_hours_are_set_and_lifted(database: Database, now: datetime) -> None:
    async with database.write() as session:
        row = await reader(session, now)
        set_quiet(row, (22 * 60, 7 * 60))
        assert (row.quiet_from, row.quiet_until) == (1320, 420)
        set_quiet(row, None)
        assert (row.quiet_from, row.quiet_until) == (None, None)
