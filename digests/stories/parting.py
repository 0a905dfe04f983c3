"""Whether reports that were gathered as one event tell of two (rule).

What look-alike events share, all their reports speak of: it says nothing among themselves. So only
names and numbers are asked that some of these reports give and others do not. If they fall into two
camps that hardly share any, there were two events: two earthquakes, two arrests, two strikes of a kind.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Words = Mapping[str, float]

LEAST = 6
"""Reports below which camps are chance."""

MOST = 200
"""Reports beyond which it is not asked: what so many tell of is told by more than names."""

CAMP = 2
"""Reports that make a camp."""

APART = 0.48
"""Nearness between the camps as a share of that within the looser one, to which the smaller camp adds
one over its size, up to which they are two events; read off ecbplus."""

SELDOM, EVERYWHERE = 0.12, 0.85
"""Shares of the reports: a name in fewer is one writer's, in more it is the matter's."""

_ROUNDS = 10


def parted(names: Sequence[Words]) -> list[bool] | None:
    """For each report whether it is in the other camp than the first; none where they tell of one event.

    ``names``: of each report what it names.
    """
    if not LEAST <= len(names) <= MOST:
        return None
    rows = _rows(names)
    other = _camps(rows)
    smaller = min(int(other.sum()), int((~other).sum()))
    if smaller < CAMP:
        return None
    between = (rows[other] @ rows[~other].T).mean()
    within = min(_within(rows[other]), _within(rows[~other]))
    if between >= (APART - 1 / smaller) * within:
        return None
    return [bool(one) for one in (other if not other[0] else ~other)]


def _rows(names: Sequence[Words]) -> Any:
    """Each report as a direction among the names on which these reports differ."""
    count = len(names)
    told = Counter(name for words in names for name in words)
    least, most = max(2, SELDOM * count), EVERYWHERE * count
    columns = {
        name: i for i, name in enumerate(n for n in sorted(told) if least <= told[n] <= most)
    }
    rows = np.zeros((count, len(columns)))
    for row, words in zip(rows, names, strict=True):
        for name, weight in words.items():
            if name in columns:
                row[columns[name]] = weight * math.log(count / told[name])
    return _units(rows)


def _camps(rows: Any) -> Any:
    """The two camps: first by the direction in which the reports differ most, then by the nearer mean."""
    if not rows.shape[1]:
        return np.zeros(len(rows), bool)
    direction, spread, _ = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    other = direction[:, 0] * spread[0] > 0
    for _ in range(_ROUNDS):
        if other.all() or not other.any():
            break
        means = _units(np.stack((rows[other].mean(0), rows[~other].mean(0))))
        nearer = rows @ means[0] > rows @ means[1]
        if (nearer == other).all():
            break
        other = nearer
    return other


def _within(rows: Any) -> float:
    """The mean nearness of two reports of one camp."""
    count = len(rows)
    total = (rows.sum(0) ** 2).sum() - (rows * rows).sum()
    return float(total / (count * (count - 1)))


def _units(rows: Any) -> Any:
    lengths = np.sqrt((rows * rows).sum(1, keepdims=True))
    return rows / np.where(lengths > 0, lengths, 1)
