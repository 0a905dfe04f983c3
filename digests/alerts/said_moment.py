"""The moment an editor means (rule): "14:00", "14:00 Kyiv", "tomorrow 6:30", "in 20 minutes"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digests.audience.cities import CityTable
from digests.audience.occurrence import occurrence_on
from digests.audience.place import read_place
from digests.audience.said_times import read_clock
from digests.audience.slot import EVERY_DAY
from digests.errors import Stale, UnreadableTime

LONGEST_WAIT = timedelta(days=2)
"""Later than this nothing is breaking any more."""

_LONGEST_SAID = 80
_DAYS = {
    **dict.fromkeys(["today", "tonight", "сьогодні"], 0),
    **dict.fromkeys(["tomorrow", "завтра"], 1),
}
_FILLERS = frozenset(
    {"at", "on", "the", "by", "for", "о", "об", "у", "в", "на", "година", "годині", "год"}
)
_WAIT = re.compile(
    r"(?:in|за|через)\s+(\d{1,3})\s*"
    r"(?:(?P<minute>m|min|mins|minutes?|хв|хвилин|хвилини|хвилину)"
    r"|(?P<hour>h|hours?|год|годин|години|годину)|(?P<day>d|days?|день|дні|днів))\.?"
)
_A_WAIT = re.compile(r"(?:in|за|через)\s+\d")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_HALF = re.compile(r"(?<=\d)\s+(am|pm|a\.m\.|p\.m\.|ранку|дня|вечора|ночі)(?=\s|$)", re.IGNORECASE)
_HALVES = {"am": "am", "a.m.": "am", "ранку": "am", "ночі": "am"}


def read_moment(said: str, *, now: datetime, timezone: str, cities: CityTable) -> datetime:
    """The moment in UTC, later than ``now``; without a place in ``timezone``, without a day the next.

    Raises ``UnreadableTime``, ``UnknownPlace``, or ``Stale`` (``time`` for one that has passed, ``far``
    for one beyond ``LONGEST_WAIT``).
    """
    text = " ".join(said[:_LONGEST_SAID].split())
    moment = _wait(text.lower(), now) or _clock(text, said, now, timezone, cities)
    if moment <= now:
        raise Stale("time")
    if moment - now > LONGEST_WAIT:
        raise Stale("far")
    return moment


def _wait(text: str, now: datetime) -> datetime | None:
    found = _WAIT.fullmatch(text)
    if found is None:
        return None
    return now + timedelta(minutes=int(found[1]) * _MINUTES[found.lastgroup or "minute"])


def _clock(text: str, said: str, now: datetime, timezone: str, cities: CityTable) -> datetime:
    day: int | None = None
    minute: int | None = None
    place: list[str] = []
    for as_said in _words(text):
        word = as_said.lower()
        clock = read_clock(word) if minute is None else None
        if clock is not None:
            minute = clock
        elif word in _DAYS and day is None:
            day = _DAYS[word]
        elif place or word not in _FILLERS:
            place.append(as_said)  # an unknown place is named back to whoever wrote it
    if minute is None or _A_WAIT.match(text.lower()):
        raise UnreadableTime(said[:_LONGEST_SAID])
    if place:
        timezone = read_place(" ".join(place), cities)[0].timezone
    return _moment(timezone, minute, day, now)


def _words(text: str) -> Iterator[str]:
    text = _HALF.sub(lambda half: _HALVES.get(half[1].lower(), "pm"), text)
    yield from (word.strip(",.") for word in text.split() if word.strip(",."))


def _moment(timezone: str, minute: int, day: int | None, now: datetime) -> datetime:
    today = now.astimezone(ZoneInfo(timezone)).date()
    days = (0, 1) if day is None else (day,)
    moments = [occurrence_on(timezone, minute, EVERY_DAY, today + timedelta(days=d)) for d in days]
    found = [moment for moment in moments if moment is not None]
    return next((moment for moment in found if moment > now), found[0] if found else now)
