"""Articles as sparse rows (noun): each stem a column, and in how many articles it stands.

SciPy is read when the first article is placed: a bot at rest does without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

Words = Mapping[str, float]
"""Stems of one article with their weight, rarity not yet counted."""

Rows = Any
"""A sparse matrix by rows: one article each. SciPy has no types to name it by."""


class Vocabulary:
    """The columns: a number for every stem, and how rare it is.

    Rarity needs a past to be told by: ``before`` articles are thought to have come earlier, and
    ``expected`` says in how many of them a stem stood. So a lonely first article is judged as later ones.
    """

    def __init__(self, expected: Callable[[str], float], before: int) -> None:
        self._expected = expected
        self._articles = before
        self._columns: dict[str, int] = {}
        self._seen: list[float] = []

    def __len__(self) -> int:
        return len(self._columns)

    def rows(self, articles: Sequence[Words]) -> Rows:
        """These articles as rows, their rarity not counted."""
        ends = np.cumsum([0, *map(len, articles)], dtype=np.int32)
        columns = np.fromiter(
            (self._column(stem) for words in articles for stem in words), np.int32, ends[-1]
        )
        weights = np.fromiter(
            (weight for words in articles for weight in words.values()), np.float32, len(columns)
        )
        return sp.csr_array((weights, columns, ends), shape=(len(articles), len(self)))

    def count(self, articles: Sequence[Words]) -> None:
        """So many more articles are known."""
        self._articles += len(articles)
        seen = self._seen
        for words in articles:
            for stem in words:
                seen[self._column(stem)] += 1

    def forget(self, rows: Rows) -> None:
        """These articles are known no more."""
        self._articles -= rows.shape[0]
        for column, times in zip(*np.unique(rows.indices, return_counts=True), strict=True):
            self._seen[column] -= float(times)

    def narrowed(self, *kept: Rows) -> Iterator[Rows]:
        """The same rows, once they are all that is known: stems that none of them holds are gone."""
        used = np.unique(np.concatenate([rows.indices for rows in kept]))
        stems = list(self._columns)
        self._seen = [self._seen[column] for column in used]
        self._columns = {stems[column]: number for number, column in enumerate(used)}
        for rows in kept:
            indices = np.searchsorted(used, rows.indices).astype(np.int32)
            yield sp.csr_array((rows.data, indices, rows.indptr), shape=(rows.shape[0], len(used)))

    def units(self, rows: Rows) -> Rows:
        """Directions of length 1: rare stems long, stems of every article nearly nothing."""
        seen = np.asarray(self._seen, np.float32)
        rarity = np.maximum(0, np.log((self._articles + 1) / seen)).astype(np.float32)
        weighed = widened(rows, len(self))
        weighed.data = weighed.data * rarity[weighed.indices]
        return of_length_one(weighed)

    def _column(self, stem: str) -> int:
        column = self._columns.get(stem)
        if column is None:
            column = self._columns[stem] = len(self._columns)
            self._seen.append(0.5 + self._expected(stem))
        return column


def widened(rows: Rows, columns: int) -> Rows:
    """The same rows, with room for stems that came since."""
    return sp.csr_array((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], columns))


def of_length_one(rows: Rows) -> Rows:
    """Each row at length 1; an empty one stays empty."""
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1))
    factors = 1 / np.where(lengths > 0, lengths, 1)
    data = rows.data * np.repeat(factors, np.diff(rows.indptr)).astype(np.float32)
    return sp.csr_array((data, rows.indices, rows.indptr), shape=rows.shape)


def heaviest(rows: Rows, most: int) -> Rows:
    """Of every row at most so many entries, the heaviest."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((-rows.data, row))
    kept = order[np.arange(rows.nnz) - rows.indptr[row] < most]
    ends = np.concatenate(([0], np.cumsum(np.bincount(row[kept], minlength=rows.shape[0]))))
    return sp.csr_array((rows.data[kept], rows.indices[kept], ends), shape=rows.shape)


def nearest_others(units: Rows, *, last: int, least: float, most: int) -> Rows:
    """For each of the last rows how near the nearest others are, where that is enough."""
    near = sp.csr_array(units[-last:] @ units.T)
    row = np.repeat(np.arange(last), np.diff(near.indptr))
    itself = near.indices == row + units.shape[0] - last
    near.data[itself | (near.data < least)] = 0
    near.eliminate_zeros()
    return heaviest(near, most)


def stacked(above: Rows, below: Rows) -> Rows:
    """Rows one under the other."""
    return sp.vstack((widened(above, below.shape[1]), below), format="csr")


def empty(columns: int = 0) -> Rows:
    """No row yet."""
    return sp.csr_array((0, columns), dtype=np.float32)
