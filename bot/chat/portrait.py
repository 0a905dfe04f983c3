"""A subscriber as the templates show one: topics, times, place, wishes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from babel.core import get_global
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.occurrence import floor_minute
from digests.audience.said_times import Time
from digests.audience.schedule import next_due, times_of
from digests.audience.subscribe import topics_of
from digests.audience.subscriber import Subscriber
from digests.vocabulary import Language, Topic

_FORMER_NAMES: dict[str, list[str]] = {}
for _former, _present in get_global("zone_aliases").items():
    # CLDR keeps a city under the name its zone had first: Europe/Kiev.
    _FORMER_NAMES.setdefault(_present, []).append(_former)


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


async def portrait(
    session: AsyncSession, row: Subscriber, language: Language, *, now: datetime
) -> Portrait:
    """Reads everything that is shown of a subscriber."""
    quiet = row.quiet_from is not None and row.quiet_until is not None
    return Portrait(
        row,
        await topics_of(session, row),
        clock_times(await times_of(session, row)),
        zone_title(row.timezone, language),
        await next_due(session, row, floor_minute(now)),
        (clock(row.quiet_from or 0), clock(row.quiet_until or 0)) if quiet else None,
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


def zone_title(timezone: str, language: Language) -> str:
    """A zone by its city in the reader's language, or by its distance from UTC."""
    if timezone.startswith("Etc/"):
        # POSIX counts the other way.
        swapped = timezone.removeprefix("Etc/GMT").translate(str.maketrans("+-", "-+"))
        return f"UTC{swapped}" if timezone.startswith("Etc/GMT") else "UTC"
    zones = Locale(str(language)).time_zones
    for name in (timezone, *_FORMER_NAMES.get(timezone, ())):
        if "city" in zones.get(name, {}):
            return str(zones[name]["city"])
    return timezone.rsplit("/", 1)[-1].replace("_", " ")


def country_title(code: str, language: Language) -> str:
    """A country's name."""
    return str(Locale(str(language)).territories.get(code, code))
