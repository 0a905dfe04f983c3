"""Which worker leads (rule): who claimed last asks first for the next slots, the others only before they
would be lost. While it leads, all of a second's messages are its own, and its own window keeps the pace;
whoever takes over keeps as far away as the last one was late.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.delivery.window import Departure
from digests.outbox import pace
from digests.outbox.claim import Claim

REMEMBERED = 1.0
"""Seconds: a late message crowds the second that follows it."""


class Leading:
    """One worker's view. A worker that ``is_alone`` always leads."""

    def __init__(self, *, is_alone: bool) -> None:
        self._is_alone = is_alone
        self.tat: datetime | None = None
        """The gate's, as this worker's last claim left it."""
        self._until = 0.0
        self._left: deque[tuple[Departure, float]] = deque()
        """What is on its way, with its slot."""
        self._late: deque[tuple[float, float]] = deque()
        """Of what was counted late: when, and by how much; nothing that something as late has followed."""

    def claimed(self, taken: Claim) -> None:
        """This worker claimed, or tried to. Where others' slots moved back for what it sent late, that is
        told; where it led itself, whoever takes over must still hear of it."""
        if taken.has_moved:
            self._left.clear()
            self._late.clear()
        if taken.tat is not None:
            self.tat, self._until = taken.tat, taken.led_until

    def answered(self, tat: datetime) -> None:
        """A direct answer of this worker's took the next slot while it led: it leads on."""
        self.tat = tat

    def leads(self, tat: datetime | None) -> bool:
        """Whether nobody claimed since, by the gate as it was seen."""
        return self._is_alone or (tat is not None and tat == self.tat)

    def may_be_late(self, now: float, late_after: float) -> float:
        """By how many seconds a slot may be missed now: where another may have taken over, only by what
        the grace makes up for."""
        if self._is_alone or now < self._until:
            return late_after
        return min(late_after, pace.TOLERATED_LATE.total_seconds())

    def left(self, departure: Departure, slot: float) -> None:
        """A message left for its slot."""
        if not self._is_alone:
            self._left.append((departure, slot))

    def late(self, now: float, counted: Callable[[Departure], float]) -> timedelta:
        """By how much Telegram ``counted`` messages of the last second after their slots, at most. Whatever
        is later still is one lost answer, not a row of messages that were held up."""
        while self._left and self._left[0][0].counted is not None:
            departure, slot = self._left.popleft()
            self._note(counted(departure), slot)
        while self._late and self._late[0][0] <= now - REMEMBERED:
            self._late.popleft()
        worst = self._late[0][1] if self._late else 0.0
        if self._left:  # of what may still be counted, the oldest may be counted latest
            departure, slot = self._left[0]
            worst = max(worst, counted(departure) - slot)
        return min(pace.AHEAD, timedelta(seconds=worst))

    def _note(self, counted: float, slot: float) -> None:
        late = counted - slot
        if late <= pace.TOLERATED_LATE.total_seconds():
            return
        while self._late and self._late[-1][1] <= late:
            counted = max(counted, self._late.pop()[0])
        self._late.append((counted, late))
