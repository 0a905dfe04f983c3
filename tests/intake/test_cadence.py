"""When a source is read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.intake.cadence import LONGEST_WAIT, after_failure, after_success

EVERY = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(None, EVERY), (timedelta(minutes=5), EVERY), (timedelta(hours=1), timedelta(hours=1)),
     (timedelta(days=300), timedelta(hours=6))],
)  # fmt: skip
def test_a_feed_may_stretch_its_interval_but_not_for_ever(
    now: datetime, asked: timedelta | None, wait: timedelta
) -> None:
    assert after_success(now, EVERY, asked) == now + wait


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, EVERY), (2, 2 * EVERY), (3, 4 * EVERY), (50, LONGEST_WAIT)]
)
def test_each_failure_doubles_the_wait_up_to_half_a_day(
    now: datetime, failures: int, wait: timedelta
) -> None:
    assert after_failure(now, EVERY, failures) == now + wait


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(7200.0, timedelta(hours=2)), (10.0, EVERY), (1e12, timedelta(hours=24)), (-5.0, EVERY)],
)
def test_retry_after_is_never_undercut_and_never_more_than_a_day(
    now: datetime, asked: float, wait: timedelta
) -> None:
    assert after_failure(now, EVERY, 1, asked=asked) == now + wait


@given(
    st.integers(0, 1000),
    st.integers(0, 10**9),
)
def test_sources_that_failed_together_come_back_apart_but_soon(failures: int, spread: int) -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    wait = after_failure(moment, EVERY, failures, spread=spread) - moment
    assert EVERY <= wait <= LONGEST_WAIT * 1.1


def test_of_a_hundred_that_failed_together_no_two_come_back_at_once(now: datetime) -> None:
    assert len({after_failure(now, EVERY, 1, spread=number) for number in range(100)}) == 100
