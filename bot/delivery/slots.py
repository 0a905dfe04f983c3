"""Which of a worker's claimed messages goes at which of its slots (rule): what is urgent goes first.

Slots are claimed a quarter of a second ahead. An alert that comes after them takes the next one that
holds something patient, which goes at the alert's: every slot is still used once.
"""

from __future__ import annotations

MARGIN = 0.005
"""Seconds: a message about to be sent is not overtaken any more."""


class Slots:
    """Times on the monotonic clock, by the message's id."""

    def __init__(self) -> None:
        self._at: dict[int, float] = {}
        self._patient: set[int] = set()

    def add(self, message: int, slot: float, *, now: float, urgent: bool, patient: bool) -> None:
        """Takes a claimed message in. ``urgent`` may overtake, ``patient`` may be overtaken."""
        self._at[message] = slot
        if patient:
            self._patient.add(message)
        elif urgent and self._patient:
            self._overtake(message, slot, now + MARGIN)

    def _overtake(self, message: int, slot: float, soonest: float) -> None:
        next_one = min(
            (one for one in self._patient if soonest < self._at[one] < slot),
            key=self._at.__getitem__,
            default=None,
        )
        if next_one is not None:
            self._at[message], self._at[next_one] = self._at[next_one], slot

    def of(self, message: int) -> float:
        """When it may go, as things stand."""
        return self._at[message]

    def close(self, message: int) -> None:
        """It goes, or does not go at all."""
        del self._at[message]
        self._patient.discard(message)
