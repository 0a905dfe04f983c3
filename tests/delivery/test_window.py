"""A worker's own sends never crowd a second, however late some of them are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.window import SPAN, Window


@given(rate=st.integers(1, 30), late=st.lists(st.floats(0, 0.05), min_size=1, max_size=120))
def test_no_second_is_crowded(rate: int, late: list[float]) -> None:
    window = Window(rate)
    sent = sorted(
        window.reserve(number * 1.018 / rate + lateness) for number, lateness in enumerate(late)
    )
    for place in range(len(sent) - rate):
        assert sent[place + rate] - sent[place] >= 1.0


def test_punctual_sends_are_not_held_up() -> None:
    window = Window(30)
    slots = [number * 1.018 / 30 for number in range(300)]
    assert [window.reserve(slot) for slot in slots] == slots
    assert SPAN < 1.018
