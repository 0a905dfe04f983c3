"""What an article's neighbours say too (rule).

Two headlines of one event may share no word, yet both share words with a third. So each article is
lent the words of the articles nearest to it, by how near they are; what all of them say grows heavy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from digests.stories.matching import Echo
from digests.stories.vectors import Rows, heaviest, of_length_one, scaled

NEIGHBOURS = 40
"""Articles that lend their words; those further off hardly change the direction."""

MOST_TERMS = 120
"""Stems kept of an article with its echo, the heaviest."""

FAINTEST = 0.3
"""Share of the nearest neighbour's nearness, below which none lends."""

LIGHTEST = 0.03
"""Share of the heaviest stem's weight, below which none is kept."""


def echoed(rows: Rows, lenders: Rows, lent: Rows, itself: Any, echo: Sequence[Echo]) -> Rows:
    """Rows of length 1 with the words of their neighbours, each by its own ``echo``.

    ``lenders`` are all articles that may lend, ``lent`` what each of them lends, and ``itself`` the place
    of every row among them.
    """
    near = (rows @ lenders.T).tocsr()
    near.data[near.indices == np.repeat(itself, np.diff(near.indptr))] = 0
    near = heaviest(near, NEIGHBOURS, FAINTEST)
    sharp = np.array([each.sharp for each in echo], np.float32)
    near.data **= np.repeat(sharp, np.diff(near.indptr))
    doubt = np.array([each.doubt for each in echo])
    loud = np.array([each.loud for each in echo])
    near = scaled(near, loud / (near.sum(axis=1) + doubt))
    return of_length_one(heaviest((rows + near @ lent).tocsr(), MOST_TERMS, LIGHTEST))
