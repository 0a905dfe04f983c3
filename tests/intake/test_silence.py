"""A source is silent for too long by its own measure."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digests.intake.silence import patience, silent_since

HOUR = timedelta(hours=1)


def evenly(last: datetime, every: timedelta, count: int) -> list[datetime]:
    """As a wire publishes, day and night."""
    return [last - every * n for n in range(count)]


def by_day(last: datetime, days: int = 14) -> list[datetime]:
    """As a newsroom publishes: every hour from 08:00 to 20:00 on the day of ``last``."""
    morning = last.replace(hour=8, minute=0)
    return [
        morning - timedelta(days=day) + HOUR * hour
        for day in range(days)
        for hour in range(13)
        if morning - timedelta(days=day) + HOUR * hour <= last
    ]


@pytest.mark.parametrize(
    ("silent_for", "is_told"), [(2.5, False), (3.5, True), (9, True), (24 * 20, True)]
)
def test_a_wire_of_twenty_items_a_day_is_missed_within_hours(
    now: datetime, silent_for: float, is_told: bool
) -> None:
    last = now - HOUR * silent_for
    found = silent_since(evenly(last, timedelta(minutes=72), 200), now)
    assert found == (last if is_told else None)


@pytest.mark.parametrize(
    ("hours_after_the_last", "is_told"), [(9, False), (12, False), (14, False), (16, True)]
)
def test_a_newsroom_that_sleeps_is_not_missed_at_night(
    hours_after_the_last: int, is_told: bool
) -> None:
    last = datetime.fromisoformat("2026-11-23T20:00+00:00")
    found = silent_since(by_day(last), last + HOUR * hours_after_the_last)
    assert found == (last if is_told else None)


def test_one_outage_does_not_become_usual(now: datetime) -> None:
    before = evenly(now - timedelta(days=3), HOUR, 100)
    after = evenly(now - HOUR * 6, HOUR, 40)
    assert silent_since([*before, *after], now) == after[0]


def test_who_speaks_rarely_has_no_rhythm(now: datetime) -> None:
    assert patience(evenly(now, timedelta(days=2), 7)) is None
    assert silent_since([], now) is None


def test_the_order_is_of_no_matter(now: datetime) -> None:
    times = evenly(now - HOUR * 9, HOUR, 50)
    assert silent_since(times[::-1], now) == silent_since(times, now) == times[0]
