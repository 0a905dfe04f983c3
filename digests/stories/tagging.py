"""Which topics a text is about, and why (rule).

A strong phrase is worth 2 points and a weak one 1: times 1.5 in the title, whole in the first
60 words, half after them. Each phrase counts once, at its best place, and no word counts twice
for one topic. A topic is given from its threshold (2 points) upwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from digests.stories.phrases import Phrase, Phrasebook, read_phrase
from digests.stories.topics_file import (
    DEFAULT_TOPICS,
    NOT,
    POINTS,
    TopicEntry,
    folded,
    read_topics,
)
from digests.stories.words import opening, tokens
from digests.vocabulary import Language, Topic

TITLE_FACTOR = 1.5
OPENING_WORDS = 60
LATER_FACTOR = 0.5
WORDS_READ = 400
"""News says what it is about in its first words; what follows is background about other events."""

LIKENESS = 65.0
"""rapidfuzz's WRatio, 0-100, from which a mistyped name is worth offering."""

SHORTEST_PART = 5
"""Letters below which a name is compared as a whole only."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A topic found in a text, with the words that speak for it, the strongest first."""

    topic: Topic
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of a topic met in a text, and what it was worth there."""

    phrase: str
    """As the topics file has it."""
    words: str
    """As the text has them."""
    in_title: bool
    points: float
    """0 for what does not count."""
    silenced: bool = False
    """The phrase stands under ``not``: its words count for nothing, in whatever other phrase."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a text was weighed for one topic: what a person is shown who asks why, or why not."""

    topic: Topic
    score: float
    threshold: float
    found: tuple[Found, ...]
    """What counted, the strongest first; then what did not."""

    @property
    def is_given(self) -> bool:
        """Whether the text gets the topic."""
        return self.score >= self.threshold


class _Evidence(NamedTuple):
    points: float
    phrase: int
    zone: int
    places: tuple[int, ...]


_ByTopic = dict[Topic, list[_Evidence]]


