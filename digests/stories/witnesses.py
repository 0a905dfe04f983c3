"""Whose reports a story rests on (rule): its sources, and which of them are witnesses of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digests.stories.agencies import agency_named
from digests.stories.standing import Report
from digests.stories.told import Told

SAME_WORDS = 0.8
"""Jaccard likeness of their openings from which one is the other's copy and no second witness."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of a story as readers see it."""

    name: str
    url: str | None
    articles: int
    state_controlled: bool
    language: str = ""
    agency: str | None = None
    """Whose report it carries, where that is not its own."""


def reports(articles: Sequence[Told]) -> list[Report]:
    """One report a source, its newest. A copy of another source's report is no witness, and papers that
    carry one agency are one."""
    newest = {article.source_id: article for article in articles}
    kept: list[tuple[Told, frozenset[str]]] = []
    agencies: set[str] = set()
    for article in sorted(newest.values(), key=lambda a: a.at):
        opening, agency = article.opening, article.agency
        if agency in agencies or any(_same(opening, others) for _, others in kept):
            continue
        kept.append((article, opening))
        if agency:
            agencies.add(agency)
    return [Report(a.source, a.title, a.lead, a.language) for a, _ in kept]


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared >= SAME_WORDS * (len(one) + len(other) - shared)


def first_reports(articles: Sequence[Told]) -> list[datetime]:
    """When each source first told of it."""
    first: dict[int, datetime] = {}
    for article in articles:
        first.setdefault(article.source_id, article.at)
    return list(first.values())


def sources_of(articles: Sequence[Told]) -> tuple[SourceLine, ...]:
    """Each source with a link to its newest article; who wrote most stands first."""
    newest = {article.source_id: article for article in articles}
    counts = Counter(article.source_id for article in articles)
    ordered = sorted(
        newest.values(), key=lambda a: (a.state_controlled, -counts[a.source_id], a.at, a.article)
    )
    return tuple(
        SourceLine(
            a.source, a.url, counts[a.source_id], a.state_controlled, a.language, _carried(a)
        )
        for a in ordered
    )


def _carried(article: Told) -> str | None:
    """The agency whose report a source carries that is no agency itself."""
    agency = article.agency
    return agency if agency != agency_named(article.source) else None
