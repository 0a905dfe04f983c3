"""Whom an alert would reach, counted before anything is sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from digests.alerts.estimate import Estimate, Estimates, estimate
from digests.alerts.propose import newest
from digests.audience.manner import DAY, Manner, Manners
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.storage.database import Database
from digests.vocabulary import Severity
from tests.alerts.builders import draft, newsroom
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


async def test_a_card_drawn_again_in_the_same_minute_counts_nobody_anew(
    database: Database, now: datetime
) -> None:
    estimates = Estimates()
    async with database.write() as session:
        await newsroom(session, now)
        words = await newest(session, await draft(session, now))
        found = []
        for chat_id, later in ((11, 0), (12, 30), (13, 60)):
            await readers(session, [chat_id], now=now, topics=["strikes"])
            moment = now + timedelta(seconds=later)
            found.append((await estimates.of(session, words, now=moment)).readers)
        words.severity = Severity.ROUTINE if words.severity is Severity.FLASH else Severity.FLASH
        await readers(session, [14], now=now, topics=["strikes"])
        found.append((await estimates.of(session, words, now=moment)).readers)
    assert found == [1, 1, 3, 4]
