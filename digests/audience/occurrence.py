"""When a slot occurs (rule): local wall-clock times as instants, each local date at most once.

A time inside a gap (clocks go forward) occurs at the first valid instant after it; a time inside a
fold (clocks go back) at its first occurrence. A date that a zone left out has no occurrence.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from digests.audience.slot import EVERY_DAY

_DAY = timedelta(days=1)
_SEARCHED_DAYS = 10
"""A week, and room for a left-out date and for clocks that differ from UTC's date."""


def next_occurrence(
    timezone: str, minute: int, weekdays: int, after: datetime
) -> tuple[datetime, date]:
    """The first occurrence later than ``after``, in UTC, and the local date it counts for."""
    start = _local_date(timezone, after) - _DAY
    for days in range(_SEARCHED_DAYS):
        day = start + timedelta(days=days)
        instant = occurrence_on(timezone, minute, weekdays, day)
        if instant and instant > after:
            return instant, day
    raise ValueError(f"no weekday in {weekdays:#b}")


def previous_occurrence(
    timezone: str, minute: int, weekdays: int, until: datetime
) -> tuple[datetime, date]:
    """The last occurrence at or before ``until``, in UTC, and the local date it counts for."""
    end = _local_date(timezone, until) + _DAY
    for days in range(_SEARCHED_DAYS):
        day = end - timedelta(days=days)
        instant = occurrence_on(timezone, minute, weekdays, day)
        if instant and instant <= until:
            return instant, day
    raise ValueError(f"no weekday in {weekdays:#b}")


def occurrence_on(timezone: str, minute: int, weekdays: int, day: date) -> datetime | None:
    """The occurrence that counts for this local date; none on another weekday or a left-out date."""
    if not weekdays & EVERY_DAY & (1 << day.weekday()):
        return None
    return _instant(timezone, minute, day)


def _local_date(timezone: str, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()


@lru_cache(maxsize=65536)
def _instant(timezone: str, minute: int, day: date) -> datetime | None:
    zone = ZoneInfo(timezone)
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    before_gap = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first - before_gap >= _DAY:
        return None
    return _end_of_gap(zone, before_gap, first)


def _end_of_gap(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """Where the zone's offset changes between two instants, to the second."""
    offset = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late


def floor_minute(moment: datetime) -> datetime:
    """The whole minute that a moment lies in: windows end on these, so that readers share them."""
    return moment.replace(second=0, microsecond=0)