class Topics:
    """The topics of one file: their names for people, and the rules that find them."""

    def __init__(self, entries: Sequence[TopicEntry]) -> None:
        self._entries = {entry.name: entry for entry in entries}
        self._order = {name: number for number, name in enumerate(self._entries)}
        self._meaning = {
            folded(word): entry.name
            for entry in entries
            for word in (entry.name, *entry.titles.values(), *entry.aliases)
        }
        self._languages = {language for entry in entries for language in entry.rules}
        # Made at the first text of a language: the Ukrainian one brings a dictionary of 20 MB.
        self._books: dict[str, _Rulebook] = {}

    @property
    def names(self) -> tuple[Topic, ...]:
        """All topics in the order of the file, which is the order of a digest's sections."""
        return tuple(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def title(self, name: str, language: str) -> str:
        """The topic's name for people; the bare name where the file no longer holds the topic."""
        entry = self._entries.get(Topic(name))
        return entry.titles[Language.nearest(language)] if entry else name

    def about(self, name: str, language: str) -> str:
        """One line on what the topic holds; empty where the file no longer holds the topic."""
        entry = self._entries.get(Topic(name))
        return entry.about[Language.nearest(language)] if entry else ""

    def resolve(self, word: str) -> Topic | None:
        """The topic of this name, title or alias, in either language and any case."""
        return self._meaning.get(folded(word.strip()))

    def nearest(self, word: str, language: str, limit: int = 3) -> list[Topic]:
        """The topics a mistyped word may mean, best first, at most ``limit``, or none.

        Of two equally like words the one in the person's own language comes first.
        """
        said = folded(word.strip())
        own = {folded(e.titles[Language.nearest(language)]) for e in self._entries.values()}
        scored = [(_alike(said, known), known) for known in self._meaning]
        found = sorted(
            (-score, known not in own, known) for score, known in scored if score >= LIKENESS
        )
        return list(dict.fromkeys(self._meaning[known] for _, _, known in found))[:limit]

    def tag(self, title: str, text: str, language: str) -> list[Tag]:
        """The topics of a text, the strongest first; none in a language without phrases."""
        book = self._book(language)
        if book is None:
            return []
        tags = book.tags(tokens(title), opening(text, WORDS_READ))
        return sorted(tags, key=lambda tag: (-tag.score, self._order[tag.topic]))

    def has_rules(self, language: str) -> bool:
        """Whether the file holds phrases in this language; texts in others get no topics."""
        return language in self._languages

    def weigh(self, title: str, text: str, language: str) -> list[Weighing]:
        """Every topic that any phrase in the text speaks for or against, the heaviest first."""
        book = self._book(language)
        if book is None:
            return []
        weighings = book.weighings(tokens(title), opening(text, WORDS_READ))
        return sorted(weighings, key=lambda one: (-one.score, self._order[one.topic]))

    def _book(self, language: str) -> _Rulebook | None:
        if language not in self._languages:
            return None
        if language not in self._books:
            self._books[language] = _Rulebook(self._entries.values(), language)
        return self._books[language]


def load_topics(path: Path | None = None) -> Topics:
    """The operator's topics, or ours; raises TopicsFileError naming the faulty place."""
    return Topics(read_topics(path or DEFAULT_TOPICS))


def _alike(said: str, known: str) -> float:
    """How alike two names are, 0 to 100; a part of a name counts, but not of one like "us"."""
    from rapidfuzz import fuzz

    whole = min(len(said), len(known)) < SHORTEST_PART
    return fuzz.ratio(said, known) if whole else fuzz.WRatio(said, known)


class _Rulebook:
    """All rules of one language, in one phrasebook."""

    def __init__(self, entries: Iterable[TopicEntry], language: str) -> None:
        self._thresholds = {entry.name: entry.threshold for entry in entries}
        self._meaning: list[tuple[Topic, str]] = []
        self._phrases: list[Phrase] = []
        for entry in entries:
            for rule in entry.rules.get(language, ()):
                self._phrases.append(read_phrase(rule.phrase, language))
                self._meaning.append((entry.name, rule.strength))
        self._book = Phrasebook(self._phrases, language)

    def tags(self, title: list[str], body: list[str]) -> Iterator[Tag]:
        zones = (title, body)
        for topic, evidence in self._evidence(zones)[0].items():
            counted = _counted(evidence)
            score = sum(item.points for item in counted)
            if score >= self._thresholds[topic]:
                reasons = (_as_written(zones[item.zone], item.places) for item in counted)
                yield Tag(topic, score, tuple(dict.fromkeys(reasons)))

    def weighings(self, title: list[str], body: list[str]) -> Iterator[Weighing]:
        zones = (title, body)
        speaking, silenced = self._evidence(zones)
        for topic in {*speaking, *silenced}:
            evidence = speaking.get(topic, [])
            counted = _counted(evidence)
            found = [self._found(item, zones, item.points) for item in counted]
            found += [self._found(item, zones, 0) for item in evidence if item not in counted]
            found += [self._found(item, zones, 0, True) for item in silenced.get(topic, [])]
            score = sum(item.points for item in counted)
            yield Weighing(topic, score, self._thresholds[topic], tuple(found))

    def _found(
        self,
        item: _Evidence,
        zones: Sequence[list[str]],
        points: float,
        silenced: bool = False,
    ) -> Found:
        words = _as_written(zones[item.zone], item.places)
        return Found(self._phrases[item.phrase].source, words, item.zone == 0, points, silenced)

    def _evidence(self, zones: Sequence[list[str]]) -> tuple[_ByTopic, _ByTopic]:
        """What speaks for each topic, and what stands under its ``not``."""
        found: _ByTopic = {}
        silenced: _ByTopic = {}
        for zone, words in enumerate(zones):
            hits = self._book.hits(words)
            silent: set[tuple[Topic, int]] = set()
            for number, places in hits:
                topic, strength = self._meaning[number]
                if strength == NOT:
                    silent.update((topic, place) for place in places)
                    against = _Evidence(0, number, zone, places)
                    silenced.setdefault(topic, []).append(against)
            for number, places in hits:
                topic, strength = self._meaning[number]
                if strength != NOT and not any((topic, place) in silent for place in places):
                    points = POINTS[strength] * _weight(zone, places[0])
                    evidence = _Evidence(points, number, zone, places)
                    found.setdefault(topic, []).append(evidence)
        return found, silenced


def _weight(zone: int, place: int) -> float:
    if zone == 0:
        return TITLE_FACTOR
    return 1.0 if place < OPENING_WORDS else LATER_FACTOR


def _counted(evidence: Iterable[_Evidence]) -> list[_Evidence]:
    """The evidence that counts: each phrase once, and no word twice."""
    counted: list[_Evidence] = []
    phrases: set[int] = set()
    taken: set[tuple[int, int]] = set()
    for item in sorted(evidence, key=lambda e: (-e.points, -len(e.places), e.zone, e.places)):
        words = {(item.zone, place) for place in item.places}
        if item.phrase not in phrases and taken.isdisjoint(words):
            phrases.add(item.phrase)
            taken |= words
            counted.append(item)
    return counted


def _as_written(words: Sequence[str], places: Sequence[int]) -> str:
    """The words of a hit as they stand in the text, with "…" where others lie between."""
    parts: list[str] = []
    for before, place in zip((None, *sorted(places)), sorted(places), strict=False):
        if before is not None and place > before + 1:
            parts.append("…")
        parts.append(words[place])
    return " ".join(parts)
