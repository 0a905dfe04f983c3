"""Which places a word stands for by its sound (rule): in Russian, and where we know no language's forms.

A town, its region and who lives there are one place: "Вологда", "вологодский" and "vologzhane" sound alike to
their ends. Only names that can mean nothing else are in ``sounds.tsv.gz``, see ``tests/compile_sounds.py``.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from digests.stories.words import KNOWN_FORMS, LANGUAGES_WITH_KEYS, sound_of

SOUNDS = Path(__file__).with_name("sounds.tsv.gz")

SHORTEST = 4
"""Sounds of a name without its ending."""

_LONG = 6

_ENDING = re.compile(
    r"""k?[aeiou]{0,2} | k?(?:[oeia]m|[oei]i|ou|[ia]h|[ia]mi|ie|oe|ogo|omu)    # a case
    | [aeiou]?[lnv]?sk[aeioumhg]{0,4}                                       # what is there
    | [aeio]?[zlv]?s?s(?:[aiueo]|ev|am|ami|ah|em)?                           # who lives there
    | [aeiolsv]{0,2}[aei]n(?:[aeiu]|am|ami|ah|in[aeou]?m?|k[aeiou]|ok)?
    | s?sin[aeiou]{1,2}                                                     # the land around it
    """,
    re.VERBOSE,
)


def goes_by_sound(language: str) -> bool:
    """Whether places are known by their sound in a language."""
    return language == "ru" or language not in LANGUAGES_WITH_KEYS


@lru_cache(maxsize=KNOWN_FORMS)
def place_by_sound(word: str) -> str:
    """The pivot of the place that a word names, or whose people or things it names; empty if none."""
    known, sound = _known(), sound_of(word.lower())
    if sound in known:
        return known[sound]
    for letters in range(len(sound), SHORTEST - 1, -1):
        pivot = known.get(sound[:letters])
        if pivot and _ENDING.fullmatch(sound, letters):
            return pivot
    return ""


def places_heard(words: Sequence[str]) -> list[str]:
    """The places that these words name, in their order. Where there are capitals, a word without one is none
    unless it is an adjective: "суммы" is no "Сумы"."""
    has_capitals = any(word[0].isupper() for word in words)
    return [
        pivot
        for word in words
        if (not has_capitals or word[0].isupper() or "ск" in word or "sk" in word)
        and (pivot := place_by_sound(word))
    ]


def known_sound(form: str) -> str:
    """The sound of a name without its ending."""
    sound = sound_of(form.lower())
    # "Ульяновск" and "ульяновцы" share no more; "Курск" and "курс", "Иваново" and "Иванов" share too much.
    if sound.endswith("sk") and len(sound) > _LONG:
        return sound[:-1]
    return sound if sound.endswith(("ovo", "evo", "ino")) else sound.rstrip("aeiou")


@cache
def _known() -> Mapping[str, str]:
    with gzip.open(SOUNDS, "rt", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("\t") for line in file)
