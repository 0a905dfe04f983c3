"""Regions as places of their own (rule): in the gazetteer a region and its city are one, for events that is
enough. Readers must not be told of a city where only its region was named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("regions.tsv")


@dataclass(frozen=True, slots=True)
class Region:
    """One region."""

    name: str
    city: str
    """Which stands for it in the gazetteer."""
    names: dict[str, str]
    """What readers call it, by language."""
    words: frozenset[str]
    """Those that mean the region and never the city: Kharkivshchyna, Volyn."""


@cache
def regions() -> dict[str, Region]:
    """All that are known, by name."""
    rows = (
        line.split("\t")
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
    return {
        name: Region(
            name,
            city,
            {"en": name, "uk": ukrainian},
            frozenset(word for field in words for word in field.split("|") if word),
        )
        for name, city, ukrainian, *words in rows
    }


def region_of(city: str) -> str | None:
    """The region that is named after this city, or for which it stands."""
    return _by_city().get(city)


def region_by_word(word: str) -> str | None:
    """The region that this word means, in its dictionary form."""
    return _by_word().get(word)


def city_for(place: str) -> str:
    """How the gazetteer names a place: a region by its city, any other as it is."""
    region = regions().get(place)
    return region.city if region else place


@cache
def _by_city() -> dict[str, str]:
    found: dict[str, str] = {}
    for region in regions().values():
        found.setdefault(region.city, region.name)
    return found


@cache
def _by_word() -> dict[str, str]:
    return {word: region.name for region in regions().values() for word in region.words}
