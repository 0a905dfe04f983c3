"""What a text speaks of in any language (rule): places, names, numbers and matters.

A place is looked up in ``places.tsv.gz`` (GeoNames and CLDR, see ``tests/compile_places.py``), a
matter ("prisoner", "полонений") in ``concepts.tsv``; inflected forms meet in their dictionary form. A
name that neither holds is reduced to its consonants: Віткоффа and Witkoff are both "vtkf".
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from digests.stories.matching import BODY_WORDS, COMMON_WORDS, NAMED_WITHIN
from digests.stories.regions import city_for
from digests.stories.sounding import place_by_sound, places_heard
from digests.stories.usual import usual_share
from digests.stories.words import (
    BEGINNING,
    KNOWN_FORMS,
    LANGUAGES_WITH_KEYS,
    beginning,
    in_headline_case,
    keys_of,
    opening,
    tokens,
)

PLACES = Path(__file__).with_name("places.tsv.gz")
CONCEPTS = Path(__file__).with_name("concepts.tsv")

LEAD_WORDS = 25
"""Words of the text that are looked at: a first sentence tells the event, what follows its background."""

IN_TITLE = 1.5
PLACE, COUNTRY, NAME, NUMBER, MATTER = "@", "!", "~", "#", "="
WEIGHTS = {PLACE: 1.6, COUNTRY: 1.0, NAME: 1.5, NUMBER: 1.5, MATTER: 1.0}
"""What each kind says of an event, before rarity is known; the kind is a pivot's first letter."""

KIN = 3
"""Letters in which a region's name and its city's agree: Одещина, Одеса."""

COUNTS_FROM = 10
"""A smaller number is in every other report, and proves nothing."""

USUAL = 100
"""Articles of one language that are thought to have come before the first."""

IN_USUAL = {PLACE: 20.0, COUNTRY: 20.0, NUMBER: 5.0, MATTER: 5.0}
"""In how many of those stands a word that is written for a pivot: war news is full of them."""

EVERYWHERE = frozenset(
    {f"{COUNTRY}Ukraine", f"{COUNTRY}Russia", f"{COUNTRY}United States"}
    | {f"{PLACE}{capital}" for capital in ("Moscow", "Washington", "Brussels")}
)
"""Who acts or speaks in news of every place: says nothing of where something happened."""

SEATS = frozenset(
    f"{PLACE}{capital}"
    for capital in (
        "Kyiv", "Minsk", "Warsaw", "Vilnius", "Riga", "Tallinn", "Helsinki", "Budapest", "Bratislava",
        "Prague", "Berlin", "Paris", "London", "Rome", "Ankara", "Beijing", "Seoul", "Pyongyang", "Tokyo",
        "Taipei", "New Delhi", "Tehran", "Riyadh", "Doha", "Belgrade", "Bucharest",
    )
)  # fmt: skip
"""Capitals that stand for their governments: a title that names one may tell of anywhere."""

