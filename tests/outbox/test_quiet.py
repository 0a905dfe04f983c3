"""Quiet hours, to the minute, in the reader's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.outbox.quiet import is_quiet, wakes_at


@pytest.mark.parametrize(
    ("local", "start", "end", "quiet"),
    [
        ("23:00", "23:00", "07:00", True),
        ("22:59", "23:00", "07:00", False),
        ("06:59", "23:00", "07:00", True),
        ("07:00", "23:00", "07:00", False),
        ("13:00", "12:00", "14:00", True),
        ("14:00", "12:00", "14:00", False),
        ("12:00", "12:00", "12:00", False),
        ("03:00", None, None, False),
    ],
)
def test_quiet(local: str, start: str | None, end: str | None, quiet: bool) -> None:
    def minute(clock: str | None) -> int | None:
        return None if clock is None else int(clock[:2]) * 60 + int(clock[3:])

    # Kyiv is two hours ahead of UTC in November.
    hour = (int(local[:2]) - 2) % 24
    now = datetime(2026, 11, 23, hour, int(local[3:]), tzinfo=UTC)
    assert is_quiet(now, "Europe/Kyiv", minute(start), minute(end)) is quiet


ZONES = (
    "Europe/Kyiv",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
)
MINUTES = st.integers(0, 1439)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    MINUTES,
    MINUTES,
    st.integers(0, 275 * 1440),
)
def test_quiet_hours_last_without_a_gap_until_the_reader_wakes(
    zone: str, start: int, end: int, minutes: int
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    if not is_quiet(now, zone, start, end):
        return
    awake = wakes_at(now, zone, end)
    assert now < awake <= now + timedelta(hours=25)
    assert not is_quiet(awake, zone, start, end)
    while now < awake:
        assert is_quiet(now, zone, start, end)
        now += timedelta(minutes=1)


@pytest.mark.parametrize(
    ("day", "hour", "quiet"),
    # Kyiv goes from 03:00 to 04:00 on 29 March, and from 04:00 back to 03:00 on 25 October 2026.
    [
        ("2026-03-29", "00:59", True),
        ("2026-03-29", "01:00", False),
        ("2026-10-25", "00:29", True),
        ("2026-10-25", "00:30", False),
        ("2026-10-25", "01:10", False),
    ],
)
def test_quiet_hours_that_end_where_clocks_change_end_once(
    day: str, hour: str, quiet: bool
) -> None:
    """They end at 03:30: skipped in spring, twice there in autumn."""
    now = datetime.fromisoformat(f"{day}T{hour}+00:00")
    assert is_quiet(now, "Europe/Kyiv", 23 * 60, 3 * 60 + 30) is quiet
