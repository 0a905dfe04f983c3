"""The articles of one language that are remembered (noun), and which of them belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp

from digests.stories.across import AcrossLanguages, Spoken
from digests.stories.gathering import Gathering, Group
from digests.stories.lexicon import USUAL, apart, expected_of
from digests.stories.matching import FOLLOW_UP, OPEN_FOR, Method, Words
from digests.stories.parting import LEAST, parted
from digests.stories.pivots import Pivots
from digests.stories.vectors import Rows, Vocabulary, empty, heaviest, nearest_others, stacked

OPEN = OPEN_FOR.total_seconds()

KEPT = 0.9
"""Share of articles still young enough, above which it is not yet worth letting go of the others."""

WORTH_A_LOOK = 0.5
"""Share of the nearness asked, below which a story is not compared any further."""


NEIGHBOURS, ALIKE = 3, 0.15
"""Titles that a title leans on, and how near they must be."""

FOLLOWED = 10
"""Stories looked at for the one that a new story follows: the nearest may still be open."""


class Article(Protocol):
    """What is read of an article."""

    @property
    def article(self) -> int: ...
    @property
    def words(self) -> Words: ...
    @property
    def names(self) -> Callable[[], Words]: ...
    @property
    def pivots(self) -> Pivots: ...
    @property
    def by_title(self) -> bool: ...
    @property
    def whole(self) -> float: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Articles on their way to the shelf."""

    articles: Sequence[Article]
    rows: Rows
    """As written."""
    leant: Rows
    """What titles take over from the nearest others."""
    units: Rows
    """Of length 1, rare stems long."""


