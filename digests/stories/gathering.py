"""Which new articles tell of one event, and of which open story (rule).

The two nearest groups become one, again and again, while they are near enough. A story that is told
already is a group that others may join; two of those are never made one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digests.stories.matching import Nearness


@dataclass(frozen=True, slots=True)
class Group:
    """Articles of one event, before anything is gathered: one new article, or those of a story."""

    articles: int
    length: float
    """Of the sum of its articles' directions."""
    first: float
    last: float
    """Seconds."""
    by_title: bool
    """Whether all of its articles are titles alone."""
    whole: float = 1.0
    """How much of a whole text its articles have, on average."""


Barred = Callable[[int, int, float, float], bool]
"""Whether two groups, by their places, are two events though they are near: so much, and so many times
what is asked."""

_NEVER = -1.0

_ALMOST = 0.999
"""What rounding may cost."""


class Gathering:
    """The ``new`` groups stand first in ``groups``; ``shared`` holds the products of the groups' sums,
    new by all. Nearness is kept as a multiple of the least that is asked.
    """

    def __init__(
        self,
        groups: Sequence[Group],
        shared: Any,
        *,
        texts: Nearness,
        titles: Nearness,
        brief: float,
        longest: float,
        later: float,
        barred: Barred,
    ) -> None:
        self._new = len(shared)
        self._shared = np.array(shared, np.float64)
        self._articles = np.array([group.articles for group in groups], np.float64)
        self._square = np.array([group.length for group in groups]) ** 2
        self._first = np.array([group.first for group in groups])
        self._last = np.array([group.last for group in groups])
        self._by_title = np.array([group.by_title for group in groups], bool)
        self._whole = np.array([group.whole for group in groups], np.float64)
        self._texts, self._titles, self._longest = texts, titles, longest
        self._brief, self._later = brief, later
        self._barred = barred
        self._open = np.ones(self._shared.shape, bool)
        np.fill_diagonal(self._open, val=False)
        self._near = np.full(self._shared.shape, _NEVER)
        self._enough = self._smallest(slice(None))
        met = np.nonzero(self._shared >= self._enough)
        self._near[met] = self._nearness(*met)
        self._best = self._near.argmax(axis=1)
        self._height = self._near[np.arange(self._new), self._best]
        self._went_into = list(range(len(groups)))

    def run(self) -> list[int]:
        """For each new group the group that it ended in."""
        while self._new:
            group = int(self._height.argmax())
            other, height = int(self._best[group]), self._height[group]
            if height < 1:
                break
            if self._barred(group, other, height * float(self._asked(group, other)), height):
                self._part(group, other)
            else:
                self._join(group, other)
        return [self._root(group) for group in range(self._new)]

    def _root(self, group: int) -> int:
        while self._went_into[group] != group:
            group = self._went_into[group]
        return group

    def _nearness(self, rows: Any, columns: Any) -> Any:
        """How near groups, by their places, are to others: one figure for each pair."""
        size = self._articles[rows] * self._articles[columns]
        by_title = self._by_title[rows] | self._by_title[columns]
        if self._texts.spread != 1 or by_title.any():
            spread = np.where(by_title, self._titles.spread, self._texts.spread)
            length = np.sqrt(self._square[rows] * self._square[columns])
            size = size**spread * length ** (1 - spread)
        near = self._shared[rows, columns] / np.maximum(size, 1e-9) / self._asked(rows, columns)
        first, last = self._first, self._last
        span = np.maximum(last[rows], last[columns]) - np.minimum(first[rows], first[columns])
        gap = np.maximum(first[rows] - last[columns], first[columns] - last[rows])
        near = near / (1 + self._later * np.maximum(0, gap) / self._longest)
        return np.where(self._open[rows, columns] & (span <= self._longest), near, _NEVER)

    def _asked(self, rows: Any, columns: Any) -> Any:
        """How near groups must be to others."""
        comparisons = self._articles[rows] * self._articles[columns]
        whole = (self._whole[rows] + self._whole[columns]) / 2
        texts = self._texts.asked(comparisons, self._brief + (1 - self._brief) * whole)
        by_title = self._by_title[rows] | self._by_title[columns]
        if not by_title.any():
            return texts
        return np.where(by_title, self._titles.asked(comparisons), texts)

    def _smallest(self, groups: Any) -> Any:
        """Products with these groups below which nobody is near enough: what is smaller is not asked."""
        articles, length = self._articles[groups], np.sqrt(self._square[groups])
        texts, titles = (
            kind.least * articles**kind.spread * length ** (1 - kind.spread)
            for kind in (self._texts, self._titles)
        )
        return np.maximum(np.minimum(texts, titles) * _ALMOST, 1e-9)

    def _part(self, group: int, other: int) -> None:
        """These two stay apart."""
        self._open[group, other] = False
        self._near[group, other] = _NEVER
        if other < self._new:
            self._open[other, group] = False
            self._near[other, group] = _NEVER
            self._look_again(np.array([group, other]))
        else:
            self._look_again(np.array([group]))

    def _join(self, group: int, other: int) -> None:
        """The group goes into the other."""
        self._went_into[group] = other
        self._square[other] += self._square[group] + 2 * self._shared[group, other]
        both = np.array([group, other])
        self._whole[other] = np.average(self._whole[both], weights=self._articles[both])
        self._articles[other] += self._articles[group]
        self._first[other] = min(self._first[other], self._first[group])
        self._last[other] = max(self._last[other], self._last[group])
        self._by_title[other] &= self._by_title[group]
        self._shared[:, other] += self._shared[:, group]
        self._open[:, other] &= self._open[:, group]
        if other < self._new:
            self._shared[other] += self._shared[group]
            self._open[other] &= self._open[group]
        self._open[:, group] = self._open[group] = False
        self._near[:, group] = self._near[group] = _NEVER
        self._height[group] = _NEVER
        self._look_at(other, without=group)

    def _look_at(self, other: int, without: int) -> None:
        """Nearness to a group that has grown; whoever was nearest to either looks again."""
        self._enough[other] = self._smallest(other)
        met = np.flatnonzero(self._shared[:, other] >= self._enough[other])
        self._near[:, other] = _NEVER
        self._near[met, other] = self._nearness(met, other)
        if other < self._new:
            met = np.flatnonzero(self._shared[other] >= self._enough)
            self._near[other] = _NEVER
            self._near[other, met] = self._nearness(other, met)
            self._look_again(np.array([other]))
        nearer = self._near[:, other] > self._height
        self._best[nearer], self._height[nearer] = other, self._near[nearer, other]
        stale = ~nearer & ((self._best == without) | (self._best == other))
        self._look_again(np.flatnonzero(stale))

    def _look_again(self, groups: Any) -> None:
        self._best[groups] = self._near[groups].argmax(axis=1)
        self._height[groups] = self._near[groups, self._best[groups]]
