"""Local times as instants: each local date once, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.audience.occurrence import next_occurrence, occurrence_on, previous_occurrence
from digests.audience.slot import EVERY_DAY

ZONES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})
MONDAY, SATURDAY = 1, 1 << 5


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "minute", "day", "instant"),
    [
        # An ordinary day, winter and summer.
        ("Europe/Kyiv", 8 * 60, date(2026, 1, 15), utc(2026, 1, 15, 6)),
        ("Europe/Kyiv", 8 * 60, date(2026, 7, 15), utc(2026, 7, 15, 5)),
        # Spring: 03:00-04:00 does not exist; the first valid instant is 04:00 summer time.
        ("Europe/Kyiv", 3 * 60, date(2026, 3, 29), utc(2026, 3, 29, 1)),
        ("Europe/Kyiv", 3 * 60 + 30, date(2026, 3, 29), utc(2026, 3, 29, 1)),
        ("Europe/Kyiv", 4 * 60, date(2026, 3, 29), utc(2026, 3, 29, 1)),
        # Autumn: 03:30 comes twice; the first one counts.
        ("Europe/Kyiv", 3 * 60 + 30, date(2026, 10, 25), utc(2026, 10, 25, 0, 30)),
        # Half an hour's change, and midnight that does not exist.
        ("Australia/Lord_Howe", 2 * 60 + 15, date(2026, 10, 4), utc(2026, 10, 3, 15, 30)),
        ("Africa/Cairo", 0, date(2026, 4, 24), utc(2026, 4, 23, 22)),
        # Samoa had no 30 December 2011.
        ("Pacific/Apia", 8 * 60, date(2011, 12, 30), None),
        ("Pacific/Apia", 8 * 60, date(2011, 12, 31), utc(2011, 12, 30, 18)),
    ],
)
def test_a_local_time_has_one_instant(
    zone: str, minute: int, day: date, instant: datetime | None
) -> None:
    assert occurrence_on(zone, minute, EVERY_DAY, day) == instant


def test_the_next_occurrence_is_later_than_now_and_the_previous_may_be_now() -> None:
    at = utc(2026, 11, 23, 6)
    assert next_occurrence("Europe/Kyiv", 480, EVERY_DAY, at) == (
        utc(2026, 11, 24, 6),
        date(2026, 11, 24),
    )
    assert previous_occurrence("Europe/Kyiv", 480, EVERY_DAY, at) == (at, date(2026, 11, 23))


def test_weekdays_are_those_of_the_local_date() -> None:
    """23 November 2026 is a Monday; 01:00 in Auckland is still Sunday in UTC."""
    sunday = utc(2026, 11, 21, 20)
    instant, day = next_occurrence("Pacific/Auckland", 60, MONDAY, sunday)
    assert (instant, day) == (utc(2026, 11, 22, 12), date(2026, 11, 23))
    assert next_occurrence("Pacific/Auckland", 60, SATURDAY, instant)[1] == date(2026, 11, 28)


def test_no_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="weekday"):
        next_occurrence("Europe/Kyiv", 480, 0, utc(2026, 11, 23))


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 1439),
    start=st.datetimes(datetime(2005, 1, 1), datetime(2036, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_over_four_hundred_days_each_local_date_comes_once_in_order(
    zone: str, minute: int, start: datetime
) -> None:
    after, dates = start.replace(tzinfo=UTC), []
    for _ in range(400):
        instant, day = next_occurrence(zone, minute, EVERY_DAY, after)
        assert instant > after
        assert previous_occurrence(zone, minute, EVERY_DAY, instant) == (instant, day)
        local = instant.astimezone(ZoneInfo(zone))
        assert local.replace(tzinfo=None) >= datetime.combine(day, datetime.min.time()) + timedelta(
            minutes=minute
        )
        dates.append(day)
        after = instant
    steps = {later - earlier for earlier, later in pairwise(dates)}
    left_out = {timedelta(days=2)} if zone in LEFT_OUT else set()
    assert steps - left_out == {timedelta(days=1)}


LEFT_OUT = {"Pacific/Apia", "Pacific/Fakaofo"}
