"""What grouping remembers of the last days (noun): rebuilt from the tables whenever it is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digests.stories.across import FIRM, AcrossLanguages
from digests.stories.matching import (
    REMEMBERED_FOR,
    Frequencies,
    RememberedStories,
    Vector,
    Words,
    title_only,
    weigh,
)
from digests.stories.pivots import USUAL, Pivots, expected_of, pivots_of

MARGIN = REMEMBERED_FOR / 4
"""How far a memory reaches back beyond what its first articles need."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An article as the matching sees it."""

    article: int
    language: str
    words: Words
    pivots: Pivots
    by_title: bool
    at: datetime


def weighed(article: int, title: str, body: str, language: str, at: datetime) -> Weighed:
    """An article made ready for matching."""
    return Weighed(
        article,
        language,
        weigh(title, body, language),
        pivots_of(title, body, language),
        title_only(body),
        at,
    )


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article goes: ``story`` counts within this memory only, see ``Memory.ids``."""

    article: int
    story: int
    new: bool
    follows: int | None


class Memory:
    """Stories and word frequencies by language, and what stories of all languages speak of."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        """Articles from here on are remembered."""
        self.ids: dict[int, int] = {}
        """The database's id of each story; a new one gets its id when it is stored."""
        self.articles: set[int] = set()
        self.synced_at: datetime | None = None
        """When the tables were last read; another worker may have placed articles after it."""
        self.last: tuple[int, int] | None = None
        """The article placed last and its story: gone from the tables if that was rolled back."""
        self._numbers: dict[int, int] = {}
        self._frequencies: dict[str, Frequencies] = {}
        self._stories: defaultdict[str, RememberedStories] = defaultdict(RememberedStories)
        self._across = AcrossLanguages()
        self._began: dict[int, datetime] = {}

    def serves(self, since: datetime) -> bool:
        """Whether this memory reaches back far enough, and not so far that it is time to forget."""
        return self.since <= since <= self.since + 2 * MARGIN

    def recall(self, known: Sequence[tuple[Weighed, int, datetime]]) -> None:
        """Take in articles with the story that holds each, and when that story began."""
        fresh = [item for item in known if item[0].article not in self.articles]
        self._count(article for article, _, _ in fresh)
        for article, story_id, began in fresh:
            vector = self._frequencies[article.language].vector(article.words)
            self._add(self._number(story_id), article, vector, began)

    def place(self, waiting: Sequence[Weighed]) -> list[Placement]:
        """A story for every article, in this order; rarity is counted over all of them first."""
        self._count(waiting)
        return [self._placed(article) for article in waiting]

    def stored(self, story: int, story_id: int) -> None:
        """A new story got its id."""
        self.ids[story] = story_id
        self._numbers[story_id] = story

    def _count(self, articles: Iterable[Weighed]) -> None:
        for article in articles:
            self.articles.add(article.article)
            self._frequencies_of(article.language).add(article.words)
            self._across.count(article.pivots)

    def _placed(self, article: Weighed) -> Placement:
        vector = self._frequencies[article.language].vector(article.words)
        match = self._stories[article.language].match(
            vector,
            article.at,
            by_title=article.by_title,
            barred=lambda near: near.score < FIRM and self._is_other(near.story, article),
        )
        known = match.story if match and match.open else self._told_elsewhere(article)
        follows = match.story if match and known is None else None
        story = self._number(None) if known is None else known
        self._add(story, article, vector, article.at)
        return Placement(article.article, story, new=known is None, follows=follows)

    def _is_other(self, story: int, article: Weighed) -> bool:
        return self._across.other(story, article.pivots, by_title=article.by_title)

    def _told_elsewhere(self, article: Weighed) -> int | None:
        return self._across.match(article.pivots, article.language, article.at)

    def _add(self, story: int, article: Weighed, vector: Vector, at: datetime) -> None:
        # A language that joins late does not keep the story open any longer.
        at = self._began[story] = min(at, self._began.get(story, at))
        self._stories[article.language].add(story, vector, at)
        self._across.add(story, article.pivots, article.language, at)

    def _frequencies_of(self, language: str) -> Frequencies:
        if language not in self._frequencies:
            self._frequencies[language] = Frequencies(expected_of(language), USUAL)
        return self._frequencies[language]

    def _number(self, story_id: int | None) -> int:
        """A story's number within this memory; a new story has no id yet."""
        if story_id is not None and story_id in self._numbers:
            return self._numbers[story_id]
        number = len(self.ids)
        self.ids[number] = story_id or 0
        if story_id is not None:
            self._numbers[story_id] = number
        return number
