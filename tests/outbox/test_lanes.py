"""Who goes first: six, two, two; nobody waits while a turn is free."""

from __future__ import annotations

from collections import Counter, deque

import pytest

from digests.outbox.dispatch import Lane
from digests.outbox.lanes import WHEEL, Wheel


def drawn(waiting: dict[Lane, int], count: int, turn: int = 0) -> list[Lane]:
    left = {lane: deque([lane] * waiting.get(lane, 0)) for lane in Lane}
    wheel = Wheel(turn)
    taken = [
        wheel.next(lambda lane: left[lane].popleft() if left[lane] else None) for _ in range(count)
    ]
    return [lane for lane in taken if lane is not None]


def test_a_full_turn_gives_six_urgent_two_corrections_two_digests() -> None:
    assert Counter(WHEEL) == {Lane.URGENT: 6, Lane.CORRECTIONS: 2, Lane.DIGESTS: 2}


@pytest.mark.parametrize("turn", range(10))
@pytest.mark.parametrize(
    ("waiting", "shares"),
    [
        (
            {Lane.URGENT: 99, Lane.CORRECTIONS: 99, Lane.DIGESTS: 99},
            {Lane.URGENT: 60, Lane.CORRECTIONS: 20, Lane.DIGESTS: 20},
        ),
        ({Lane.DIGESTS: 100}, {Lane.DIGESTS: 100}),
        ({Lane.URGENT: 100, Lane.DIGESTS: 100}, {Lane.URGENT: 80, Lane.DIGESTS: 20}),
        ({Lane.NOTICES: 10, Lane.DIGESTS: 100}, {Lane.NOTICES: 10, Lane.DIGESTS: 90}),
        (
            {Lane.INTERACTIVE: 100, Lane.DIGESTS: 100},
            {Lane.INTERACTIVE: 50, Lane.DIGESTS: 50},
        ),
        ({Lane.INTERACTIVE: 100}, {Lane.INTERACTIVE: 100}),
    ],
)
def test_shares_of_a_hundred_slots(
    waiting: dict[Lane, int], shares: dict[Lane, int], turn: int
) -> None:
    assert Counter(drawn(waiting, 100, turn)) == shares


def test_whoever_waits_for_an_answer_goes_first() -> None:
    assert drawn({Lane.INTERACTIVE: 1, Lane.URGENT: 5}, 2) == [Lane.INTERACTIVE, Lane.URGENT]


def test_an_empty_queue_gives_nothing_and_does_not_turn() -> None:
    wheel = Wheel(3)
    assert wheel.next(lambda _lane: None) is None
    assert wheel.turn == 3
