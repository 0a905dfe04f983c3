"""What a text speaks of in any language (rule): places, names, numbers and matters, by the meanings of its
words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from digests.stories.amount import number_at
from digests.stories.lexicon import tables
from digests.stories.matching import BODY_WORDS, COMMON_WORDS, NAMED_WITHIN
from digests.stories.meaning import meaning_of, pair_at
from digests.stories.pivot import COUNTRY, EVERYWHERE, MATTER, NUMBER, PLACE, WEIGHTS
from digests.stories.regions import city_for
from digests.stories.sounding import place_by_sound, places_heard
from digests.stories.words import (
    KNOWN_FORMS,
    LANGUAGES_WITH_KEYS,
    in_headline_case,
    opening,
    tokens,
)

LEAD_WORDS = 25
"""Words of the text that are looked at: a first sentence tells the event, what follows its background."""

IN_TITLE = 1.5


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
    meaning, table, then = meaning_of(language), tables().words[language], 0
    meant = [meaning(word.lower()) for word in words]
    for at, mean in enumerate(meant):
        if at < then or not (words[at][0].isupper() or "ськ" in words[at]):
            continue
        pair = pair_at(meant, at, table) if mean.begins else []
        found = [pivot for pivot in (pair or mean.pivots) if pivot[0] in (PLACE, COUNTRY)]
        if found:
            then = at + (2 if pair else 1)
            yield at, then - at, found


def placed(pivots: Pivots, places: Iterable[str]) -> Pivots:
    """The same, told of these places instead of those that the text names."""
    kinds = tables().kinds
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
    meaning = meaning_of(language) if language in LANGUAGES_WITH_KEYS else None

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


def _spoken_of(words: Sequence[str], language: str) -> Iterator[str]:
    """The pivots of these words, in order; a pair of words before each of them."""
    meant = [*map(meaning_of(language), words)]
    headline_case = in_headline_case(words)
    skip = -1
    for at, mean in enumerate(meant):
        # Most words do not.
        if not mean.tells or at == skip:
            continue
        if mean.is_number:
            number, skip = number_at(words, meant, at)
            if number:
                yield f"{NUMBER}{number}"
            continue
        found: Sequence[str] = mean.pivots
        if mean.begins and (pair := pair_at(meant, at, tables().words[language])):
            found, skip = pair, at + 1
        if not found and mean.name and at and not headline_case:
            yield mean.name
        # A place begins with a capital, unless it is an adjective: "мир" and "Мир" are two things.
        yield from (p for p in found if not mean.is_small or p[0] not in (PLACE, COUNTRY))
