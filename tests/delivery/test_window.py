"""A worker's own sends never crowd a second, however late they leave and however late they are counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.window import FIRST_ANSWERS, SPAN, Departure, Window

OUT, BACK = 0.02, 0.03
"""Seconds: the wire's two ways."""


class Telegram:
    """Counts in order, and may stand still; answers when it has counted."""

    def __init__(self, window: Window, stalls: list[tuple[float, float]]) -> None:
        self._window, self._stalls = window, stalls
        self.counted: list[float] = []
        self._answers: list[tuple[float, Departure]] = []

    def sends(self, now: float) -> None:
        at = now + OUT
        for begins, lasts in self._stalls:
            if begins <= at < begins + lasts:
                at = begins + lasts
        self.counted.append(at)
        self._answers.append((at + BACK, self._window.leave(now)))

    def answers(self, until: float) -> float | None:
        """Hands over what came until then; when the next will come."""
        due = sorted((at, n) for n, (at, _) in enumerate(self._answers) if at <= until)
        for at, number in due:
            self._window.answered(self._answers[number][1], at)
        self._answers = [(at, one) for at, one in self._answers if at > until]
        return min((at for at, _ in self._answers), default=None)


@given(
    rate=st.integers(1, 30),
    late=st.lists(st.floats(0, 0.3), min_size=1, max_size=120),
    stalls=st.lists(st.tuples(st.floats(0, 4), st.floats(0, 0.5)), max_size=3),
)
def test_no_second_is_crowded_where_it_is_counted(
    rate: int, late: list[float], stalls: list[tuple[float, float]]
) -> None:
    window, after_first = Window(rate), FIRST_ANSWERS * 1.010 / rate + 1
    telegram = Telegram(window, sorted((after_first + at, lasts) for at, lasts in stalls))
    now = 0.0
    for number, lateness in enumerate([0.0] * FIRST_ANSWERS + late):
        now = max(now, number * 1.010 / rate + lateness)
        next_answer = telegram.answers(now)
        while (room := window.room_at(now)) is None or room > now:
            now = min(at for at in (room, next_answer) if at is not None)
            next_answer = telegram.answers(now)
        telegram.sends(now)
    counted = sorted(telegram.counted)
    assert all(
        later - earlier >= 1.0 for earlier, later in zip(counted, counted[rate:], strict=False)
    )


def test_punctual_sends_that_are_answered_in_time_are_not_held_up() -> None:
    window = Window(30)
    for number in range(300):
        slot = number * 1.010 / 30
        room = window.room_at(slot)
        # Nobody knows yet how much of the first answers' time was the way back; that is caught up.
        assert room is not None
        assert room == slot or number < 150
        window.answered(window.leave(room), room + 0.015)


def test_one_answer_that_does_not_come_holds_up_nobody_for_longer_than_the_next_answer() -> None:
    window, slots = Window(30), [number * 1.010 / 30 for number in range(300)]
    for number, slot in enumerate(slots):
        room = window.room_at(slot)
        assert room is not None
        assert room <= slot + (0.034 if number >= 230 else 1e-9) or number < 150
        departure = window.leave(room)
        if number != 200:
            window.answered(departure, room + 0.015)


def test_an_answer_that_was_read_late_says_nothing_of_what_left_meanwhile() -> None:
    window = Window(1)
    for number in range(FIRST_ANSWERS + 1):
        first = window.leave(2.0 * number)
        window.answered(first, 2.0 * number + 0.01)
    slow = window.leave(30.0)
    window.answered(first, 30.02)
    assert window.room_at(30.02) is None
    window.answered(slow, 30.05)
    assert window.room_at(30.05) == pytest.approx(30.04 + SPAN, abs=1e-4)


def test_where_nothing_is_answered_a_second_s_worth_goes_out_and_no_more() -> None:
    window = Window(3)
    departures = [window.leave(0.3 * number) for number in range(3)]
    assert window.room_at(60.0) is None
    window.lost(departures[0], 60.0)
    assert window.room_at(60.0) == 60.0 + SPAN


@pytest.mark.parametrize(
    ("others", "oldest"),
    [
        pytest.param([], None, id="none"),
        pytest.param([2.5], 1.0, id="one since"),
        pytest.param([1.5], 1.0, id="one between ours, of which we hear late"),
        pytest.param([0.5], 0.5, id="one before ours"),
        pytest.param([0.5, 2.5], 1.0, id="more than the rate: the newest count"),
        pytest.param([0.1, 2.2, 2.3, 2.4, 2.5], 2.2, id="as many as the rate since"),
    ],
)
def test_what_others_sent_counts_as_ours_does(others: list[float], oldest: float | None) -> None:
    """At four a second, with three of our own."""
    window = Window(4)
    for at in (1.0, 2.0, 2.1):
        window.lost(window.leave(at), at)
    window.others(others)
    assert window.room_at(2.6) == (2.6 if oldest is None else max(2.6, oldest + SPAN))
