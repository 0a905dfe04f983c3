"""What words stand for in each language, and which place lies in which (noun): two tables, read when the
first article is looked at.

Places are those of ``places.tsv.gz`` (GeoNames and CLDR, see ``tests/compile_places.py``), matters
("prisoner", "полонений") those of ``concepts.tsv``; inflected forms meet in their dictionary form.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from digests.stories.pivot import COUNTRY, MATTER, NUMBER, PLACE
from digests.stories.usual import usual_share
from digests.stories.words import BEGINNING, LANGUAGES_WITH_KEYS, beginning, keys_of

PLACES = Path(__file__).with_name("places.tsv.gz")
CONCEPTS = Path(__file__).with_name("concepts.tsv")

USUAL = 100
"""Articles of one language that are thought to have come before the first."""

IN_USUAL = {PLACE: 20.0, COUNTRY: 20.0, NUMBER: 5.0, MATTER: 5.0}
"""In how many of those stands a word that is written for a pivot: war news is full of them."""

_COUNTED = {
    word: number
    for number, words in enumerate(
        (
            "two|два|двоє|двое", "three|три|троє|трое", "four|чотири|четверо|четыре",
            "five|п'ять|п'ятеро|пять", "six|шість|шестеро|шесть", "seven|сім|семеро|семь",
            "eight|вісім|восьмеро|восемь", "nine|дев'ять|дев'ятеро|девять",
            "ten|десять|десятеро", "eleven|одинадцять|одинадцятеро", "twelve|дванадцять|дванадцятеро",
            "thirteen|тринадцять", "fourteen|чотирнадцять", "fifteen|п'ятнадцять",
            "sixteen|шістнадцять", "seventeen|сімнадцять", "eighteen|вісімнадцять",
            "nineteen|дев'ятнадцять", "twenty|двадцять",
        ),
        2,
    )
    for word in words.split("|")
}  # fmt: skip

Lookup = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Tables:
    """Both, as they are looked up."""

    words: Mapping[str, Lookup]
    """By language: a word's key, or two keys with a blank between, to what it stands for."""
    firsts: Mapping[str, frozenset[str]]
    """By language: what a pair may begin with."""
    expected: Mapping[str, Mapping[str, float]]
    within: Mapping[str, str]
    forms: Mapping[str, Lookup]
    """By language: a place to its single words."""
    common: frozenset[str]
    kinds: Mapping[str, str]
    """A place's name to what a pivot of it begins with."""
    written: frozenset[str]
    """Every place in English, as it is written."""


def is_common(pivot: str) -> bool:
    """Whether every other report speaks of it."""
    return pivot in tables().common


def expected_of(language: str) -> Callable[[str], float]:
    """In how many of the usual articles of a language a stem stands."""
    known, share = tables().expected.get(language, {}), usual_share(language)
    return lambda stem: (
        IN_USUAL[PLACE]
        if stem.startswith((PLACE, COUNTRY))
        else max(known.get(stem, 0.0), USUAL * share.get(stem, 0.0))
    )


def apart(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both name places, and none of the one lies in or holds one of the other."""
    return bool(one and other) and not any(_near(a, b) for a in one for b in other)


def _near(one: str, other: str) -> bool:
    return one == other or other in _around(one) or one in _around(other)


@lru_cache(maxsize=2_000)
def _around(place: str) -> frozenset[str]:
    """Everything the place lies in."""
    found = set()
    within = tables().within
    while (place := within.get(place, "")) and place not in found:
        found.add(place)
    return frozenset(found)


@cache
def tables() -> Tables:
    """Read once."""
    words: dict[str, dict[str, tuple[str, ...]]] = {code: {} for code in LANGUAGES_WITH_KEYS}
    kinds: dict[str, str] = {}
    within, common = {}, {f"{COUNTRY}Ukraine", f"{COUNTRY}Russia", f"{PLACE}Kyiv", f"{PLACE}Moscow"}
    written: set[str] = set()
    for pivot, inside, forms, english in (*_read_places(), *_read_concepts()):
        written.update(english)
        if inside:
            within[pivot] = inside
        if pivot[0] in (PLACE, COUNTRY):
            kinds[pivot[1:]] = pivot[0]
        if pivot.startswith(f"{MATTER}-"):
            common.add(pivot)
        for language, form in forms:
            known = words[language]
            if pivot not in known.get(form, ()):
                known[form] = (*known.get(form, ()), pivot)
    for form, number in _COUNTED.items():
        for language in LANGUAGES_WITH_KEYS:
            for key in _keyed(form, language):
                words[language].setdefault(key, (f"{NUMBER}{number}",))
    firsts = {
        language: frozenset(form.split(" ")[0] for form in known if " " in form)
        for language, known in words.items()
    }
    expected = {language: _expected(known, common) for language, known in words.items()}
    forms_of = _by_place(words)
    return Tables(
        words, firsts, expected, within, forms_of, frozenset(common), kinds, frozenset(written)
    )


def _by_place(words: Mapping[str, Lookup]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The table the other way round."""
    forms: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in words}
    for language, known in words.items():
        for form, pivots in known.items():
            for pivot in pivots if " " not in form else ():
                if pivot[0] in (PLACE, COUNTRY):
                    forms[language][pivot] = (*forms[language].get(pivot, ()), form)
    return forms


def _expected(known: Lookup, common: Collection[str]) -> dict[str, float]:
    """In how many of the usual articles each stem stands, and each beginning of one."""
    stems = {
        form: 20.0 if any(p in common for p in found) else max(IN_USUAL[p[0]] for p in found)
        for form, found in known.items()
    }
    begun: dict[str, float] = {}
    for form, times in stems.items():
        for word in form.split(" "):
            term = beginning(word, BEGINNING)
            begun[term] = max(times, begun.get(term, 0.0))
    return stems | begun


Row = tuple[str, str, list[tuple[str, str]], list[str]]
"""A pivot, what it lies in, its forms by language, and how it is written in English where it is a place."""


def _read_places() -> Iterator[Row]:
    with gzip.open(PLACES, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    countries = {name for name, kind, *_ in rows if kind == "country"}
    for name, kind, inside, *written in rows:
        holder = inside and (f"{COUNTRY}{inside}" if inside in countries else f"{PLACE}{inside}")
        pivot = f"{COUNTRY if kind == 'country' else PLACE}{name}"
        yield pivot, holder, list(_forms(written)), written[0].split("|")


def _read_concepts() -> Iterator[Row]:
    for line in CONCEPTS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            concept, *written = line.split("\t")
            yield f"{MATTER}{concept}", "", list(_forms(written)), []


def _forms(written: Iterable[str]) -> Iterator[tuple[str, str]]:
    for language, field in zip(("en", "uk", "ru"), written, strict=True):
        for form in filter(None, field.split("|")):
            yield from ((language, key) for key in _keyed(form, language))


def _keyed(form: str, language: str) -> Iterator[str]:
    """As a text's words are looked up; Ukrainian stands in dictionary forms already."""
    if language == "uk":
        yield form
        return
    stem = keys_of(language)
    # Snowball takes the end of "Саратов" for a case, and finds none in "Саратове".
    cased = [form, f"{form}е"] if language == "ru" and form.endswith(("ов", "ев", "ин")) else [form]
    yield from {" ".join(min(stem(word)) for word in each.split(" ")): None for each in cased}
