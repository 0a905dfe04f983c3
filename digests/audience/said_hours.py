"""Quiet hours as people write them (rule): "23:00-07:00", "23 7", "from 11pm to 7am", "з 23 до 7", "off"."""

from __future__ import annotations

import re

from digests.audience.said_times import read_clock
from digests.errors import UnreadableTime

_OFF = {"off", "none", "never", "no", "вимк", "вимкнути", "ні", "ніколи", "без"}
_BETWEEN = re.compile(r"\s*[-–—]+\s*|[\s,;&+]+")
_FILLERS = {"from", "to", "till", "until", "between", "and", "at", "з", "із", "від", "до", "по", "та",
    "і", "й"}  # fmt: skip
_HALF_OF_DAY = re.compile(r"(?<=\d)\s+(am|pm)\b")
_LONGEST_SAID = 64


def read_hours(said: str) -> tuple[int, int] | None:
    """From when until when, in minutes after midnight; none for "off".

    Raises UnreadableTime with the part that is not understood: the whole where it is not two times.
    """
    text = _HALF_OF_DAY.sub(r"\1", said[:_LONGEST_SAID].lower())
    words = [word for word in _BETWEEN.split(text) if word and word not in _FILLERS]
    if words and set(words) <= _OFF:
        return None
    clocks = [_clock(word) for word in words]
    if len(clocks) != 2 or clocks[0] == clocks[1]:
        raise UnreadableTime(said[:_LONGEST_SAID])
    return clocks[0], clocks[1]


def _clock(word: str) -> int:
    minute = read_clock(word)
    if minute is None:
        raise UnreadableTime(word)
    return minute
