"""Quiet hours (rule): to the minute, by the reader's own clock, on the nights when clocks change too.

They begin and end once a date, as digests' slots do: a time that is skipped is the first moment after
the gap, one that comes twice is its first.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from digests.audience.occurrence import floor_minute, next_occurrence, previous_occurrence
from digests.audience.slot import EVERY_DAY


def is_quiet(now: datetime, timezone: str, start: int | None, end: int | None) -> bool:
    """Whether they began later than they last ended; minutes after local midnight, across it too."""
    if start is None or end is None or start == end:
        return False
    return _is_quiet(floor_minute(now), timezone, start, end)


def wakes_at(now: datetime, timezone: str, end: int) -> datetime:
    """When the quiet hours that run now are over."""
    return next_occurrence(timezone, end, EVERY_DAY, now)[0]


@lru_cache(maxsize=4096)
def _is_quiet(minute: datetime, timezone: str, start: int, end: int) -> bool:
    began, _ = previous_occurrence(timezone, start, EVERY_DAY, minute)
    ended, _ = previous_occurrence(timezone, end, EVERY_DAY, minute)
    return began > ended
