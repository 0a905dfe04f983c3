"""Who goes first (rule): a wheel of ten turns shared by the lanes, none of them ever wasted.

Interactive messages answer a person who is waiting, so they take every other slot while there are
any. The rest is the wheel's: six urgent, two corrections, two digests. A turn whose lane is empty goes
to the first of the others that has something; notices live off such turns and go before digests there.
For an alert that comes where none was, the wheel begins anew, with an urgent turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from digests.outbox.dispatch import Lane

Row = TypeVar("Row")

WHEEL = (
    Lane.URGENT,
    Lane.CORRECTIONS,
    Lane.URGENT,
    Lane.DIGESTS,
    Lane.URGENT,
    Lane.URGENT,
    Lane.CORRECTIONS,
    Lane.URGENT,
    Lane.DIGESTS,
    Lane.URGENT,
)

MOST_IN_A_ROW = 3_000
"""Direct answers that are counted: more are as many."""

_HEIRS = (Lane.URGENT, Lane.CORRECTIONS, Lane.NOTICES, Lane.DIGESTS)


def answered_in_a_row(turn: int) -> int:
    """How many direct answers took a slot since the wheel was last turned: they stand in the same figure, as
    whole turns of it."""
    return turn // len(WHEEL)


def one_more_answered(turn: int) -> int:
    """The wheel's figure after another direct answer."""
    return turn + len(WHEEL) if answered_in_a_row(turn) < MOST_IN_A_ROW else turn


def order(turn: int) -> tuple[Lane, ...]:
    """The lanes to ask, in order, at a turn of the wheel."""
    owner = WHEEL[turn % len(WHEEL)]
    return (owner, *(lane for lane in _HEIRS if lane is not owner))


class Wheel:
    """The wheel in motion. ``turn`` is where it stands, to be kept between claims."""

    def __init__(self, turn: int) -> None:
        self.turn = turn % len(WHEEL)
        self._interactive_was_last = False

    def next(self, take: Callable[[Lane], Row | None]) -> Row | None:
        """The next message; ``take`` gives a lane's first that can go now, or none."""
        if not self._interactive_was_last and (row := take(Lane.INTERACTIVE)) is not None:
            self._interactive_was_last = True
            return row
        self._interactive_was_last = False
        for lane in order(self.turn):
            if (row := take(lane)) is not None:
                self.turn = (self.turn + 1) % len(WHEEL)
                return row
        return take(Lane.INTERACTIVE)
