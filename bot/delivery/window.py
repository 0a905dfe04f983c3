"""A worker's own sliding window (rule): a slot used late pushes those a second after it back a little.

The gate spaces slots evenly; a late send crowds the second that follows it. What other workers send is
not seen here: for them there are the gate's grace and the late-slot rule.
"""

from __future__ import annotations

from collections import deque

SPAN = 1.016
"""Seconds: Telegram's window, and 16 ms by which two messages may differ on the wire."""


class Window:
    """At most ``rate`` reservations in any ``SPAN`` seconds."""

    def __init__(self, rate: float) -> None:
        self._times: deque[float] = deque(maxlen=max(1, int(rate)))

    def reserve(self, now: float) -> float:
        """The first moment from ``now`` on that has room; it counts as used."""
        full = len(self._times) == self._times.maxlen
        at = max(now, self._times[0] + SPAN) if full else now
        self._times.append(at)
        return at