class Shelf:
    """One row for each article."""

    def __init__(self, language: str, method: Method) -> None:
        self._method = method
        self._vocabulary = Vocabulary(expected_of(language), USUAL)
        self._rows = self._leant = empty()
        self._article = np.empty(0, np.int64)
        self._story = np.empty(0, np.int64)
        self._at = np.empty(0)
        self._by_title = np.empty(0, bool)
        self._whole = np.empty(0, np.float32)
        self.since = datetime.min.replace(tzinfo=UTC)
        """Older articles were let go of."""

    def stories(self) -> set[int]:
        """The stories that have an article here."""
        return set(self._story.tolist())

    def count(self, articles: Sequence[Article]) -> None:
        """So many more articles are known."""
        self._vocabulary.count([article.words for article in articles])

    def read(self, articles: Sequence[Article]) -> Reading:
        """New articles made ready."""
        rows = self._vocabulary.rows([article.words for article in articles])
        leant = self._leaning(articles, rows)
        return Reading(articles, rows, leant, self._vocabulary.units(rows + leant))

    def _leaning(self, articles: Sequence[Article], rows: Rows) -> Rows:
        """What the nearest other titles say: of one event one tells "shelled" and the next "under fire"."""
        titles = np.flatnonzero([article.by_title for article in articles])
        new, share = len(titles), self._method.leaning
        if not new or not share:
            return sp.csr_array(rows.shape, dtype=np.float32)
        open_ = self._open(_seconds(articles))
        pool = stacked(self._rows[open_[self._by_title[open_]]], rows[titles])
        units = self._vocabulary.units(pool)
        near = nearest_others(units, last=new, least=ALIKE, most=NEIGHBOURS)
        place = (np.full(new, share, np.float32), (titles, np.arange(new)))
        return (sp.csr_array(place, shape=(len(articles), new)) @ near @ pool).tocsr()

    def put(self, reading: Reading, stories: Sequence[int]) -> None:
        """The articles found their stories."""
        articles = reading.articles
        self._rows = stacked(self._rows, reading.rows)
        self._leant = stacked(self._leant, reading.leant)
        self._article = np.append(self._article, [article.article for article in articles])
        self._story = np.append(self._story, stories)
        self._at = np.append(self._at, _seconds(articles))
        self._by_title = np.append(self._by_title, [article.by_title for article in articles])
        self._whole = np.append(self._whole, [article.whole for article in articles])

    def homes(
        self, reading: Reading, began: Mapping[int, datetime], across: AcrossLanguages
    ) -> list[int]:
        """For each article the open story it tells of; those of one new event share a number below 0."""
        stories, sums, told = self._told(reading, began)
        groups = [*_alone(reading), *told]
        spoken = [Spoken.of(article.pivots) for article in reading.articles]
        spoken += [across.spoken(story) for story in stories]

        def barred(group: int, other: int, near: float, firmly: float) -> bool:
            here, there, by_title = spoken[group], spoken[other], groups[group].by_title
            if self._tell_apart(here, there, near, firmly, by_title=by_title):
                return True
            spoken[other] |= spoken[group]
            return False

        found = Gathering(
            groups,
            (reading.units @ stacked(reading.units, sums).T).toarray(),
            texts=self._method.texts,
            titles=self._method.titles,
            brief=self._method.brief,
            longest=OPEN,
            later=self._method.later,
            barred=barred,
        ).run()
        new = len(reading.articles)
        if self._method.parted:
            found = _parted(reading.articles, found)
        return [stories[home - new] if home >= new else -1 - home for home in found]

    def _tell_apart(
        self, one: Spoken, other: Spoken, near: float, firmly: float, *, by_title: bool
    ) -> bool:
        """Whether reports tell of two places, and so of two events though they are near."""
        method = self._method
        if not method.towns:
            return False
        if one.is_bulletin_of_another(other):
            return True
        if by_title:
            return firmly < method.firm and one.is_elsewhere(other)
        is_sure = near >= method.sure or firmly >= method.firm
        return one.is_elsewhere(other) or (not is_sure and apart(one.places, other.places))

    def _told(
        self, reading: Reading, began: Mapping[int, datetime]
    ) -> tuple[list[int], Rows, list[Group]]:
        """The open stories that are worth a look, the sums of their articles, and what they are."""
        open_ = self._open(_seconds(reading.articles))
        stories, which, sums, length = self._sums(open_)
        near = (reading.units @ sums.T).max(axis=0).toarray().ravel() if len(stories) else length
        count = np.bincount(which, minlength=len(stories))
        last = np.full(len(stories), -np.inf)
        np.maximum.at(last, which, self._at[open_])
        by_title = np.bincount(which, self._by_title[open_], len(stories)) == count
        whole = np.bincount(which, self._whole[open_], len(stories)) / np.maximum(count, 1)
        titles = by_title | any(article.by_title for article in reading.articles)
        least = np.where(titles, self._method.titles.least, self._method.texts.least)
        kept = np.flatnonzero(near >= WORTH_A_LOOK * least * np.maximum(length, 1e-9))
        groups = [
            Group(
                int(count[k]),
                float(length[k]),
                began[int(stories[k])].timestamp(),
                last[k],
                bool(by_title[k]),
                whole[k],
            )
            for k in kept
        ]
        return stories[kept].tolist(), sums[kept], groups

    def _sums(self, rows: Any) -> tuple[Any, Any, Rows, Any]:
        """The stories of these rows, the story of each, the sums of their articles, and their lengths."""
        stories, which = np.unique(self._story[rows], return_inverse=True)
        ones = np.ones(len(rows), np.float32)
        holds = sp.csr_array((ones, (which, np.arange(len(rows)))), shape=(len(stories), len(rows)))
        sums = (holds @ self._units(rows)).tocsr()
        length = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).ravel())
        return stories, which, sums, length

    def twins(
        self, now: datetime, began: Mapping[int, datetime], across: AcrossLanguages
    ) -> list[tuple[float, int, int]]:
        """Pairs of open stories that are firmly near: how much, and both."""
        young = self._at >= now.timestamp() - OPEN
        rows = np.flatnonzero(young & ~self._by_title)
        if not len(rows):
            return []
        stories, which, sums, _ = self._sums(rows)
        count = np.bincount(which)
        near = sp.triu(sums @ sums.T, 1).tocoo()
        least = self._method.texts.alone
        height = near.data / (count[near.row] * count[near.col])
        found = []
        for k in np.flatnonzero(height >= least):
            one, other = int(stories[near.row[k]]), int(stories[near.col[k]])
            here, there = across.spoken(one), across.spoken(other)
            near_in_time = abs(began[one] - began[other]) <= OPEN_FOR
            if near_in_time and not (
                here.is_elsewhere(there)
                or here.is_bulletin_of_another(there)
                or across.differ(here, there, by_title=False)
                or across.differ(there, here, by_title=False)
            ):
                found.append((-float(height[k]), one, other))
        return found

    def followed(
        self, reading: Reading, places: Sequence[int], began: Mapping[int, datetime]
    ) -> list[int | None]:
        """For each of these articles, which begin stories, the closed story that it follows."""
        nothing: list[int | None] = [None] * len(places)
        if not len(self._story) or not places:
            return nothing
        stories, which, count = np.unique(self._story, return_inverse=True, return_counts=True)
        begun = np.array([began[story].timestamp() for story in stories.tolist()])
        at = _seconds([reading.articles[place] for place in places])
        over = (begun < at.max() - OPEN) | (begun > at.min() + OPEN)
        rows = np.flatnonzero(over[which])
        if not len(rows):
            return nothing
        told = which[rows]
        share = (1 / count[told]).astype(np.float32)
        means = sp.csr_array((share, (told, np.arange(len(rows)))), (len(stories), len(rows)))
        near = reading.units[list(places)] @ self._units(rows).T @ means.T
        near = heaviest(near.tocsr(), FOLLOWED)
        found: list[int | None] = []
        for row, place in enumerate(places):
            some = slice(near.indptr[row], near.indptr[row + 1])
            ranked = sorted(zip(-near.data[some], near.indices[some], strict=True))
            moment = reading.articles[place].at
            found.append(
                next(
                    (
                        int(stories[k])
                        for height, k in ranked
                        if -height >= FOLLOW_UP and abs(moment - began[int(stories[k])]) > OPEN_FOR
                    ),
                    None,
                )
            )
        return found

    def clear(self, most: int, longest: timedelta) -> tuple[set[int], set[int]]:
        """Lets go of old articles, and of the oldest beyond so many; these, and their stories."""
        if not len(self._at):
            return set(), set()
        since = self._at.max() - longest.total_seconds()
        kept = self._at >= since
        if kept.sum() > most:
            kept &= self._at > np.sort(self._at)[-most - 1]
        if kept.mean() > KEPT:
            return set(), set()
        gone = set(self._article[~kept].tolist()), set(self._story[~kept].tolist())
        self._vocabulary.forget(self._rows[~kept])
        self._rows, self._leant = self._vocabulary.narrowed(self._rows[kept], self._leant[kept])
        self._article, self._story = self._article[kept], self._story[kept]
        self._at, self._by_title = self._at[kept], self._by_title[kept]
        self._whole = self._whole[kept]
        self.since = datetime.fromtimestamp(since, UTC)
        return gone

    def _units(self, rows: Any) -> Rows:
        """The directions of these articles."""
        return self._vocabulary.units(self._rows[rows] + self._leant[rows])

    def _open(self, at: Any) -> Any:
        """The places of articles whose stories may still be open."""
        return np.flatnonzero((self._at >= at.min() - OPEN) & (self._at <= at.max() + OPEN))


def _parted(articles: Sequence[Article], homes: Sequence[int]) -> list[int]:
    """The same homes, where those that begin with these articles are told apart by names."""
    found = list(homes)
    waiting = [home for home, size in Counter(homes).items() if home < len(homes) and size >= LEAST]
    while waiting:
        home = waiting.pop()
        places = [place for place, where in enumerate(found) if where == home]
        if sum(articles[place].by_title for place in places) > len(places) / 2:
            continue
        other = parted([articles[place].names() for place in places])
        if other is None:
            continue
        for camp in (False, True):
            some = [place for place, side in zip(places, other, strict=True) if side is camp]
            for place in some:
                found[place] = some[0]
            waiting.append(some[0])
    return found


def _alone(reading: Reading) -> list[Group]:
    """Each new article as a group of its own."""
    length = np.diff(reading.units.indptr) > 0
    return [
        Group(1, float(some), at, at, article.by_title, article.whole)
        for some, at, article in zip(
            length, _seconds(reading.articles), reading.articles, strict=True
        )
    ]


def _seconds(articles: Sequence[Article]) -> Any:
    return np.array([article.at.timestamp() for article in articles])
