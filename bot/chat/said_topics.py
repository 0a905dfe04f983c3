"""Which topics a person names (rule): several in one line, of several words each, mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digests.stories.tagging import Topics
from digests.vocabulary import Language, Topic

_LONGEST_SAID = 300
_LONGEST_NAME = 4
_MOST_UNKNOWN = 3
_EVERYTHING = {"all", "everything", "усе", "все", "всі", "усі"}
_FILLERS = {"and", "to", "the", "about", "topic", "topics", "news", "on", "та", "і", "й", "на",
    "про", "тема", "теми", "новини"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaidTopics:
    """What was understood; for what was not, the nearest topics."""

    known: tuple[Topic, ...]
    unknown: tuple[tuple[str, tuple[Topic, ...]], ...]


def read_topics(said: str, topics: Topics, language: Language) -> SaidTopics:
    """The topics named; "all" names every one."""
    known: dict[Topic, None] = {}
    unknown: list[str] = []
    for phrase in re.split(r"[,;\n]+", said[:_LONGEST_SAID]):
        for topic, words in _read(phrase.split(), topics):
            if topic:
                known[topic] = None
            elif words.casefold() in _EVERYTHING:
                known |= dict.fromkeys(topics.names)
            else:
                unknown.append(words)
    nearest = [(words, tuple(topics.nearest(words, language))) for words in unknown]
    return SaidTopics(tuple(known), tuple(nearest[:_MOST_UNKNOWN]))


def _read(words: list[str], topics: Topics) -> Iterator[tuple[Topic | None, str]]:
    """Topics by their longest names first; words in between that name none stay together."""
    strange: list[str] = []
    place = 0
    while place < len(words):
        topic, length = _longest(words[place:], topics)
        word = words[place].strip("#.!?\"'«»“”")
        if topic or word.casefold() in _EVERYTHING:
            if strange:
                yield None, " ".join(strange)
                strange = []
            yield topic, word
        elif word and word.casefold() not in _FILLERS:
            strange.append(word)
        place += length
    if strange:
        yield None, " ".join(strange)


def _longest(words: list[str], topics: Topics) -> tuple[Topic | None, int]:
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        topic = topics.resolve(" ".join(words[:length]).strip("#.!?\"'«»“”"))
        if topic:
            return topic, length
    return None, 1
