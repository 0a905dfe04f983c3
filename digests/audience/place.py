"""What place a person means (rule): a city in either language, a zone, an offset, a location."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from zoneinfo import ZoneInfo, available_timezones

from digests.audience.cities import City, CityTable, folded, frames_of, is_cyrillic
from digests.errors import UnknownPlace
from digests.vocabulary import Language

LIKELY = 86.0
"""rapidfuzz's ratio, 0-100, from which a mistyped city is taken; the answer names it."""
WORTH_OFFERING = 62.0
_MOST_OFFERED = 4
_SHORTEST_GUESSED = 4
_LONGEST_SAID = 64

_RENAMED = {
    "Europe/Kiev": "Europe/Kyiv",
    "Europe/Uzhgorod": "Europe/Kyiv",
    "Europe/Zaporozhye": "Europe/Kyiv",
    "GMT": "Etc/UTC",
    "UTC": "Etc/UTC",
    "Zulu": "Etc/UTC",
}
_ABBREVIATED = {
    "utc": "Etc/UTC", "gmt": "Etc/UTC", "z": "Etc/UTC",
    "eet": "Europe/Kyiv", "eest": "Europe/Kyiv", "cet": "Europe/Berlin", "cest": "Europe/Berlin",
    "wet": "Europe/Lisbon", "bst": "Europe/London", "msk": "Europe/Moscow", "мск": "Europe/Moscow",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "mst": "America/Denver",
    "mdt": "America/Denver", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "jst": "Asia/Tokyo", "kst": "Asia/Seoul",
}  # fmt: skip
_BETWEEN_HOURS = {
    -570: "Pacific/Marquesas", 210: "Asia/Tehran", 270: "Asia/Kabul", 330: "Asia/Kolkata",
    345: "Asia/Kathmandu", 390: "Asia/Yangon", 525: "Australia/Eucla", 570: "Australia/Darwin",
}  # fmt: skip
"""Zones without summer time whose offset is no whole hour: Etc has none of these."""

_LOOK_ALIKE = str.maketrans("aceopxyi", "асеорхуі")
"""Latin letters that slip into Cyrillic words unseen."""

_OFFSET = re.compile(
    r"(?:utc|gmt)?\s*([+\-\u2212\u2013])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE
)
_LEADING = re.compile(
    r"^(?:(?:i am|i'm|im|i live|we are)\s+)?(?:in|at|from|near|city of|"
    r"я\s+(?:в|у|з|із|зі)|в|у|з|із|зі|біля|місто|місті|м|город|в городе)\b\.?\s+"
)
_TRAILING = re.compile(r"\s+(?:city|time|timezone|time zone|місто|час|область)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A zone, and the city it was named by, if any."""

    timezone: str
    city: City | None = None

    def title(self, language: Language) -> str:
        """What to call it: the city, or the zone's own name."""
        return self.city.title(language) if self.city else self.timezone


def read_place(said: str, table: CityTable) -> list[Place]:
    """The places meant, the likeliest first, never none; each in another zone than the others.

    Raises UnknownPlace with the nearest cities' names.
    """
    words = _bare(said)
    zone = read_zone(said.strip()) or read_zone(words)
    if zone:
        return [Place(zone)]
    found = _cities(words, table) if words else []
    if not found:
        raise UnknownPlace(said, [city.name for city in nearest_cities(said, table)])
    places: dict[str, Place] = {}
    for city in found:
        places.setdefault(city.timezone, Place(city.timezone, city))
    return list(places.values())


def read_zone(said: str) -> str | None:
    """The IANA zone of this name, abbreviation or offset from UTC."""
    name = said.strip().replace(" ", "_").casefold()
    if name in _ABBREVIATED:
        return _ABBREVIATED[name]
    if "/" in name and name in _zones():
        return _zones()[name]
    offset = _OFFSET.fullmatch(said.strip())
    return _zone_of_offset(*offset.groups()) if offset else None


def nearest_cities(said: str, table: CityTable, limit: int = _MOST_OFFERED) -> list[City]:
    """The cities a mistyped name may mean, the likeliest first; or none."""
    return _guessed(_bare(said), table, WORTH_OFFERING)[:limit]


def city_at(latitude: float, longitude: float, table: CityTable) -> City:
    """The city nearest to a shared location, by way of a flat map: near enough for a zone."""
    narrowing = cos(radians(latitude))

    def distance(city: City) -> float:
        across = abs(city.longitude - longitude)
        return (city.latitude - latitude) ** 2 + (min(across, 360 - across) * narrowing) ** 2

    return min(table.cities, key=distance)


def _bare(said: str) -> str:
    """A folded name without prepositions and what follows a comma."""
    words = folded(said[:_LONGEST_SAID].split(",")[0])
    if is_cyrillic(words):
        words = words.translate(_LOOK_ALIKE)
    return _TRAILING.sub("", _LEADING.sub("", words)).strip()


def _cities(words: str, table: CityTable) -> list[City]:
    """As written; else inflected; else mistyped but hardly anything else."""
    exact = table.named(words)
    if exact:
        return exact
    if is_cyrillic(words):
        inflected = table.framed(frames_of(words))
        if inflected:
            return sorted(inflected, key=lambda city: -_closeness(words, city) * city.weight)
    return _guessed(words, table, LIKELY)


def _closeness(words: str, city: City) -> float:
    """How much of the name was written, steeply: Львову is Львів, not some other -львів."""
    from rapidfuzz.fuzz import ratio

    return (ratio(words, folded(city.ukrainian or city.name)) / 100) ** 6


def _guessed(words: str, table: CityTable, cutoff: float) -> list[City]:
    from rapidfuzz import fuzz, process

    if len(words) < _SHORTEST_GUESSED:
        return []
    names: Iterable[str] = table.by_name.keys()
    found = process.extract(words, names, scorer=fuzz.ratio, score_cutoff=cutoff, limit=40)
    cities = [(score, city) for name, score, _ in found for city in table.named(name)[:1]]
    # A letter is worth more than size, and size decides between equally like names.
    cities.sort(key=lambda entry: (-round(entry[0] / 8), -entry[1].weight))
    return list(dict.fromkeys(city for _, city in cities))


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    names = available_timezones() - {"localtime", "posixrules", "Factory"}
    return {name.casefold(): _RENAMED.get(name, name) for name in names}


def _zone_of_offset(sign: str, hours: str, minutes: str | None) -> str | None:
    offset = (int(hours) * 60 + int(minutes or 0)) * (1 if sign == "+" else -1)
    if offset % 60:
        return _BETWEEN_HOURS.get(offset)
    if not -12 * 60 <= offset <= 14 * 60:
        return None
    # POSIX counts the other way: three hours ahead of UTC is Etc/GMT-3.
    return f"Etc/GMT{-offset // 60:+d}" if offset else "Etc/UTC"


def is_zone(name: str) -> bool:
    """Whether this is a zone's name exactly as we would store it."""
    return _zones().get(name.casefold()) == name and bool(ZoneInfo(name))
