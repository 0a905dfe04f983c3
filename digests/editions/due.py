"""Whether a slot is due (rule), and up to when its digest tells.

An occurrence that was missed while nothing ran is caught up once, within ``CATCH_UP``; after that it
is left out, and the next digest tells what this one would have told. Of several missed only the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digests.audience.occurrence import floor_minute, next_occurrence, previous_occurrence

CATCH_UP = timedelta(hours=3)
"""A morning digest is still one at eleven; in the afternoon it would sit oddly before the evening's."""

LATE = timedelta(minutes=2)
"""Later than this, a digest tells the news up to now and not up to the minute it was wanted."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest is wanted: for this local date, with the news up to this minute."""

    local_date: date
    ends_at: datetime


def due(
    timezone: str, minute: int, weekdays: int, *, planned_date: date, now: datetime
) -> Due | None:
    """What a slot that waits for ``planned_date`` wants now; none where there is nothing to catch up."""
    occurrence, day = previous_occurrence(timezone, minute, weekdays, now)
    late_by = now - occurrence
    # An earlier date stands here when the zone's rules changed after the slot was planned.
    if day < planned_date or late_by > CATCH_UP:
        return None
    return Due(day, occurrence if late_by <= LATE else floor_minute(now))


def following(timezone: str, minute: int, weekdays: int, *, now: datetime) -> tuple[datetime, date]:
    """When a slot that was looked at is due again, and for which local date."""
    return next_occurrence(timezone, minute, weekdays, now)


def next_whole_minute(moment: datetime) -> datetime:
    """The minute's end: a digest on demand holds what came in seconds ago. What is written down
    within the rest of the minute is dated after it (see ``window.py``)."""
    begun = floor_minute(moment)
    return begun if begun == moment else begun + timedelta(minutes=1)
