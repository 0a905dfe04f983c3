"""A worker's own sliding window (rule): no more on the wire in a second than Telegram may count in one.

A message is counted somewhere between leaving and its answer; which moment it was, nobody says. As a
rule it is counted at once, but where Telegram, the wire or this process stood still for a moment, a
whole row of messages is counted at the end of it, together with those of the second that follows. So a
message is held to be counted when it is answered, or another that left after it, less the way back: until
then it may still be counted. (Not every answer is a sign of life: one that this process was slow to read
says nothing of what left meanwhile.)

What other workers send is known by its slots alone, as the gate numbers them: that they keep to these, the
late-slot rule sees to, and the gate's grace is for the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

SPAN = 1.004
"""Seconds: Telegram's window, and what may pass between two messages that it finds at the same time."""

AMONG_OTHERS = 1.008
"""The same where other workers send too: room for a few messages of theirs, when the lead changes."""

FORGETS = 1.001
"""By how much the fastest round trip is forgotten with each answer: routes change."""

FIRST_ANSWERS = 10
"""So many say nothing yet about how fast a round trip is, nor do those of the first ``LEARNS`` seconds:
they may all have met one standstill, as when a worker starts."""

LEARNS = 0.5

COLD = 10.0
"""Seconds without a message after which connections are closed, and what was learnt is forgotten: a message
that waits for a new connection is counted after others that left later."""


@dataclass(slots=True)
class Departure:
    """One message on the wire."""

    at: float
    counted: float | None = None
    """By when Telegram has counted it; nothing while that is open."""


class Window:
    """At most ``rate`` messages that Telegram could count within ``span`` seconds, a little more than one.
    Times are monotonic seconds."""

    def __init__(self, rate: float, *, span: float = SPAN) -> None:
        self._span = span
        self._all: deque[Departure] = deque(maxlen=max(1, int(rate)))
        self._open: deque[Departure] = deque()
        self._last = float("-inf")
        self._forget()

    def _forget(self) -> None:
        self._fastest, self._answers = float("inf"), 0
        self._began: float | None = None
        self._knows = False

    def room_at(self, now: float) -> float | None:
        """When the next one may leave; nothing where only an answer can tell."""
        if len(self._all) < (self._all.maxlen or 1):
            return now
        counted = self._all[0].counted
        return None if counted is None else max(now, counted + self._span)

    def leave(self, now: float) -> Departure:
        """One leaves; the caller has seen that there is room."""
        if now - self._last > COLD:
            self._forget()
        self._last = now
        departure = Departure(now)
        self._all.append(departure)
        self._open.append(departure)
        return departure

    def others(self, slots: Iterable[float]) -> None:
        """Other workers' messages left at these; some may have done so before our last."""
        left = [*self._all, *(Departure(at, counted=at) for at in slots)]
        self._all.clear()
        self._all.extend(sorted(left, key=lambda one: one.at))  # the newest stay

    def answered(self, departure: Departure, now: float) -> None:
        """Telegram answered: it has counted this one, and as a rule whatever left before it."""
        self._learn(now - departure.at, departure.at)
        counted = now - self._trip()
        if departure.counted is None:
            departure.counted = counted
        while self._open and (self._open[0].counted is not None or self._tells(departure)):
            known = self._open.popleft()
            known.counted = counted if known.counted is None else known.counted

    def _tells(self, departure: Departure) -> bool:
        """Whether its answer says that the oldest one whose answer is missing was counted too."""
        return self._knows and self._open[0].at <= departure.at

    def counted_by(self, departure: Departure, now: float) -> float:
        """By when Telegram has counted it, as far as one can tell now."""
        if departure.counted is not None:
            return departure.counted
        return max(departure.at, now - self._trip())

    def _learn(self, took: float, left_at: float) -> None:
        self._answers += 1
        self._fastest = min(self._fastest * FORGETS, took)
        self._began = left_at if self._began is None else self._began
        has_seen_enough = self._answers > FIRST_ANSWERS and left_at >= self._began + LEARNS
        self._knows = self._knows or has_seen_enough

    def _trip(self) -> float:
        return self._fastest if self._knows else 0.0

    def lost(self, departure: Departure, now: float) -> None:
        """No answer will come; if it was counted, it was by now."""
        if departure.counted is None:
            departure.counted = now
