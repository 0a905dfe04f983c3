"""Which stories a digest tells, and in what order (rule).

Strongest first: by severity, then by how many sources tell it (9 count as 8 do), then the newest.
Every section shows its strongest story while there is room; the rest is folded, and what is more than
``MOST`` stays with /latest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digests.vocabulary import Severity, Topic

OPEN = 8
"""Stories shown in full: two screens of a phone."""

MOST = 24
"""Stories in one digest, folded ones included."""

LONGEST_WINDOW = timedelta(hours=72)
"""A reader who was away longer is told of the last three days."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story as the choice sees it."""

    story_id: int
    revision: int
    severity: Severity
    source_count: int
    created_at: datetime
    news_at: datetime
    topics: Mapping[str, float]
    """How much it is about each."""


@dataclass(frozen=True, slots=True)
class Place:
    """A story's place in a digest; the order of reading is that of the list."""

    story_id: int
    revision: int
    topic: str
    is_update: bool
    is_folded: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """What a digest tells, and how many stories there were to choose from."""

    places: tuple[Place, ...]
    found: int


class Ranking:
    """All candidates in order of strength; one is made for a run, many tastes choose from it."""

    def __init__(self, candidates: Collection[Candidate]) -> None:
        self._ranked = sorted(candidates, key=strength, reverse=True)
        self._by_topic: dict[str, list[int]] = {}
        for index, candidate in enumerate(self._ranked):
            for topic in candidate.topics:
                self._by_topic.setdefault(topic, []).append(index)

    def select(self, topics: Collection[Topic], start: datetime, end: datetime) -> Selection:
        """The digest of these topics over (start, end]."""
        known = [self._by_topic[topic] for topic in topics if topic in self._by_topic]
        found = [
            candidate
            for candidate in map(self._ranked.__getitem__, sorted(set().union(*known)))
            if start < candidate.news_at <= end
        ]
        return Selection(tuple(_placed(found[:MOST], topics, start)), len(found))


def strength(candidate: Candidate) -> tuple[int, int, datetime, int]:
    """What puts a story before another; the id settles what is equal, so that order never varies."""
    return (
        candidate.severity.rank,
        candidate.source_count.bit_length(),
        candidate.news_at,
        candidate.story_id,
    )


def section(candidate: Candidate, topics: Collection[str]) -> str:
    """Of these topics the one the story is most about."""
    shared = candidate.topics.keys() & set(topics)
    return min(shared, key=lambda topic: (-candidate.topics[topic], topic))


def _placed(chosen: Sequence[Candidate], topics: Collection[str], start: datetime) -> list[Place]:
    sections = [section(candidate, topics) for candidate in chosen]
    shown = _shown(sections)
    order = {name: rank for rank, name in enumerate(dict.fromkeys(sections))}
    reading = sorted(
        range(len(chosen)), key=lambda index: (index not in shown, order[sections[index]], index)
    )
    return [
        Place(
            story_id=chosen[index].story_id,
            revision=chosen[index].revision,
            topic=sections[index],
            is_update=chosen[index].created_at <= start,
            is_folded=index not in shown,
        )
        for index in reading
    ]


def _shown(sections: Sequence[str]) -> set[int]:
    """The strongest of each section, then the strongest of all, up to ``OPEN``."""
    firsts = [index for index, name in enumerate(sections) if name not in sections[:index]]
    others = [index for index in range(len(sections)) if index not in firsts]
    return set((firsts + others)[:OPEN])
