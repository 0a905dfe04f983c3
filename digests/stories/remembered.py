"""How rare words are among the remembered articles, and which of their stories is nearest (rule)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digests.stories.matching import OPEN_FOR, Words

Vector = Mapping[str, float]
"""Stems with their weight, of length 1."""


class Frequencies:
    """In how many of the remembered articles each stem stands.

    Rarity needs a past to be told by: ``before`` articles are thought to have come earlier, and
    ``expected`` says in how many of them a stem stood. So a lonely first article is judged as later ones.
    """

    def __init__(self, expected: Callable[[str], float] = lambda _: 0.0, before: int = 0) -> None:
        self._expected = expected
        self.articles = before
        self._with: Counter[str] = Counter()

    def add(self, words: Iterable[str]) -> None:
        """Count one more article."""
        self.articles += 1
        for word in words:
            self._with[word] += 1

    def forget(self, words: Iterable[str]) -> None:
        """One article less is known."""
        self.articles -= 1
        for word in words:
            if self._with[word] == 1:
                del self._with[word]
            else:
                self._with[word] -= 1

    def vector(self, words: Words) -> Vector:
        """The article's direction: rare stems long, stems of every article nearly nothing."""
        weighed = {term: weight * self.rarity(term) for term, weight in words.items()}
        length = math.sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {term: weight / length for term, weight in weighed.items()}

    def rarity(self, term: str) -> float:
        """Natural logarithm of how rare a stem is."""
        seen = self._with[term] + 0.5 + self._expected(term)
        return max(0.0, math.log((self.articles + 1) / seen))


def likeness(one: Vector, other: Vector) -> float:
    """The cosine of two articles: 0 for nothing in common, 1 for the same words."""
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


@dataclass(slots=True)
class _Remembered:
    first_at: datetime
    articles: int = 0
    length: float = 0.0


@dataclass(frozen=True, slots=True)
class Match:
    """A story, how near it is, and whether it is still open."""

    story: int
    score: float
    open: bool


class RememberedStories:
    """The sums of what the articles of each story speak of."""

    def __init__(self) -> None:
        self._stories: dict[int, _Remembered] = {}
        self._with_term: dict[str, dict[int, float]] = defaultdict(dict)

    def add(self, story: int, vector: Vector, at: datetime) -> None:
        """Add an article to a story, or begin the story with it."""
        known = self._stories.setdefault(story, _Remembered(first_at=at))
        known.first_at = min(known.first_at, at)
        shared = 0.0
        for term, weight in vector.items():
            stories = self._with_term[term]
            before = stories.get(story, 0.0)
            shared += weight * before
            stories[story] = before + weight
        known.length = math.sqrt(known.length**2 + 2 * shared + 1)
        known.articles += 1

    def forget(self, stories: Collection[int]) -> None:
        """These stories are over."""
        for story in stories:
            self._stories.pop(story, None)
        for term, holding in list(self._with_term.items()):
            for story in holding.keys() & stories:
                del holding[story]
            if not holding:
                del self._with_term[term]

    def nearest(self, vector: Vector, at: datetime, *, least: float) -> list[Match]:
        """The stories that are at least so near to an article, the nearest first.

        Nearness is the geometric mean of the cosine to the story and of the mean cosine to its articles:
        the first alone lets a story swallow its neighbours, the second splits it.
        """
        scores = self._products(vector, least)
        matches = []
        for story, score in scores.items():
            known = self._stories[story]
            nearness = score / math.sqrt(known.articles * known.length)
            if nearness >= least:
                matches.append(Match(story, nearness, self.age(story, at) <= OPEN_FOR))
        return sorted(matches, key=lambda match: (-match.score, match.story))

    def _products(self, vector: Vector, least: float) -> dict[int, float]:
        """The product with every story that can be so near.

        None is nearer than the length of what it shares: once the rest of an article is shorter than
        ``least``, a story that shared nothing before it is too far.
        """
        scores: dict[int, float] = defaultdict(float)
        rest = 1.0
        for term in sorted(vector, key=lambda term: -vector[term]):
            holding = self._with_term.get(term, {})
            met = holding if rest >= least * least else holding.keys() & scores.keys()
            for story in met:
                scores[story] += vector[term] * holding[story]
            rest -= vector[term] ** 2
        return scores

    def age(self, story: int, at: datetime) -> timedelta:
        """How far an article is from the story's first; one may be read late, or be older than that."""
        return abs(at - self._stories[story].first_at)