_SCALES = {
    "thousand": 3, "тис": 3, "тисяча": 3, "тыс": 3, "million": 6, "млн": 6, "мільйон": 6,
    "billion": 9, "bn": 9, "млрд": 9, "мільярд": 9,
}  # fmt: skip
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
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SPELT = str.maketrans(
    {"а": "", "е": "", "є": "", "и": "", "і": "", "ї": "", "й": "", "о": "", "у": "", "ю": "", "я": "",
     "ь": "", "ъ": "", "ы": "", "э": "", "ё": "", "'": "", "б": "b", "в": "v", "г": "h", "ґ": "h",
     "д": "d", "ж": "z", "з": "z", "к": "k", "л": "l", "м": "m", "н": "n", "п": "p", "р": "r",
     "с": "s", "т": "t", "ф": "f", "х": "h", "ц": "s", "ч": "s", "ш": "s", "щ": "s"}
)  # fmt: skip
_SOUNDS = (
    (re.compile("s[hz]ch|[stc]?ch|s[hz]|ts|tz|c(?=[eiy])"), "s"), (re.compile("kh|g"), "h"),
    (re.compile("zh|j"), "z"), (re.compile("ph"), "f"), (re.compile("th"), "t"),
    (re.compile("w"), "v"), (re.compile("ck|c|q"), "k"), (re.compile("x"), "ks"),
    (re.compile("[^bvhdzklmnprstf]"), ""), (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip

Lookup = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Pivots:
    """What one article speaks of, each with its weight, and where it says the event was."""

    weights: Mapping[str, float]
    places: frozenset[str]
    """Of its title; of its first words where the title names none. See ``EVERYWHERE``."""
    titled: frozenset[str] = frozenset()
    """All that its title names, of ``EVERYWHERE`` too."""
    besides: int = 0
    """Stands for all else that its title says: of bulletins equal but for the town it is the same."""


def pivots_of(title: str, text: str, language: str) -> Pivots:
    """The pivots of an article; in a language that we have no table for, its places alone."""
    words, lead = tokens(title), opening(text, BODY_WORDS)[:LEAD_WORDS]
    besides = _besides(words, language)
    if language not in LANGUAGES_WITH_KEYS:
        heard = frozenset(places_heard(words))
        return Pivots({}, _places(heard) or _places(places_heard(lead)), heard, besides)
    in_title = dict.fromkeys(_spoken_of(words, language))
    in_lead = dict.fromkeys(_spoken_of(lead, language))
    weights = {pivot: WEIGHTS[pivot[0]] for pivot in in_lead}
    weights |= {pivot: WEIGHTS[pivot[0]] * IN_TITLE for pivot in in_title}
    titled = frozenset(pivot for pivot in in_title if pivot[0] in (PLACE, COUNTRY))
    places = _places(in_title) or _places(in_lead)
    return Pivots(weights, places, titled, besides)


def named(title: str, text: str, language: str) -> Mapping[str, float]:
    """The places, names and numbers of an article alone, far into its text, alike in all our languages."""
    in_title, in_text = (
        {pivot for pivot in _spoken_of(words, language) if pivot[0] != MATTER}
        for words in (tokens(title), opening(text, NAMED_WITHIN))
    )
    return {p: WEIGHTS[p[0]] * (IN_TITLE if p in in_title else 1) for p in in_title | in_text}


def places_of(title: str, text: str, language: str) -> list[str]:
    """The places and lands that a story names, the title's first; those of ``EVERYWHERE`` left out."""
    if language not in LANGUAGES_WITH_KEYS:
        return []
    spoken = [
        *_spoken_of(tokens(title), language),
        *_spoken_of(opening(text, BODY_WORDS)[:LEAD_WORDS], language),
    ]
    named = dict.fromkeys(pivot for pivot in spoken if pivot in _places([pivot]))
    return [pivot[1:] for pivot in sorted(named, key=lambda pivot: pivot[0] == COUNTRY)]


def places_at(words: Sequence[str], language: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where in a text places are named: the number of the word, how many words, what they stand for."""
    if language not in LANGUAGES_WITH_KEYS:
        return
    meaning, table, then = _meaning_of(language), _tables().words[language], 0
    meant = [meaning(word.lower()) for word in words]
    for at, mean in enumerate(meant):
        if at < then or not (words[at][0].isupper() or "ськ" in words[at]):
            continue
        pair = _pair(meant, at, table) if mean.begins else []
        found = [pivot for pivot in (pair or mean.pivots) if pivot[0] in (PLACE, COUNTRY)]
        if found:
            then = at + (2 if pair else 1)
            yield at, then - at, found


def placed(pivots: Pivots, places: Iterable[str]) -> Pivots:
    """The same, told of these places instead of those that the text names."""
    kinds = _tables().kinds
    cities = [city_for(place) for place in places]
    told = frozenset(f"{kinds[city]}{city}" for city in cities if city in kinds)
    rest = {p: weight for p, weight in pivots.weights.items() if p[0] not in (PLACE, COUNTRY)}
    return Pivots(rest | {pivot: WEIGHTS[pivot[0]] * IN_TITLE for pivot in told}, told, told)


def _besides(words: Sequence[str], language: str) -> int:
    """The same number for the same words, whatever their order, places and numbers left out."""
    return hash(frozenset(filter(None, map(_key_besides(language), words))))


@cache
def _key_besides(language: str) -> Callable[[str], str]:
    """What gives a word its key; nothing for places, numbers, and words that tell no event."""
    meaning = _meaning_of(language) if language in LANGUAGES_WITH_KEYS else None

    @lru_cache(maxsize=KNOWN_FORMS)
    def key(word: str) -> str:
        form = word.lower()
        if word[0].isdecimal() or form in COMMON_WORDS:
            return ""
        if meaning is None:
            return "" if place_by_sound(word) else form
        meant = meaning(word)
        is_place = any(pivot[0] in (PLACE, COUNTRY) for pivot in meant.pivots)
        return "" if is_place else min(meant.readings)

    return key


def _places(pivots: Iterable[str]) -> frozenset[str]:
    return frozenset(p for p in pivots if p[0] in (PLACE, COUNTRY) and p not in EVERYWHERE)


def proves(pivot: str) -> bool:
    """Whether two reports that share it hardly do so by chance: a place, a name, a large number."""
    return pivot[0] in (PLACE, NAME) or (pivot[0] == NUMBER and float(pivot[1:]) >= COUNTS_FROM)


def apart(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both name places, and none of the one lies in or holds one of the other."""
    return bool(one and other) and not any(_near(a, b) for a in one for b in other)


def _near(one: str, other: str) -> bool:
    return one == other or other in _around(one) or one in _around(other)


@lru_cache(maxsize=2_000)
def _around(place: str) -> frozenset[str]:
    """Everything the place lies in."""
    found = set()
    within = _tables().within
    while (place := within.get(place, "")) and place not in found:
        found.add(place)
    return frozenset(found)


def _spoken_of(words: Sequence[str], language: str) -> Iterator[str]:
    """The pivots of these words, in order; a pair of words before each of them."""
    meant = [*map(_meaning_of(language), words)]
    headline_case = in_headline_case(words)
    skip = -1
    for at, mean in enumerate(meant):
        # Most words do not.
        if not mean.tells or at == skip:
            continue
        if mean.is_number:
            number, skip = _number(words, meant, at)
            if number:
                yield f"{NUMBER}{number}"
            continue
        found: Sequence[str] = mean.pivots
        if mean.begins and (pair := _pair(meant, at, _tables().words[language])):
            found, skip = pair, at + 1
        if not found and mean.name and at and not headline_case:
            yield mean.name
        # A place begins with a capital, unless it is an adjective: "мир" and "Мир" are two things.
        yield from (p for p in found if not mean.is_small or p[0] not in (PLACE, COUNTRY))


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a word may stand for."""

    readings: frozenset[str]
    pivots: tuple[str, ...]
    begins: bool
    """Whether a pair may begin with it."""
    name: str
    """The pivot of a name that no table holds; empty where it is none."""
    is_number: bool
    is_small: bool
    """Whether it can name no place."""
    tells: bool
    """Whether it may be a pivot at all, alone or with the next."""


@cache
def _meaning_of(language: str) -> Callable[[str], _Meaning]:
    """What gives a word as written its meaning."""
    table, firsts = _tables().words[language], _tables().firsts[language]
    key = keys_of(language)

    @lru_cache(maxsize=KNOWN_FORMS)
    def meaning(word: str) -> _Meaning:
        readings = key(word.lower())
        pivots = tuple(p for reading in sorted(readings) for p in table.get(reading, ()))
        pivots = _sure_places(word.lower(), pivots, language)
        begins = not firsts.isdisjoint(readings)
        name = "" if pivots or not word[0].isupper() else _name(min(readings), language)
        is_number = word[0].isdecimal()
        adjective = "ск" if language == "ru" else "ськ"
        is_small = word[0].islower() and adjective not in word
        tells = bool(pivots or begins or name or is_number)
        return _Meaning(readings, pivots, begins, name, is_number, is_small, tells)

    return meaning


def _sure_places(form: str, pivots: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Stems take Mark for the town of Marks, and Коми for Qom: an English name is as it is written, and a
    Russian one sounds like the place."""
    if language == "uk":
        return pivots
    others = tuple(pivot for pivot in pivots if pivot[0] not in (PLACE, COUNTRY))
    if language == "ru":
        heard = place_by_sound(form)
        return (*others, heard) if heard else others
    written = _tables().written
    return pivots if form in written or form.removesuffix("s") in written else others


def _name(reading: str, language: str) -> str:
    sound = _consonants(reading, language)
    return f"{NAME}{sound}" if len(sound) > 2 else ""


def kin_of(words: Iterable[str], language: str) -> list[str]:
    """The other words for the places named here: a region's name for its city, and the other way."""
    if language not in LANGUAGES_WITH_KEYS:
        return []
    return list(dict.fromkeys(chain.from_iterable(map(_kin_of(language), words))))


@cache
def _kin_of(language: str) -> Callable[[str], Sequence[str]]:
    forms, meaning = _tables().forms[language], _meaning_of(language)

    @lru_cache(maxsize=KNOWN_FORMS)
    def kin(word: str) -> Sequence[str]:
        if not word[0].isupper() and "ськ" not in word:
            return ()
        near = word[:KIN].lower()
        known = chain.from_iterable(forms.get(pivot, ()) for pivot in meaning(word).pivots)
        return [form for form in known if form.startswith(near)]

    return kin


def _pair(meant: Sequence[_Meaning], at: int, table: Lookup) -> list[str]:
    if at + 1 == len(meant):
        return []
    one, other = sorted(meant[at].readings), sorted(meant[at + 1].readings)
    return [pivot for a in one for b in other for pivot in table.get(f"{a} {b}", ())]


def _number(words: Sequence[str], meant: Sequence[_Meaning], at: int) -> tuple[str, int]:
    """The number that begins here, in full ("120 тисяч" is 120000), and the word it swallowed."""
    written, skip = words[at], -1
    written = (
        written.replace(",", "") if _THOUSANDS.fullmatch(written) else written.replace(",", ".")
    )
    if _YEAR.fullmatch(written) or written.count(".") > 1:
        return "", skip
    number = float(written)
    following = words[at + 1] if at + 1 < len(words) else ""
    if len(following) == 3 and following.isdecimal() and len(words[at]) <= 3 and number:
        number, skip = number * 1_000 + float(following), at + 1
    elif following and (scale := meant[at + 1].readings & _SCALES.keys()):
        number, skip = number * 10 ** _SCALES[min(scale)], at + 1
    return f"{number:g}" if number > 1 else "", skip


@lru_cache(maxsize=10_000)
def _consonants(word: str, language: str) -> str:
    """How a name sounds without its vowels, alike from both scripts."""
    if language == "en":
        for sound, letter in _SOUNDS:
            word = sound.sub(letter, word)
        return word
    return re.sub(r"(.)\1+", r"\1", word.translate(_SPELT))


@dataclass(frozen=True, slots=True)
class _Tables:
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
    return pivot in _tables().common


def expected_of(language: str) -> Callable[[str], float]:
    """In how many of the usual articles of a language a stem stands."""
    known, share = _tables().expected.get(language, {}), usual_share(language)
    return lambda stem: (
        IN_USUAL[PLACE]
        if stem.startswith((PLACE, COUNTRY))
        else max(known.get(stem, 0.0), USUAL * share.get(stem, 0.0))
    )


@cache
def _tables() -> _Tables:
    """Both tables, read when the first article is looked at."""
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
    return _Tables(
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
