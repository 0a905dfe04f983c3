"""Whom an alert would reach, counted before anything is sent."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import update

from digests.alerts.estimate import Estimate, estimate
from digests.audience.following import Following, Wish
from digests.audience.manner import DAY, Manner, Manners
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.storage.database import Database
from digests.vocabulary import Severity
from tests.outbox.builders import readers

FLASH_ALONE: Manners = (Manner.NONE, Manner.NONE, Manner.SOUND)
NOTHING: Manners = (Manner.NONE,) * 3


@pytest.mark.parametrize(
    ("wish", "severity", "counted"),
    [
        (DAY, Severity.ROUTINE, 1),
        (DAY, Severity.FLASH, 1),
        (FLASH_ALONE, Severity.PRIORITY, 0),
        (FLASH_ALONE, Severity.FLASH, 1),
        (NOTHING, Severity.FLASH, 0),
    ],
)
async def test_the_wish_decides_which_severity_comes(
    database: Database, now: datetime, wish: Manners, severity: Severity, counted: int
) -> None:
    async with database.write() as session:
        (one,) = await readers(session, [11], now=now, topics=["strikes"])
        one.alerts = wish
        await session.flush()
        assert (await estimate(session, ["strikes"], severity, now=now)).readers == counted


@pytest.mark.parametrize("state", [SubscriberState.PAUSED, SubscriberState.SUSPENDED])
async def test_who_is_paused_or_gone_does_not_count(
    database: Database, now: datetime, state: SubscriberState
) -> None:
    async with database.write() as session:
        (one,) = await readers(session, [11], now=now, topics=["strikes"])
        one.state = state
        await session.flush()
        assert (await estimate(session, ["strikes"], Severity.FLASH, now=now)).readers == 0


async def test_a_reader_of_two_of_the_topics_counts_once(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await readers(session, [11], now=now, topics=["strikes", "ukraine"])
        found = await estimate(session, ["strikes", "ukraine"], Severity.FLASH, now=now)
    assert found == Estimate(readers=1, quiet=0)


@pytest.mark.parametrize(
    ("start", "end", "quiet"),
    # It is 08:00 in Kyiv.
    [(22 * 60, 8 * 60, 0), (22 * 60, 8 * 60 + 1, 1), (8 * 60, 9 * 60, 1), (9 * 60, 10 * 60, 0)],
)
async def test_quiet_hours_are_those_of_the_reader_to_the_minute(
    database: Database, now: datetime, start: int, end: int, quiet: int
) -> None:
    async with database.write() as session:
        await readers(session, [11, 12], now=now, topics=["strikes"])
        hers = update(Subscriber).where(Subscriber.chat_id == 11)
        await session.execute(hers.values(quiet_from=start, quiet_until=end))
        priority = await estimate(session, ["strikes"], Severity.PRIORITY, now=now)
        routine = await estimate(session, ["strikes"], Severity.ROUTINE, now=now)
        flash = await estimate(session, ["strikes"], Severity.FLASH, now=now)
    assert priority == Estimate(readers=2, quiet=quiet)
    assert routine == Estimate(readers=2, quiet=0, held=quiet)
    assert flash == Estimate(readers=2, quiet=0)


def test_the_time_it_takes_follows_from_the_rate() -> None:
    assert Estimate(readers=12_300, quiet=0).seconds(30) == 410


async def test_who_muted_it_counts_neither_as_reached_nor_as_asleep(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        for one in await readers(session, [11, 12], now=now, topics=["strikes"]):
            one.quiet_from, one.quiet_until = 8 * 60, 9 * 60
        session.add(Following(subscriber_id=one.id, about="alert:1", wish=Wish.MUTE, until=now))
        await session.flush()
        found = [
            await estimate(session, ["strikes"], Severity.ROUTINE, now=now, about=about)
            for about in ("alert:1", "alert:2")
        ]
    assert found == [Estimate(readers=1, quiet=0, held=1), Estimate(readers=2, quiet=0, held=2)]


async def test_the_topics_chosen_for_breaking_news_decide_and_not_the_others(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        (one,) = await readers(session, [11], now=now, topics=["strikes"])
        (other,) = await readers(session, [12], now=now, topics=["energy"])
        one.breaking_taste_id = other.taste_id
        one.quiet_from, one.quiet_until = 8 * 60, 9 * 60
        await session.flush()
        strikes = await estimate(session, ["strikes"], Severity.PRIORITY, now=now)
        energy = await estimate(session, ["energy"], Severity.PRIORITY, now=now)
    assert strikes == Estimate(readers=0, quiet=0)
    assert energy == Estimate(readers=2, quiet=1)
