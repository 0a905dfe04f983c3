"""Where an alert says that it happened (rule): proposed from its text, and changed by people.

A place is the gazetteer's name for it; each reader sees it in their own language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from digests.alerts.wording import body, headline
from digests.errors import Stale, TooManyPlaces
from digests.stories.attribution import without_speakers
from digests.stories.pivots import LEAD_WORDS
from digests.stories.place_names import named_in
from digests.stories.whereabouts import country_code
from digests.stories.words import opening, tokens

PROPOSED = 3
"""The first that the headline and the first sentence name; who speaks, or acts everywhere, left out."""

MOST = 5
"""More tell a reader nothing."""

OFFERED = 9
"""To choose from, those chosen included."""


def proposed(text: str, language: str) -> tuple[str, ...]:
    """What its editor sees chosen at first."""
    return tuple(_named(text, language)[:PROPOSED])


def offered(
    chosen: Iterable[str], texts: Mapping[str, str], further: Iterable[str] = ()
) -> list[str]:
    """Those to choose from: the chosen, any ``further``, and all that the texts, by language, name."""
    named = [
        place.name for language, text in texts.items() for place in named_in(tokens(text), language)
    ]
    return list(dict.fromkeys([*chosen, *further, *named]))[:OFFERED]


def toggled(chosen: Sequence[str], place: str, among: Sequence[str]) -> tuple[str, ...]:
    """With this place, or without it; ``Stale`` for one that was not offered."""
    if place not in among:
        raise Stale("gone")
    if place in chosen:
        return tuple(one for one in chosen if one != place)
    return joined(chosen, [place])


def joined(chosen: Sequence[str], more: Iterable[str]) -> tuple[str, ...]:
    """With more; ``TooManyPlaces`` where those are too many."""
    together = tuple(dict.fromkeys([*chosen, *more]))
    if len(together) > MOST:
        raise TooManyPlaces(MOST)
    return together


def carried(chosen: Sequence[str], was: tuple[str, str], now: tuple[str, str]) -> tuple[str, ...]:
    """The chosen ones under a text that has changed; each is a text and its language.

    What only the old text names goes, what only the new one names comes. What a person added stays, and
    what they took away does not come back.
    """
    if was == now:
        return tuple(chosen)
    before, after = _named(*was), _named(*now)
    kept = [place for place in chosen if place in after or place not in before]
    new = [place for place in after[:PROPOSED] if place not in before]
    return tuple(dict.fromkeys([*kept, *new]))[:MOST]


def _named(text: str, language: str) -> list[str]:
    """What the headline and the first words name, towns before countries; who speaks or acts everywhere left
    out."""
    title, told = (without_speakers(part, language) for part in (headline(text), body(text)))
    words = [*tokens(title), *opening(told, LEAD_WORDS)]
    named = [one.name for one in named_in(words, language) if not one.is_everywhere]
    return sorted(named, key=lambda place: country_code(place) is not None)
