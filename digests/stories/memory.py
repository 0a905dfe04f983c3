"""What grouping remembers of the last days (noun): rebuilt from the tables whenever it is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digests.stories.matching import (
    REMEMBERED_FOR,
    Frequencies,
    RememberedStories,
    Words,
    title_only,
    weigh,
)

MARGIN = REMEMBERED_FOR / 4
"""How far a memory reaches back beyond what its first articles need."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An article as the matching sees it."""

    article: int
    language: str
    words: Words
    by_title: bool
    at: datetime


def weighed(article: int, title: str, body: str, language: str, at: datetime) -> Weighed:
    """An article made ready for matching."""
    return Weighed(article, language, weigh(title, body, language), title_only(body), at)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article goes: ``story`` counts within this memory only, see ``Memory.ids``."""

    article: int
    story: int
    new: bool
    follows: int | None


class Memory:
    """Stories and word frequencies by language: articles of other languages share no words."""

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
        self._frequencies: defaultdict[str, Frequencies] = defaultdict(Frequencies)
        self._stories: defaultdict[str, RememberedStories] = defaultdict(RememberedStories)

    def serves(self, since: datetime) -> bool:
        """Whether this memory reaches back far enough, and not so far that it is time to forget."""
        return self.since <= since <= self.since + 2 * MARGIN

    def recall(self, known: Sequence[tuple[Weighed, int, datetime]]) -> None:
        """Take in articles with the story that holds each, and when that story began."""
        fresh = [item for item in known if item[0].article not in self.articles]
        self._count(article for article, _, _ in fresh)
        for article, story_id, began in fresh:
            vector = self._frequencies[article.language].vector(article.words)
            self._stories[article.language].add(self._number(story_id), vector, began)

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
            self._frequencies[article.language].add(article.words)

    def _placed(self, article: Weighed) -> Placement:
        vector = self._frequencies[article.language].vector(article.words)
        stories = self._stories[article.language]
        match = stories.match(vector, article.at, by_title=article.by_title)
        if match and match.open:
            placement = Placement(article.article, match.story, new=False, follows=None)
        else:
            story = self._number(None)
            placement = Placement(article.article, story, True, match.story if match else None)
        stories.add(placement.story, vector, article.at)
        return placement

    def _number(self, story_id: int | None) -> int:
        """A story's number within this memory; a new story has no id yet."""
        if story_id is not None and story_id in self._numbers:
            return self._numbers[story_id]
        number = len(self.ids)
        self.ids[number] = story_id or 0
        if story_id is not None:
            self._numbers[story_id] = number
        return number
