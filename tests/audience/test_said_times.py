"""Times as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.audience.said_times import MOST_TIMES, Time, read_times
from digests.audience.slot import EVERY_DAY
from digests.errors import TooManyTimes, UnreadableTime

WORKDAYS, WEEKEND = 0b0011111, 0b1100000


def at(hour: int, minute: int = 0, weekdays: int = EVERY_DAY) -> Time:
    return Time(hour * 60 + minute, weekdays)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("08:30", [at(8, 30)]),
        ("8", [at(8)]),
        ("8.30", [at(8, 30)]),
        ("0830", [at(8, 30)]),
        ("8am", [at(8)]),
        ("8:15 pm", [at(20, 15)]),
        ("12am", [at(0)]),
        ("24:00", [at(0)]),
        ("noon", [at(12)]),
        ("08:30 20:00", [at(8, 30), at(20)]),
        ("20:00, 08:30", [at(8, 30), at(20)]),
        ("at 8 and 20", [at(8), at(20)]),
        ("08:30 weekdays", [at(8, 30, WORKDAYS)]),
        ("mon-fri 7:45", [at(7, 45, WORKDAYS)]),
        ("Mon – Fri 7:45", [at(7, 45, WORKDAYS)]),
        ("sat-mon 10", [at(10, 0, 0b1100001)]),
        ("mon wed fri 9", [at(9, 0, 0b0010101)]),
        ("weekdays 8 weekends 10 11", [at(8, 0, WORKDAYS), at(10, 0, WEEKEND), at(11, 0, WEEKEND)]),
        ("08:30 weekdays 10:00 weekends", [at(8, 30, WORKDAYS), at(10, 0, WEEKEND)]),
        ("9 mon 9 tue", [at(9, 0, 0b11)]),
        ("о 8 ранку", [at(8)]),
        ("о 8 вечора", [at(20)]),
        ("8:30 у будні", [at(8, 30, WORKDAYS)]),
        ("пн-пт 7:45", [at(7, 45, WORKDAYS)]),
        ("щодня о 9:00 та 21:00", [at(9), at(21)]),
        ("по п’ятницях 18:00", [at(18, 0, 0b0010000)]),
        ("off", []),
        ("Вимкнути", []),
    ],
)
def test_what_is_said_is_understood(said: str, meant: list[Time]) -> None:
    assert list(read_times(said)) == meant


@pytest.mark.parametrize(
    "said", ["", "   ", "25:00", "8:60", "8:5", "soon", "weekdays", "13pm", "🕗"]
)
def test_what_is_no_time_is_said_so(said: str) -> None:
    with pytest.raises(UnreadableTime):
        read_times(said)


def test_more_times_than_we_plan_are_refused_with_the_limit() -> None:
    with pytest.raises(TooManyTimes) as refusal:
        read_times(" ".join(map(str, range(MOST_TIMES + 1))))
    assert refusal.value.most == MOST_TIMES


@given(st.text())
def test_any_text_is_times_or_a_clear_refusal(said: str) -> None:
    try:
        times = read_times(said)
    except (UnreadableTime, TooManyTimes):
        return
    assert all(0 <= time.minute < 1440 and 0 < time.weekdays <= EVERY_DAY for time in times)


@given(st.lists(st.integers(0, 1439), min_size=1, max_size=MOST_TIMES, unique=True))
def test_times_written_plainly_are_read_back(minutes: list[int]) -> None:
    said = " ".join(f"{minute // 60:02}:{minute % 60:02}" for minute in minutes)
    assert [time.minute for time in read_times(said)] == sorted(minutes)
