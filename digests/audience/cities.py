"""The cities we know (edge): a table compiled from GeoNames (CC BY 4.0) by tests/compile_cities.py.

It is read at first use, not at start: most processes never need it.
"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from digests.vocabulary import Language

_TABLE = Path(__file__).with_name("cities.tsv.gz")
_HOME = "UA"
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "ı": "i", "æ": "ae", "ё": "е"})
_MARKS = dict.fromkeys(map(ord, "'’ʼ`´‘.\"«»"))
_WEIGHT_OF_HOME = 3
_WEIGHT_OF_MAIN_NAME = 4
_SMALLEST_INFLECTED_ABROAD = 50_000
"""Nobody inflects the name of a small town far away; leaving those out saves memory."""


@dataclass(frozen=True, slots=True)
class City:
    """A city: its names in both languages (the Latin one where we are not sure), country, zone."""

    name: str
    ukrainian: str
    country: str
    """ISO 3166-1 alpha-2."""
    timezone: str
    population: int
    latitude: float
    longitude: float

    def title(self, language: Language) -> str:
        """Its name for a reader."""
        return self.ukrainian or self.name if language is Language.UKRAINIAN else self.name

    @property
    def weight(self) -> int:
        """Which of two cities of one name is meant: the larger, Ukraine's three times heavier."""
        return self.population * (_WEIGHT_OF_HOME if self.country == _HOME else 1)


class CityTable:
    """All cities, found by any of their names: as written, or by the frame of an inflected one."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.cities: list[City] = []
        self.by_name: dict[str, list[int]] = {}
        """Twice the city's number, and 1 more where it is the city's main name."""
        self.by_frame: dict[str, list[int]] = {}
        for number, line in enumerate(lines):
            self._add(number, line)

    def named(self, name: str) -> list[City]:
        """The cities of exactly this name, the likeliest first."""
        found = self.by_name.get(folded(name), [])
        return [self.cities[entry >> 1] for entry in sorted(found, key=self._lightness)]

    def framed(self, frames: Iterable[str]) -> list[City]:
        """The cities with a Cyrillic name of one of these frames, the largest first."""
        numbers = {number for framed in frames for number in self.by_frame.get(framed, ())}
        return [self.cities[number] for number in sorted(numbers)]

    def _add(self, number: int, line: str) -> None:
        name, ukrainian, others, country, zone, population, latitude, longitude = line.split("\t")
        place = (float(latitude), float(longitude))
        city = City(name, ukrainian, country, zone, int(population), *place)
        self.cities.append(city)
        main = {folded(known) for known in (name, ukrainian) if known}
        known_as = main | {folded(known) for known in others.split("|") if known}
        for known in sorted(known_as):
            self.by_name.setdefault(known, []).append(number << 1 | (known in main))
        if country == _HOME or city.population >= _SMALLEST_INFLECTED_ABROAD:
            for framed in sorted({frame(known) for known in known_as if is_cyrillic(known)}):
                self.by_frame.setdefault(framed, []).append(number)

    def _lightness(self, entry: int) -> int:
        return -self.cities[entry >> 1].weight * (_WEIGHT_OF_MAIN_NAME if entry & 1 else 1)


@lru_cache(maxsize=1)
def cities() -> CityTable:
    """The table, read once."""
    with gzip.open(_TABLE, "rt", encoding="utf-8") as lines:
        return CityTable(line.rstrip("\n") for line in lines)


def folded(name: str) -> str:
    """A name without case, accents, apostrophes and hyphens."""
    text = name.lower().translate(_MARKS).translate(_LETTERS).replace("-", " ").replace("_", " ")
    if not text.isascii():
        text = "".join(_plain(text))
    return " ".join(text.split())


def _plain(text: str) -> Iterator[str]:
    # Only Latin letters lose their marks: й and ї are letters, not и and і with something on top.
    for letter in text:
        yield unicodedata.normalize("NFKD", letter)[0] if "à" <= letter < "ɐ" else letter


def is_cyrillic(text: str) -> bool:
    """Whether this is Cyrillic."""
    return any("а" <= letter <= "ґ" for letter in text)


_NOMINATIVE = ("ий", "ій", "ья", "а", "я", "о", "е", "є", "и", "і", "ї", "ь", "й", "ы")
_SOFTENED = str.maketrans({"г": "з", "к": "ц", "х": "с"})
_ALTERNATING = "іїоеє"
_VOWELS = "аеєиіїоуюяы"
_LONGEST_NAME = 4
_SHORTEST_STEM = 2


_INFLECTED = (*_NOMINATIVE, "ому", "ого", "ими", "ями", "ами", "ою", "ею", "єю", "ем", "ом", "єм",
    "их", "ях", "ах", "им", "ої", "у", "ю", "ів")  # fmt: skip


def frame(name: str) -> str:
    """What inflection leaves of a folded Cyrillic name: Київ and Києва, Прага and Празі are alike."""
    return " ".join(_stem_frame(_stems(word, _NOMINATIVE)[0]) for word in name.split())


def frames_of(said: str) -> set[str]:
    """The frames of the names that a folded phrase may be an inflected form of."""
    words = [_stems(word, _INFLECTED) for word in said.split()[:_LONGEST_NAME]]
    return {" ".join(map(_stem_frame, stems)) for stems in product(*words)}


def _stems(word: str, endings: Iterable[str]) -> list[str]:
    """The word without each ending it has, and as it stands."""
    cut = [word.removesuffix(end) for end in endings if word.endswith(end)]
    return [*(stem for stem in cut if len(stem) >= _SHORTEST_STEM), word]


def _stem_frame(stem: str) -> str:
    """A stem with its last alternating vowel and consonant made alike."""
    stem = stem[:-1] + stem[-1:].translate(_SOFTENED)
    for place in range(len(stem) - 1, 0, -1):
        if stem[place] in _VOWELS:
            return f"{stem[:place]}*{stem[place + 1 :]}" if stem[place] in _ALTERNATING else stem
    return stem
