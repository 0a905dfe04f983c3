"""Rule: whether a source is silent for longer than it ever is.

A newsroom sleeps at night and at weekends, a wire never does: what is usual is each source's own
business. Its longest silences of the last two weeks say it, but for the very longest, which may have
been an outage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

REMEMBERED_FOR = timedelta(days=14)
"""How far back its rhythm is looked at."""

FEWEST = 10
"""Articles in that time below which a source has no rhythm."""

SHORTEST = timedelta(hours=3)
"""A shorter silence is nobody's trouble."""

MARGIN = 1.25
"""How much longer than usual is too long."""


def patience(published: Sequence[datetime]) -> timedelta | None:
    """How long this source may be silent; None where it has no rhythm. ``published``: in any order."""
    if len(published) < FEWEST:
        return None
    silences = sorted(later - earlier for earlier, later in pairwise(sorted(published)))
    return max(SHORTEST, silences[-2] * MARGIN)


def silent_since(published: Sequence[datetime], now: datetime) -> datetime | None:
    """Its last article, where that is longer ago than its patience; None while all is as usual."""
    usual = patience(published)
    last = max(published, default=now)
    return last if usual is not None and now - last > usual else None
