"""A subscriber as the templates show one: topics, times, place, wishes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.zones import zone_title
from digests.audience.occurrence import floor_minute
from digests.audience.said_times import Time
from digests.audience.schedule import next_due, times_of
from digests.audience.subscribe import breaking_topics_of, topics_of
from digests.audience.subscriber import Subscriber
from digests.vocabulary import Language, Topic


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day and its weekdays (0 is Monday)."""

    clock: str
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a settings page says. Words for people come from the templates."""

    row: Subscriber
    topics: tuple[Topic, ...]
    times: tuple[ClockTime, ...]
    zone: str
    next_at: datetime | None
    quiet: tuple[str, str] | None
    not_breaking: tuple[Topic, ...]
    """The topics of which no breaking news comes."""


async def portrait(
    session: AsyncSession, row: Subscriber, language: Language, *, now: datetime
) -> Portrait:
    """Reads everything that is shown of a subscriber."""
    quiet = row.quiet_from is not None and row.quiet_until is not None
    topics = await topics_of(session, row)
    breaking = await breaking_topics_of(session, row)
    return Portrait(
        row,
        topics,
        clock_times(await times_of(session, row)),
        zone_title(row.timezone, language),
        await next_due(session, row, floor_minute(now)),
        (clock(row.quiet_from or 0), clock(row.quiet_until or 0)) if quiet else None,
        tuple(topic for topic in topics if topic not in breaking),
    )


def clock_times(times: Iterable[Time]) -> tuple[ClockTime, ...]:
    """Times as their clocks and weekdays."""
    return tuple(
        ClockTime(clock(time.minute), tuple(day for day in range(7) if time.weekdays >> day & 1))
        for time in times
    )


def clock(minute: int) -> str:
    """Minutes after midnight as ``08:30``."""
    return f"{minute // 60:02}:{minute % 60:02}"
