"""How breaking news may come (rule): for each severity by day and in quiet hours.

               by day             in quiet hours
flash          sound              sound     it may concern the reader's safety
priority       sound              silent
routine        silent             hold      until the quiet hours end

These are the defaults. At night nothing is louder than by day, and what does not come by day never does.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product

from digests.vocabulary import Severity


class Manner(StrEnum):
    """With a sound, without one, kept until the reader wakes, or not at all."""

    SOUND = "sound"
    SILENT = "silent"
    HOLD = "hold"
    NONE = "none"


Manners = tuple[Manner, Manner, Manner]
"""One for each severity, by its rank."""

BY_DAY = (Manner.SOUND, Manner.SILENT, Manner.NONE)
AT_NIGHT = (Manner.SOUND, Manner.SILENT, Manner.HOLD)

DAY: Manners = (Manner.SILENT, Manner.SOUND, Manner.SOUND)
NIGHT: Manners = (Manner.HOLD, Manner.SILENT, Manner.SOUND)


def manner_of(severity: Severity, by_day: Manners, at_night: Manners, *, quiet: bool) -> Manner:
    """What an item of this severity may do now; ``quiet`` says whether it is the reader's night."""
    day, night = by_day[severity.rank], at_night[severity.rank]
    if not quiet or day is Manner.NONE:
        return day
    return Manner.SILENT if day is Manner.SILENT and night is Manner.SOUND else night


def changed(manners: Manners, severity: Severity, manner: Manner) -> Manners:
    """The same but for one severity."""
    routine, priority, flash = (
        manner if one is severity else kept for one, kept in zip(Severity, manners, strict=True)
    )
    return routine, priority, flash


def admitting(severity: Severity) -> list[Manners]:
    """Every choice by day with which items of this severity come."""
    return [
        (routine, priority, flash)
        for routine, priority, flash in product(BY_DAY, repeat=3)
        if (routine, priority, flash)[severity.rank] is not Manner.NONE
    ]


def refusing(severity: Severity) -> list[Manners]:
    """Every other. A query says rather this: what is not among so few is looked at in passing, where
    PostgreSQL takes a search by dozens of values for dearer than reading every subscriber."""
    admitted = admitting(severity)
    return [(a, b, c) for a, b, c in product(BY_DAY, repeat=3) if (a, b, c) not in admitted]
