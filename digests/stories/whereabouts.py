"""Where the places of stories are (rule): from ``places_at.tsv.gz``, compiled with the gazetteer.

Told to a twentieth of a degree: a town, never a street.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("places_at.tsv.gz")


_FACTS = 4


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place on the map."""

    latitude: float
    longitude: float
    names: dict[str, str]
    """What a map calls it, by language."""


def whereabouts(place: str) -> Whereabouts | None:
    """Where this place of the gazetteer is; none for a country, which is no point."""
    row = _table().get(place, ())
    if len(row) < _FACTS:
        return None
    latitude, longitude, english, ukrainian = row
    return Whereabouts(float(latitude), float(longitude), {"en": english, "uk": ukrainian})


def country_code(place: str) -> str | None:
    """The two letters of a country of the gazetteer."""
    row = _table().get(place, ())
    return row[0] if len(row) == 1 else None


@cache
def known_names() -> dict[str, str]:
    """Every name of a place, in small letters, to the place."""
    names: dict[str, str] = {}
    for place, facts in _table().items():
        for name in (place, *facts[2:]):
            names.setdefault(name.casefold(), place)
    return names


@cache
def _table() -> dict[str, tuple[str, ...]]:
    with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {name: tuple(facts) for name, *facts in rows}
