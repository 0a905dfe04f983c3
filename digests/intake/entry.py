"""Nouns: a feed and its entries, as they stand between parsing and keeping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_ENTRIES = 5_000
"""Entries in one body; feedparser keeps about 1 kB for each, even an empty one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its feed says it: markup, dates and addresses still unjudged, but absolute."""

    guid: str | None
    url: str | None
    title: str
    summary: str
    content: str
    published_at: datetime | None
    language: str | None
    image_url: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed at one reading, its title cleaned. ``flaw`` says what was wrong though it was readable."""

    title: str
    language: str | None
    entries: tuple[Entry, ...]
    asks_for: timedelta | None
    flaw: str | None
