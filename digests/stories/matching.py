"""Whether an article tells of the same event as a story (rule): incremental, in memory, by words.

An article is a sparse vector of its stems: the title counts twice, names and numbers three times; a
stem weighs the more the rarer it is. A story is the sum of its articles' vectors, and an article
joins the story whose direction is nearest, if it is near enough and the story is still open.
Thresholds were read off the development sets; ``tests/benchmarks/stories.py`` prints the figures.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from sys import intern

from digests.stories.words import keys_of, opening, tokens

OPEN_FOR = timedelta(hours=72)
"""Counted from a story's first article: counted from the last, one war becomes one story."""

REMEMBERED_FOR = timedelta(days=7)
"""How long a closed story can still be followed by a new one about the same matter."""

SAME_EVENT = 0.19
SAME_EVENT_BY_TITLE = 0.04
"""Least nearness of an article to a story; a title alone has fewer words to agree in."""

FOLLOW_UP = 0.28
"""Least nearness to a closed story from which the new story is said to follow it."""

SAME_TEXT = 0.9
"""Least cosine of two articles for one to be the other's copy, as with agency copy."""

TITLE_WEIGHT = 2.0
NAME_WEIGHT = 3.0
BODY_WORDS = 120
"""The first sentences tell the event; what follows is background that other events share."""

MOST_TERMS = 80
"""Stems kept of one article, the heaviest; bounds the memory."""

TITLE_ONLY_WORDS = 8
"""Body words up to which an article is judged by the threshold for titles."""

COMMON_WORDS = frozenset(
    re.findall(
        r"\w+",
        """the a an of in on at to and or for with by from as is are was were be been has have had
        it its that this he she they his her their will would not but who which after over into up
        out about said says say more than also new
        і й та в у на до з із зі за що як про від для по не це але або чи був була були буде
        є його її їх вони він вона які який яка яке також після під над при щодо каже кажуть
        и с со о об но или был была были будет его ее их они он она которые который также к из""",
    )
)
"""Words that no event can be told by."""

Words = Mapping[str, float]
"""Stems of one article with their weight, rarity not yet counted."""

Vector = Mapping[str, float]
"""Stems with their weight, of length 1."""


def weigh(title: str, text: str, language: str) -> dict[str, float]:
    """The stems of an article and how much each says, before rarity is known."""
    weights: dict[str, float] = defaultdict(float)
    key = keys_of(language)
    for words, weight in ((tokens(title), TITLE_WEIGHT), (opening(text, BODY_WORDS), 1.0)):
        # Where nearly every word is capitalised ("Drones Hit Port"), a capital says nothing.
        headline_case = sum(word[0].isupper() for word in words) > 0.6 * len(words)
        for place, word in enumerate(words):
            lower = word.lower()
            if lower in COMMON_WORDS or (len(word) == 1 and not word.isdigit()):
                continue
            named = word[0].isupper() and place > 0 and not headline_case
            boost = NAME_WEIGHT if named or word[0].isdigit() else 1.0
            weights[intern(min(key(lower)))] += weight * boost
    heaviest = sorted(weights, key=lambda term: -weights[term])[:MOST_TERMS]
    return {term: 1 + math.log(weights[term]) for term in heaviest}


def title_only(text: str) -> bool:
    """Whether an article has so little text that its title must decide."""
    return len(opening(text, BODY_WORDS)) <= TITLE_ONLY_WORDS


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
        self._with.update(dict.fromkeys(words, 1))

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
    """The story an article belongs to, or that a new story follows."""

    story: int
    score: float
    open: bool


Barred = Callable[[Match], bool]
"""Whether something speaks against a match that is near enough in words."""


class RememberedStories:
    """The stories of one language that a new article may belong to or follow."""

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

    def match(
        self, vector: Vector, at: datetime, *, by_title: bool, barred: Barred | None = None
    ) -> Match | None:
        """The open story this article belongs to; else the closed one that it follows; else none.

        ``barred`` is asked of the stories that are near enough, the nearest first.
        """
        least = SAME_EVENT_BY_TITLE if by_title else SAME_EVENT
        followed = None
        for match in self.nearest(vector, at, least=least, by_title=by_title):
            if match.open and not (barred and barred(match)):
                return match
            if not match.open and followed is None and match.score >= FOLLOW_UP:
                followed = match
        return followed

    def nearest(self, vector: Vector, at: datetime, *, least: float, by_title: bool) -> list[Match]:
        """The stories that are at least so near to an article, the nearest first."""
        scores: dict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for story, total in self._with_term.get(term, {}).items():
                scores[story] += weight * total
        near = (
            (self._nearness(story, score, by_title=by_title), story)
            for story, score in scores.items()
        )
        matches = [
            Match(story, score, self._is_open(story, at)) for score, story in near if score >= least
        ]
        return sorted(matches, key=lambda match: (-match.score, match.story))

    def holds(self, story: int, term: str) -> bool:
        """Whether an article of the story has this stem."""
        return story in self._with_term.get(term, {})

    def age(self, story: int, at: datetime) -> timedelta:
        """How far an article is from the story's first."""
        return abs(at - self._stories[story].first_at)

    def _nearness(self, story: int, score: float, *, by_title: bool) -> float:
        """Cosine to the story for a title. For a text the geometric mean of that and of the mean
        cosine to its articles: the first lets a story swallow its neighbours, the second splits it.
        """
        known = self._stories[story]
        if by_title:
            return score / known.length
        return score / math.sqrt(known.articles * known.length)

    def _is_open(self, story: int, at: datetime) -> bool:
        # An article may be read late, or be older than the first one that we happened to read.
        return self.age(story, at) <= OPEN_FOR
