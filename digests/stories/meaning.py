"""What a word may stand for (rule): what the tables hold, or a name that none holds, reduced to its
consonants, so that Віткоффа and Witkoff are both "vtkf".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from digests.stories.lexicon import Lookup, tables
from digests.stories.pivot import COUNTRY, NAME, PLACE
from digests.stories.sounding import place_by_sound
from digests.stories.words import KNOWN_FORMS, LANGUAGES_WITH_KEYS, keys_of

KIN = 3
"""Letters in which a region's name and its city's agree: Одещина, Одеса."""

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


@dataclass(frozen=True, slots=True)
class Meaning:
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
def meaning_of(language: str) -> Callable[[str], Meaning]:
    """What gives a word as written its meaning."""
    table, firsts = tables().words[language], tables().firsts[language]
    key = keys_of(language)

    @lru_cache(maxsize=KNOWN_FORMS)
    def meaning(word: str) -> Meaning:
        readings = key(word.lower())
        pivots = tuple(p for reading in sorted(readings) for p in table.get(reading, ()))
        pivots = _sure_places(word.lower(), pivots, language)
        begins = not firsts.isdisjoint(readings)
        name = "" if pivots or not word[0].isupper() else _name(min(readings), language)
        is_number = word[0].isdecimal()
        adjective = "ск" if language == "ru" else "ськ"
        is_small = word[0].islower() and adjective not in word
        tells = bool(pivots or begins or name or is_number)
        return Meaning(readings, pivots, begins, name, is_number, is_small, tells)

    return meaning


def pair_at(meant: Sequence[Meaning], at: int, table: Lookup) -> list[str]:
    """What this word and the next stand for together."""
    if at + 1 == len(meant):
        return []
    one, other = sorted(meant[at].readings), sorted(meant[at + 1].readings)
    return [pivot for a in one for b in other for pivot in table.get(f"{a} {b}", ())]


def _sure_places(form: str, pivots: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Stems take Mark for the town of Marks, and Коми for Qom: an English name is as it is written, and a
    Russian one sounds like the place."""
    if language == "uk":
        return pivots
    others = tuple(pivot for pivot in pivots if pivot[0] not in (PLACE, COUNTRY))
    if language == "ru":
        heard = place_by_sound(form)
        return (*others, heard) if heard else others
    written = tables().written
    return pivots if form in written or form.removesuffix("s") in written else others


def _name(reading: str, language: str) -> str:
    sound = _consonants(reading, language)
    return f"{NAME}{sound}" if len(sound) > 2 else ""


@lru_cache(maxsize=10_000)
def _consonants(word: str, language: str) -> str:
    """How a name sounds without its vowels, alike from both scripts."""
    if language == "en":
        for sound, letter in _SOUNDS:
            word = sound.sub(letter, word)
        return word
    return re.sub(r"(.)\1+", r"\1", word.translate(_SPELT))


def kin_of(words: Iterable[str], language: str) -> list[str]:
    """The other words for the places named here: a region's name for its city, and the other way."""
    if language not in LANGUAGES_WITH_KEYS:
        return []
    return list(dict.fromkeys(chain.from_iterable(map(_kin_of(language), words))))


@cache
def _kin_of(language: str) -> Callable[[str], Sequence[str]]:
    forms, meaning = tables().forms[language], meaning_of(language)

    @lru_cache(maxsize=KNOWN_FORMS)
    def kin(word: str) -> Sequence[str]:
        if not word[0].isupper() and "ськ" not in word:
            return ()
        near = word[:KIN].lower()
        known = chain.from_iterable(forms.get(pivot, ()) for pivot in meaning(word).pivots)
        return [form for form in known if form.startswith(near)]

    return kin
