"""Whether a slot is due: on time, a little late, too late; each local date once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.audience.slot import EVERY_DAY
from digests.editions.due import CATCH_UP, LATE, Due, due, following

MONDAY = date(2026, 11, 23)
EIGHT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""08:00 in Kyiv."""


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (EIGHT - timedelta(seconds=1), None),
        (EIGHT, Due(MONDAY, EIGHT)),
        (EIGHT + timedelta(seconds=50), Due(MONDAY, EIGHT)),
        (EIGHT + LATE, Due(MONDAY, EIGHT)),
        # Caught up: it tells the news up to now.
        (
            EIGHT + timedelta(hours=1, seconds=30),
            Due(MONDAY, EIGHT + timedelta(hours=1)),
        ),
        (EIGHT + CATCH_UP, Due(MONDAY, EIGHT + CATCH_UP)),
        # Too late: the next digest tells it.
        (EIGHT + CATCH_UP + timedelta(seconds=1), None),
        # Days later only the last one counts.
        (
            EIGHT + timedelta(days=2, seconds=5),
            Due(MONDAY + timedelta(days=2), EIGHT + timedelta(days=2)),
        ),
    ],
)
def test_a_slot_planned_for_monday_at_eight(now: datetime, wanted: Due | None) -> None:
    assert due("Europe/Kyiv", 480, EVERY_DAY, planned_date=MONDAY, now=now) == wanted


def test_a_date_that_was_served_is_not_served_again_when_the_zone_changes_its_rules() -> None:
    """The slot already waits for Tuesday: the Monday occurrence is none of its business."""
    tuesday = MONDAY + timedelta(days=1)
    assert due("Europe/Kyiv", 480, EVERY_DAY, planned_date=tuesday, now=EIGHT) is None


ZONES = [
    "Europe/Kyiv",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Antarctica/Troll",
]


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 1439),
    start=st.datetimes(datetime(2012, 2, 1), datetime(2036, 1, 1)),  # noqa: DTZ001
    steps=st.lists(st.integers(1, 170), min_size=3, max_size=9),
)
def test_over_four_hundred_days_of_uneven_ticks_each_local_date_is_served_exactly_once(
    zone: str, minute: int, start: datetime, steps: list[int]
) -> None:
    """Ticks may come up to 170 minutes apart, as over a restart; none is longer than the catch-up."""
    now = start.replace(tzinfo=UTC)
    next_at, next_date = following(zone, minute, EVERY_DAY, now=now)
    end, served, tick = now + timedelta(days=400), [], 0
    while now < end:
        now += timedelta(minutes=steps[tick % len(steps)])
        tick += 1
        if next_at > now:
            continue
        wanted = due(zone, minute, EVERY_DAY, planned_date=next_date, now=now)
        if wanted:
            assert wanted.ends_at <= now
            served.append(wanted.local_date)
        next_at, next_date = following(zone, minute, EVERY_DAY, now=now)
    first = served[0]
    assert served == [first + timedelta(days=n) for n in range(len(served))]
    assert len(served) >= 399


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 1439),
    outages=st.lists(st.integers(1, 60 * 72), min_size=1, max_size=5),
)
def test_after_any_outage_a_date_is_served_at_most_once_and_never_an_old_one(
    zone: str, minute: int, outages: list[int]
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    next_at, next_date = following(zone, minute, EVERY_DAY, now=now)
    served: list[date] = []
    for outage in outages * 10:
        now += timedelta(minutes=outage)
        if next_at > now:
            continue
        wanted = due(zone, minute, EVERY_DAY, planned_date=next_date, now=now)
        if wanted:
            assert abs(now.astimezone(ZoneInfo(zone)).date() - wanted.local_date).days <= 1
            served.append(wanted.local_date)
        next_at, next_date = following(zone, minute, EVERY_DAY, now=now)
    assert served == sorted(set(served))
