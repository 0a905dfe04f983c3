"""The pace keeps every sliding window, whatever the clock does, and wastes almost nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.outbox import pace

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def most_in(times: list[datetime], window: timedelta) -> int:
    return max(sum(start <= at < start + window for at in times) for start in times)


@given(rate=st.floats(1, 1000), gaps=st.lists(st.floats(0, 2), max_size=60))
def test_no_window_of_a_second_ever_holds_more_than_the_rate(
    rate: float, gaps: list[float]
) -> None:
    now, tat, taken = NOW, NOW, list[datetime]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        first = pace.first_slot(now, tat, None)
        slots = pace.slots(first, now + pace.AHEAD, pace.interval(rate), most=20)
        if slots:
            taken += slots
            tat = slots[-1] + pace.interval(rate)
    if taken:
        assert most_in(taken, SECOND) <= max(1, int(rate) + (rate % 1 > 0))


def test_at_thirty_a_second_98_percent_of_the_rate_is_used() -> None:
    assert SECOND / pace.interval(30) >= 0.98 * 30


def test_a_rate_without_time_between_slots_still_ends() -> None:
    assert len(pace.slots(NOW, NOW, timedelta(0), most=7)) == 7


@pytest.mark.parametrize(
    ("tat", "hold", "first"),
    [
        pytest.param(-9, None, 0, id="idle since long: now"),
        pytest.param(0.1, None, 0.1, id="busy: the next free slot"),
        pytest.param(0, 30, 30, id="held: when Telegram allows"),
        pytest.param(0, -1, 0, id="the hold is over"),
    ],
)
def test_first_slot(tat: float, hold: float | None, first: float) -> None:
    hold_until = None if hold is None else at(hold)
    assert pace.first_slot(NOW, at(tat), hold_until) == at(first)


@pytest.mark.parametrize(("tat", "set_back"), [(1.9, False), (2.1, True), (86400, True)])
def test_a_slot_far_ahead_betrays_a_clock_that_was_set_back(tat: float, set_back: bool) -> None:
    assert pace.was_set_back(NOW, at(tat)) is set_back


def test_after_that_the_queue_moves_on_and_a_hold_is_no_longer_than_said() -> None:
    assert pace.after_set_back(NOW, None, None) == (NOW + pace.AHEAD, None)
    assert pace.after_set_back(NOW, at(3630), at(3600)) == (NOW + pace.AHEAD, at(30))


@pytest.mark.parametrize(
    ("minutes", "rate"), [(0, 20), (0.9, 20), (1, 21), (5.5, 25), (10, 30), (900, 30)]
)
def test_a_lowered_rate_comes_back_by_one_a_minute(minutes: float, rate: float) -> None:
    now = NOW + timedelta(minutes=minutes)
    assert pace.rate_now(20, NOW, now, ceiling=30) == rate


def test_a_rate_never_lowered_is_what_the_operator_allows() -> None:
    assert pace.rate_now(30, None, NOW, ceiling=500) == 500


def test_a_rate_is_lowered_by_a_fifth_and_never_to_nothing() -> None:
    assert pace.lowered(30) == 24
    assert pace.lowered(1.1) == 1


@pytest.mark.parametrize(
    ("chat_id", "window", "limit"), [(7, timedelta(seconds=3), 3), (-7, timedelta(minutes=1), 20)]
)
@given(moves=st.lists(st.tuples(st.floats(0, 5), st.booleans()), min_size=1, max_size=60))
def test_a_chat_never_gets_more_than_telegram_allows_it(
    chat_id: int, window: timedelta, limit: int, moves: list[tuple[float, bool]]
) -> None:
    """Direct answers may use the burst, the outbox may not; they share one pace."""
    now, even, taken = NOW, None, list[datetime]()
    for gap, is_direct in moves:
        now += timedelta(seconds=gap)
        burst = pace.chat_burst(chat_id) if is_direct else timedelta(0)
        now = max(now, even - burst) if even else now
        taken.append(now)
        even = pace.next_in_chat(chat_id, even if is_direct else None, now)
    assert most_in(taken, window) <= limit


@pytest.mark.parametrize(
    ("tat", "late", "then"),
    [
        pytest.param(0.2, 0.005, 0.2, id="punctual enough"),
        pytest.param(0.2, 0.025, 0.22, id="late: the next slots move back"),
        pytest.param(-9, 0.025, 0.02, id="late, and idle since: from now on"),
    ],
)
def test_a_late_send_pushes_the_slots_that_follow(tat: float, late: float, then: float) -> None:
    assert pace.pushed(at(tat), NOW, timedelta(seconds=late)) == at(then)
