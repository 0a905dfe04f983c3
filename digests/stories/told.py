"""An article of a story, as the story is told from it (noun); what costs time to read is read once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from digests.stories.agencies import agency_of
from digests.stories.lead import lead
from digests.stories.matching import READ_AGAIN
from digests.stories.pivots import pivots_of

OPENING = 90
"""Words of a report, each once, that are held against another's: a paper may cut the rest."""


@dataclass(frozen=True, slots=True)
class Told:
    """An article of the story, with its source."""

    article: int
    source_id: int
    source: str
    state_controlled: bool
    url: str | None
    title: str
    summary: str
    text: str
    language: str
    at: datetime
    given: tuple[str, ...]
    """Topics that its source or sender gave it."""
    terms: str
    """Everything it can be found by, in the order of its words."""

    @property
    def lead(self) -> str:
        """Its lead."""
        return _lead(self.title, self.summary, self.text)

    @property
    def stems(self) -> frozenset[str]:
        """All that it speaks of."""
        return _stems(self.terms)

    @property
    def opening(self) -> frozenset[str]:
        """What its title and first sentences speak of."""
        return _stems(self.terms, OPENING)

    @property
    def agency(self) -> str | None:
        """The agency that it was taken from, or that its source is."""
        return _agency(self.source, self.summary, self.text)

    @property
    def pivots(self) -> Collection[str]:
        """What they speak of in any language."""
        return pivots_of(self.title, self.lead, self.language).weights


@lru_cache(maxsize=READ_AGAIN)
def _stems(terms: str, first: int | None = None) -> frozenset[str]:
    return frozenset(terms.split()[:first])


@lru_cache(maxsize=READ_AGAIN)
def _agency(source: str, summary: str, text: str) -> str | None:
    return agency_of(source, body(summary, text))


@lru_cache(maxsize=READ_AGAIN)
def _lead(title: str, summary: str, text: str) -> str:
    return lead(title, summary, text)


def body(summary: str, text: str) -> str:
    """Summary and text without saying the summary twice."""
    return text if text.startswith(summary[:60]) else f"{summary} {text}"
