"""How loudly a story may knock (rule).

A story earns a point each for: a grave topic, harm to people, reach (thousands affected), and three
sources within six hours. Three points make it priority. Flash is for the few things that change
everyone's day: they must be said in so many words, and by three sources within two hours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from digests.vocabulary import Severity, Standing

GRAVE = frozenset({"strikes", "nuclear", "energy", "war-crimes", "frontline"})
UPTAKE_SOURCES = 3
UPTAKE_WITHIN = timedelta(hours=6)
FLASH_WITHIN = timedelta(hours=2)
PRIORITY_POINTS = 3

_HARM = re.compile(
    r"\b(?:kill(?:s|ed|ing)?|dead|died?|wounded|injured|casualties"
    r"|загиб\w*|загину\w*|поранен\w*|постражда\w*|вбит\w*|убит\w*)\b",
    re.IGNORECASE,
)
_NOT_HARM = re.compile(
    r"\b(?:no (?:casualties|injuries)|no one (?:was|is) (?:hurt|injured|killed)"
    r"|(?:no|без) (?:reports of casualties|постраждалих)|постраждалих немає)\b",
    re.IGNORECASE,
)
_REACH = re.compile(
    r"\b(?:\d{1,3}[,\u00a0 ]\d{3}|\d+ (?:thousand|million|тис\w*|млн|мільйон\w*))\b", re.IGNORECASE
)
_FLASH = re.compile(
    r"\b(?:ceasefire (?:takes effect|agreed|signed|in force)|peace (?:deal|agreement) signed"
    r"|declares? (?:war|martial law)|article (?:5|five) (?:is )?invoked"
    r"|nuclear (?:weapon used|strike|explosion)|radiation leak|reactor (?:explosion|meltdown)"
    r"|припинення вогню (?:набуло|погоджено|підписано)|мирн\w+ угод\w+ підписан\w+"
    r"|оголо\w+ війну|ядерн\w+ удар|витік радіації|вибух на реакторі)\b",
    re.IGNORECASE,
)


def severity(
    told: str, topics: Collection[str], standing: Standing, reported_at: Sequence[datetime]
) -> Severity:
    """The severity of a story told as ``told`` (title and lead).

    ``reported_at``: when each independent source first told it.
    """
    if (
        _FLASH.search(told)
        and standing is Standing.CONFIRMED
        and _uptake(reported_at, FLASH_WITHIN) >= UPTAKE_SOURCES
    ):
        return Severity.FLASH
    points = (
        not GRAVE.isdisjoint(topics),
        bool(_HARM.search(_NOT_HARM.sub("", told))),
        bool(_REACH.search(told)),
        _uptake(reported_at, UPTAKE_WITHIN) >= UPTAKE_SOURCES,
    )
    return Severity.PRIORITY if sum(points) >= PRIORITY_POINTS else Severity.ROUTINE


def _uptake(reported_at: Sequence[datetime], within: timedelta) -> int:
    """The most sources that told it within one such span."""
    times = sorted(reported_at)
    return max(
        (sum(start <= time <= start + within for time in times) for start in times), default=0
    )
