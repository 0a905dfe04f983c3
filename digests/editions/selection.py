"""Which stories a digest tells, in what order, and why (rule).

Severity first, then points:

sources     1 for one, 2 from two, 3 from four, 4 from eight: as often as their number doubles
lasting     up to half a point for a story that went on for twelve hours
freshness   up to half a point, none once the news is a day old

Every section shows its strongest story while there is room, and of one place at most ``OF_ONE_PLACE``
stand open while others could (flash always does). The rest is folded, and what is more than the
reader's length holds stays with /latest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digests.audience.taste import Length
from digests.vocabulary import Severity, Topic

OPEN = {Length.SHORT: 4, Length.USUAL: 8, Length.LONG: 14}
"""Stories shown in full; eight are two screens of a phone."""

MOST = {Length.SHORT: 12, Length.USUAL: 24, Length.LONG: 40}
"""Stories in one digest, folded ones included."""

OF_ONE_PLACE = 3

LONGEST_WINDOW = timedelta(hours=72)
"""A reader who was away longer is told of the last three days."""

LASTING = timedelta(hours=12)
FRESH = timedelta(hours=24)
HALF = 50
"""Half a point. Points are counted in hundredths, so that sums are exact and the order never varies."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story as the choice sees it."""

    story_id: int
    revision: int
    severity: Severity
    source_count: int
    created_at: datetime
    news_at: datetime
    lasted: timedelta
    """From its first article to its last."""
    place: str | None
    """Where it happened."""
    topics: Mapping[str, float]
    """How much it is about each."""


@dataclass(frozen=True, slots=True)
class Strength:
    """What a story weighs, in hundredths of a point."""

    severity: Severity
    sources: int
    lasting: int
    freshness: int

    @property
    def points(self) -> int:
        """All together; severity stands above them."""
        return self.sources + self.lasting + self.freshness


class Fate(StrEnum):
    """Why a story stands where it does."""

    FIRST = "first"
    """Open: the strongest of its section."""
    STRONG = "strong"
    """Open: among the strongest of the others."""
    FOLDED = "folded"
    """After as many as stand open."""
    CROWDED = "crowded"
    """Folded: enough of its place stand open."""
    LEFT = "left"
    """After as many as a digest of this length holds."""


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


@dataclass(frozen=True, slots=True)
class Reason:
    """For one candidate: what it weighs, its section, and what became of it."""

    candidate: Candidate
    strength: Strength
    topic: str
    fate: Fate


class Ranking:
    """All candidates in order of strength; one is made for a run, many tastes choose from it."""

    def __init__(self, candidates: Collection[Candidate], *, now: datetime) -> None:
        self._now = now
        self._ranked = sorted(candidates, key=lambda one: _order(one, now), reverse=True)
        self._by_topic: dict[str, list[int]] = {}
        for index, candidate in enumerate(self._ranked):
            for topic in candidate.topics:
                self._by_topic.setdefault(topic, []).append(index)

    def select(
        self,
        topics: Collection[Topic],
        start: datetime,
        end: datetime,
        length: Length = Length.USUAL,
    ) -> Selection:
        """The digest of these topics over (start, end]."""
        found = self._found(topics, start, end)
        chosen = found[: MOST[length]]
        return Selection(tuple(_placed(chosen, topics, start, length)), len(found))

    def explain(
        self,
        topics: Collection[Topic],
        start: datetime,
        end: datetime,
        length: Length = Length.USUAL,
    ) -> list[Reason]:
        """Every candidate of the same choice, the strongest first, and why it stands where it does."""
        found = self._found(topics, start, end)
        sections = [section(candidate, topics) for candidate in found]
        fates = _fates(found[: MOST[length]], sections, OPEN[length])
        return [
            Reason(candidate, strength(candidate, self._now), name, fates.get(index, Fate.LEFT))
            for index, (candidate, name) in enumerate(zip(found, sections, strict=True))
        ]

    def _found(self, topics: Collection[Topic], start: datetime, end: datetime) -> list[Candidate]:
        known = [self._by_topic[topic] for topic in topics if topic in self._by_topic]
        return [
            candidate
            for candidate in map(self._ranked.__getitem__, sorted(set().union(*known)))
            if start < candidate.news_at <= end
        ]


def strength(candidate: Candidate, now: datetime) -> Strength:
    """What a story weighs at this time."""
    age = min(max(now - candidate.news_at, timedelta()), FRESH)
    return Strength(
        severity=candidate.severity,
        sources=100 * candidate.source_count.bit_length(),
        lasting=HALF * min(candidate.lasted, LASTING) // LASTING,
        freshness=HALF * (FRESH - age) // FRESH,
    )


def section(candidate: Candidate, topics: Collection[str]) -> str:
    """Of these topics the one the story is most about."""
    shared = candidate.topics.keys() & set(topics)
    return min(shared, key=lambda topic: (-candidate.topics[topic], topic))


def _order(candidate: Candidate, now: datetime) -> tuple[int, int, datetime, int]:
    """The newer of equals comes first; the id settles what is equal even then."""
    weighs = strength(candidate, now)
    return candidate.severity.rank, weighs.points, candidate.news_at, candidate.story_id


def _placed(
    chosen: Sequence[Candidate], topics: Collection[str], start: datetime, length: Length
) -> list[Place]:
    sections = [section(candidate, topics) for candidate in chosen]
    fates = _fates(chosen, sections, OPEN[length])
    shown = {index for index, fate in fates.items() if fate in (Fate.FIRST, Fate.STRONG)}
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


def _fates(chosen: Sequence[Candidate], sections: Sequence[str], most: int) -> dict[int, Fate]:
    """The strongest of each section, then the strongest of all as far as their places allow, then
    whatever there is while there is room."""
    seen: set[str] = set()
    firsts = [index for index in range(len(chosen)) if _is_new(sections[index], seen)]
    fates = dict.fromkeys(firsts[:most], Fate.FIRST)
    places = Counter(chosen[index].place for index in fates)
    others = [index for index in range(len(chosen)) if index not in fates]
    crowded: list[int] = []
    for index in others:
        if len(fates) == most:
            break
        if _is_crowded(chosen[index], places):
            crowded.append(index)
        else:
            fates[index] = Fate.STRONG
            places[chosen[index].place] += 1
    fates |= dict.fromkeys(crowded[: most - len(fates)], Fate.STRONG)
    later = dict.fromkeys(others, Fate.FOLDED) | dict.fromkeys(crowded, Fate.CROWDED)
    return later | fates


def _is_new(name: str, seen: set[str]) -> bool:
    if name in seen:
        return False
    seen.add(name)
    return True


def _is_crowded(candidate: Candidate, places: Mapping[str | None, int]) -> bool:
    is_somewhere = candidate.place is not None and candidate.severity is not Severity.FLASH
    return is_somewhere and places[candidate.place] >= OF_ONE_PLACE
