"""Times of day as people write them (rule): "08:30 20:00", "mon-fri 7:45", "8 ранку в будні", "off"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digests.audience.slot import EVERY_DAY
from digests.errors import TooManyTimes, UnreadableTime

MOST_TIMES = 6
"""Digests a day."""

WEEKDAYS, WEEKEND = 0b0011111, 0b1100000

_OFF = {"off", "none", "never", "stop", "no", "вимк", "вимкнути", "ні", "ніколи", "жодного", "стоп"}
_DAYS = (
    ("mon monday mondays пн понеділок понеділка понеділках", 0),
    ("tue tues tuesday tuesdays вт вівторок вівторка вівторках", 1),
    ("wed wednesday wednesdays ср середа середу середи середах", 2),
    ("thu thur thurs thursday thursdays чт четвер четверга четвергах", 3),
    ("fri friday fridays пт п'ятниця п'ятницю п'ятниці п'ятницях", 4),
    ("sat saturday saturdays сб субота суботу суботи суботах", 5),
    ("sun sunday sundays нд неділя неділю неділі неділях", 6),
)
_DAY = {name: number for names, number in _DAYS for name in names.split()}
_GROUPS = {
    **dict.fromkeys(
        ["weekdays", "weekday", "workdays", "будні", "буднях", "будням", "робочі"], WEEKDAYS
    ),
    **dict.fromkeys(["weekend", "weekends", "вихідні", "вихідних", "вихідним"], WEEKEND),
    **dict.fromkeys(["daily", "everyday", "щодня", "щоденно"], EVERY_DAY),
}
_MINUTES = {"noon": 720, "midday": 720, "опівдні": 720, "полудень": 720} | dict.fromkeys(
    ("midnight", "опівночі", "північ"), 0
)
_FILLERS = {"at", "on", "and", "the", "every", "day", "days", "о", "об", "у", "в", "та", "і", "й",
    "по", "на", "з", "год", "год.", "година", "годині", "дні"}  # fmt: skip
_TIME = re.compile(r"(\d{1,2})(?:[:.\-h](\d{2}))?(am|pm)?|(\d{2})(\d{2})")
_AFTERNOON = re.compile(r"(?<=\d)\s*(am|a\.m\.|pm|p\.m\.|ранку|дня|вечора|ночі)(?=\W|$)")
_HALF = {"am": "am", "a.m.": "am", "ранку": "am", "ночі": "am"}
_RANGE = re.compile(r"([^\W\d]+\.?)\s*[-–—]\s*([^\W\d]+)")
_LONGEST_SAID = 200


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """A local time of day on some weekdays."""

    minute: int
    """After local midnight, 0-1439."""
    weekdays: int = EVERY_DAY
    """A bit mask, Monday the lowest bit."""


def read_times(said: str) -> tuple[Time, ...]:
    """The times meant, in order; none for "off". Weekdays belong to the times beside them.

    Raises UnreadableTime with the word that is not understood, TooManyTimes beyond MOST_TIMES.
    """
    words = list(_words(said))
    if words and set(words) <= _OFF:
        return ()
    times: dict[int, int] = {}
    for minute, weekdays in _grouped(words, said):
        times[minute] = times.get(minute, 0) | weekdays
    if not times:
        raise UnreadableTime(said)
    if len(times) > MOST_TIMES:
        raise TooManyTimes(MOST_TIMES)
    return tuple(sorted(Time(minute, weekdays) for minute, weekdays in times.items()))


def read_clock(word: str) -> int | None:
    """Minutes after midnight of one time of day: "08:30", "8", "8.30", "8pm", "0830", "noon"."""
    if word in _MINUTES:
        return _MINUTES[word]
    match = _TIME.fullmatch(word)
    if not match:
        return None
    hour, minute = int(match[1] or match[4]), int(match[2] or match[5] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    if hour == 24 and not minute:
        return 0
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _words(said: str) -> Iterator[str]:
    text = said[:_LONGEST_SAID].lower().replace("’", "'").replace("ʼ", "'")
    text = _AFTERNOON.sub(lambda half: _HALF.get(half[1], "pm"), text)
    text = _RANGE.sub(r"\1-\2", text)
    for word in re.split(r"[\s,;&+]+", text):
        if word and word not in _FILLERS:
            yield word.rstrip(".") if not word[0].isdigit() else word.rstrip(".-")


def _grouped(words: list[str], said: str) -> Iterator[tuple[int, int]]:
    """Each time with its weekdays. Days said first hold for the times after them, else for those
    before them."""
    days_first = bool(words) and _read_days(words[0]) is not None
    waiting: list[int] = []
    days = 0
    for word in words:
        more = _read_days(word)
        if more is None:
            waiting.append(_clock_or_raise(word, said))
            if days and not days_first:
                yield from ((minute, days) for minute in waiting[:-1])
                waiting, days = waiting[-1:], 0
        elif days_first and waiting:
            yield from ((minute, days) for minute in waiting)
            waiting, days = [], more
        else:
            days |= more
    yield from ((minute, days or EVERY_DAY) for minute in waiting)


def _clock_or_raise(word: str, said: str) -> int:
    minute = read_clock(word)
    if minute is None:
        raise UnreadableTime(word if len(word) <= 32 else said[:32])
    return minute


def _read_days(word: str) -> int | None:
    """A weekday, a range of them or a group, as a mask."""
    if word in _GROUPS:
        return _GROUPS[word]
    first, dash, last = word.partition("-")
    if first.rstrip(".") not in _DAY or (dash and last not in _DAY):
        return None
    start = _DAY[first.rstrip(".")]
    length = (_DAY[last] - start) % 7 if dash else 0
    return sum(1 << (start + step) % 7 for step in range(length + 1))
