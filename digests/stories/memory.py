"""What grouping remembers of the last days (noun): rebuilt from the tables whenever it is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from digests.stories.across import AcrossLanguages
from digests.stories.matching import (
    METHOD,
    OPEN_FOR,
    REMEMBERED_FOR,
    Method,
    Words,
    names_of,
    title_only,
    weigh,
    wholeness,
    words_of,
)
from digests.stories.pivots import Pivots, pivots_of

if TYPE_CHECKING:
    from digests.stories.shelf import Shelf

MARGIN = REMEMBERED_FOR / 4
"""How far a memory reaches back beyond what its first articles need."""

MOST_REMEMBERED = 30_000
"""Articles; bounds the memory of the process."""

PORTION = timedelta(hours=24)
"""What is placed together lies no further apart."""

CLOSING = timedelta(hours=6)
"""How often stories that are over are looked for."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Weighed:
    """An article as the matching sees it."""

    article: int
    language: str
    words: Words
    names: Callable[[], Words]
    """Asked for only where two events may have been taken for one."""
    pivots: Pivots
    by_title: bool
    whole: float
    at: datetime


def weighed(
    article: int, title: str, body: str, language: str, at: datetime, method: Method = METHOD
) -> Weighed:
    """An article made ready for matching."""
    read = (
        words_of(title, body, language)
        if method is METHOD
        else weigh(title, body, language, method)
    )
    return Weighed(
        article,
        language,
        read.all,
        partial(names_of, title, body, language),
        pivots_of(title, body, language),
        title_only(body),
        wholeness(body),
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

    def __init__(self, since: datetime, method: Method = METHOD) -> None:
        self.since = since
        """Articles from here on are remembered."""
        self.ids: dict[int, int] = {}
        """The database's id of each story; a new one gets its id when it is stored."""
        self.articles: dict[int, int] = {}
        """The story of each article, by its number."""
        self.synced_at: datetime | None = None
        """When the tables were last read; another worker may have placed articles after it."""
        self.last: tuple[int, int] | None = None
        """The article placed last and its story: gone from the tables if that was rolled back."""
        self._closed = since
        """What stories that began earlier spoke of is let go of."""
        self._method = method
        self._numbers: dict[int, int] = {}
        self._next = 0
        self._across = AcrossLanguages()
        self._began: dict[int, datetime] = {}
        self._shelves: dict[str, Shelf] = {}

    def serves(self, since: datetime) -> bool:
        """Whether this memory reaches back far enough."""
        return self.since <= since

    def recall(self, known: Sequence[tuple[Weighed, int, datetime]]) -> None:
        """Take in articles with the story that holds each, and when that story began."""
        fresh = [item for item in known if item[0].article not in self.articles]
        for start in range(0, len(fresh), _AT_ONCE):
            some = fresh[start : start + _AT_ONCE]
            self._count([article for article, _, _ in some])
            number = {article.article: self._number(story_id) for article, story_id, _ in some}
            for language, articles in _by_language(article for article, _, _ in some).items():
                shelf = self._shelf(language)
                shelf.put(shelf.read(articles), [number[article.article] for article in articles])
            for article, story_id, began in some:
                self._spoke(self._number(story_id), article, min(began, article.at))
        self._forget()

    def has_moved(self, article: int, story_id: int) -> bool:
        """Whether an article is remembered in another story than this."""
        number = self.articles.get(article)
        return number is not None and self.ids[number] != story_id

    def twins(self, now: datetime) -> list[tuple[int, int]]:
        """Pairs of open stories, by their numbers, that are as near as one event's, the nearest first."""
        found = [
            pair
            for shelf in self._shelves.values()
            for pair in shelf.twins(now, self._began, self._across)
        ]
        return [(one, other) for _, one, other in sorted(found)]

    def place(self, waiting: Sequence[Weighed]) -> list[Placement]:
        """A story for every article; rarity is counted over all of them first."""
        self._count(waiting)
        found: dict[int, Placement] = {}
        for portion in _portions(waiting):
            for language, articles in _by_language(portion).items():
                found |= {p.article: p for p in self._placed(language, articles)}
        self._forget()
        return [found[article.article] for article in waiting]

    def stored(self, story: int, story_id: int) -> None:
        """A new story got its id."""
        self.ids[story] = story_id
        self._numbers[story_id] = story

    def _placed(self, language: str, articles: Sequence[Weighed]) -> list[Placement]:
        shelf = self._shelf(language)
        reading = shelf.read(articles)
        homes = shelf.homes(reading, self._began, self._across)
        known: dict[int, int] = {home: home for home in homes if home >= 0}
        for article, home in zip(articles, homes, strict=True):
            if home not in known:
                elsewhere = self._across.match(article.pivots, language, article.at)
                if elsewhere is not None:
                    known[home] = elsewhere
        begin = {
            home: place for place, home in reversed(list(enumerate(homes))) if home not in known
        }
        first = sorted(begin.values())
        follows = dict(zip(first, shelf.followed(reading, first, self._began), strict=True))
        placements = []
        for place, (article, home) in enumerate(zip(articles, homes, strict=True)):
            new = home not in known
            if new:
                known[home] = self._number(None)
            placements.append(Placement(article.article, known[home], new, follows.get(place)))
            self._spoke(known[home], article, article.at)
        shelf.put(reading, [placement.story for placement in placements])
        return placements

    def _spoke(self, story: int, article: Weighed, at: datetime) -> None:
        # A language that joins late does not keep the story open any longer.
        at = self._began[story] = min(at, self._began.get(story, at))
        self.articles[article.article] = story
        self._across.add(story, article.pivots, article.language, at)

    def _count(self, articles: Sequence[Weighed]) -> None:
        for article in articles:
            self._across.count(article.article, article.pivots)
        for language, some in _by_language(articles).items():
            self._shelf(language).count(some)

    def _forget(self) -> None:
        """Lets go of what is too old, or too much."""
        self._close()
        articles: set[int] = set()
        stories: set[int] = set()
        for shelf in self._shelves.values():
            old, over = shelf.clear(MOST_REMEMBERED, REMEMBERED_FOR + MARGIN)
            articles |= old
            stories |= over
            self.since = max(self.since, shelf.since)
        if not articles:
            return
        for article in articles:
            self.articles.pop(article, None)
        stories -= {story for shelf in self._shelves.values() for story in shelf.stories()}
        self._across.forget(articles, stories)
        for story in stories:
            self._numbers.pop(self.ids.pop(story, 0), None)
            self._began.pop(story, None)

    def _close(self) -> None:
        """No report in another language joins a story that is over."""
        until = max(self._began.values(), default=self.since) - OPEN_FOR - PORTION
        if until - self._closed >= CLOSING:
            self._across.forget(set(), {s for s, began in self._began.items() if began < until})
            self._closed = until

    def _shelf(self, language: str) -> Shelf:
        if language not in self._shelves:
            # NumPy and SciPy, 50 MB: a bot that has not read an article yet does without.
            from digests.stories.shelf import Shelf

            self._shelves[language] = Shelf(language, self._method)
        return self._shelves[language]

    def _number(self, story_id: int | None) -> int:
        """A story's number within this memory; a new story has no id yet."""
        if story_id is not None and story_id in self._numbers:
            return self._numbers[story_id]
        number = self._next
        self._next += 1
        self.ids[number] = story_id or 0
        if story_id is not None:
            self._numbers[story_id] = number
        return number


def _portions(articles: Sequence[Weighed]) -> Iterator[list[Weighed]]:
    """The articles in the order of time, cut where they span more than a day: what comes later must
    not draw an article out of the story that was there before."""
    portion: list[Weighed] = []
    for article in sorted(articles, key=lambda article: article.at):
        if portion and article.at - portion[0].at > PORTION:
            yield portion
            portion = []
        portion.append(article)
    if portion:
        yield portion


def _by_language(articles: Iterable[Weighed]) -> dict[str, list[Weighed]]:
    """The articles of each language, the language of the first one first."""
    found: defaultdict[str, list[Weighed]] = defaultdict(list)
    for article in articles:
        found[article.language].append(article)
    return found
