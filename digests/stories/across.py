"""Which story a report in another language belongs to (rule): by what both speak of.

Two languages share no stems, so articles meet in their pivots: places, names, numbers and matters.
A wrong merge is worse than a split, so likeness is not enough: something must be shared that is
hardly shared by chance, and places and large numbers must not contradict each other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digests.stories.lexicon import apart, is_common
from digests.stories.matching import OPEN_FOR
from digests.stories.pivot import COUNTRY, EVERYWHERE, NUMBER, PLACE, SEATS, proves
from digests.stories.pivots import Pivots
from digests.stories.remembered import Frequencies, RememberedStories, Vector

SAME_EVENT = 0.42
"""Least nearness where places, names or large numbers are shared; read off the tuning half of
``tests/stories/labelled_pairs.jsonl``."""

SAME_MATTER = 0.6
"""Least nearness where only matters are shared."""

LATER = 1.0
"""How much more is asked of an article that comes 72 hours after the first: bulletins recur."""

CONTRADICTED = 1.5
"""How much more is asked where both give large numbers, and none is the same."""

STRANGE = 0.3
"""Share of an article's matters that the story must speak of too; half as much more where their
numbers contradict each other. Otherwise it is another event at the same place."""

STRANGE_IN_WORDS = 0.05
"""The same where the words are near enough already."""

MATTERS = 3
"""An article that speaks of fewer is judged by its words alone."""

USUAL = 300
"""Articles of all languages that are thought to have come before the first."""


def _expected(pivot: str) -> float:
    """In how many of the usual articles it stands."""
    if is_common(pivot):
        return 60.0
    if pivot[0] == COUNTRY or (pivot[0] == NUMBER and not proves(pivot)):
        return 15.0
    return 3.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one or more reports speak of."""

    weights: Mapping[str, float]
    places: frozenset[str]
    numbers: frozenset[str]
    """The large ones."""
    towns: frozenset[str] = frozenset()
    """The towns and regions that titles name; a country there, or its capital, is who acts."""
    titled: frozenset[str] = frozenset()
    """Everything that titles name."""
    besides: frozenset[int] = frozenset()
    """What else they say."""

    @classmethod
    def of(cls, pivots: Pivots) -> Spoken:
        """What one report speaks of."""
        return cls(
            pivots.weights,
            pivots.places,
            frozenset(filter(_counts, pivots.weights)),
            frozenset(p for p in pivots.titled - SEATS - EVERYWHERE if p[0] == PLACE),
            pivots.titled,
            frozenset((pivots.besides,)),
        )

    def is_elsewhere(self, other: Spoken) -> bool:
        """Whether titles name towns, and none of them is the other's, around it or within."""
        return apart(self.towns, other.towns)

    def is_bulletin_of_another(self, other: Spoken) -> bool:
        """Whether titles say the same in the same words, but of other places."""
        return not self.besides.isdisjoint(other.besides) and apart(self.titled, other.titled)

    def __or__(self, other: Spoken) -> Spoken:
        return Spoken(
            {**self.weights, **other.weights},
            self.places | other.places,
            self.numbers | other.numbers,
            self.towns | other.towns,
            self.titled | other.titled,
            self.besides | other.besides,
        )


NOTHING = Spoken({}, frozenset(), frozenset())


class AcrossLanguages:
    """The stories of all languages, by what they speak of."""

    def __init__(self) -> None:
        self._frequencies = Frequencies(_expected, USUAL)
        self._stories = RememberedStories()
        self._counted: dict[int, tuple[str, ...]] = {}
        self._languages: defaultdict[int, set[str]] = defaultdict(set)
        self._spoken: dict[int, Spoken] = {}

    def count(self, article: int, pivots: Pivots) -> None:
        """One more article is known."""
        self._counted[article] = tuple(pivots.weights)
        self._frequencies.add(pivots.weights)

    def add(self, story: int, pivots: Pivots, language: str, at: datetime) -> None:
        """An article found its story."""
        self._languages[story].add(language)
        self._spoken[story] = self.spoken(story) | Spoken.of(pivots)
        if pivots.weights:
            self._stories.add(story, self._frequencies.vector(pivots.weights), at)

    def spoken(self, story: int) -> Spoken:
        """What the articles of a story speak of."""
        return self._spoken.get(story, NOTHING)

    def differ(self, one: Spoken, other: Spoken, *, by_title: bool) -> bool:
        """Whether reports near in words tell of another place, or of another event at the same.

        A title alone speaks of too little to be strange.
        """
        if apart(one.places, other.places):
            return True
        return not by_title and self._strange(one, other, STRANGE_IN_WORDS)

    def forget(self, articles: set[int], stories: set[int]) -> None:
        """These articles are too old, and these stories are over."""
        for article in articles:
            self._frequencies.forget(self._counted.pop(article, ()))
        self._stories.forget(stories)
        for story in stories:
            self._languages.pop(story, None)
            self._spoken.pop(story, None)

    def _strange(self, one: Spoken, other: Spoken, least: float) -> bool:
        """Whether one speaks of hardly anything that the other speaks of, its place apart."""
        weights = {
            pivot: weight * self._frequencies.rarity(pivot)
            for pivot, weight in one.weights.items()
            if pivot[0] not in (PLACE, COUNTRY) and not is_common(pivot)
        }
        if len(weights) < MATTERS:
            return False
        shared = weights.keys() & other.weights.keys()
        if _contradict(one, other):
            least *= CONTRADICTED
        return sum(weights[pivot] for pivot in shared) < least * sum(weights.values())

    def match(self, pivots: Pivots, language: str, at: datetime) -> int | None:
        """The open story, told in another language so far, that this article belongs to."""
        if not pivots.weights:
            return None
        vector = self._frequencies.vector(pivots.weights)
        for match in self._stories.nearest(vector, at, least=SAME_EVENT):
            elsewhere = self._languages[match.story] - {language}
            asked = self._asked(match.story, vector, pivots, at)
            if match.open and elsewhere and match.score >= asked:
                return match.story
        return None

    def _asked(self, story: int, vector: Vector, pivots: Pivots, at: datetime) -> float:
        one, other = Spoken.of(pivots), self.spoken(story)
        if apart(one.places, other.places) or self._strange(one, other, STRANGE):
            return math.inf
        shared = vector.keys() & other.weights.keys()
        proof = any(proves(pivot) and not is_common(pivot) for pivot in shared)
        least = SAME_EVENT if proof else SAME_MATTER
        if _contradict(one, other):
            least *= CONTRADICTED
        return least * (1 + LATER * (self._stories.age(story, at) / OPEN_FOR))


def _contradict(one: Spoken, other: Spoken) -> bool:
    """Whether both give large numbers, and none is the same."""
    return bool(one.numbers and other.numbers and one.numbers.isdisjoint(other.numbers))


def _counts(pivot: str) -> bool:
    return pivot[0] == NUMBER and proves(pivot)
