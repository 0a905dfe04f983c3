"""A topics file as its operator wrote it (edge): read, checked, every fault named by its place.

    [energy]
    title = {en = "Energy", uk = "Енергетика"}
    about = {en = "The grid and what hits it", uk = "Енергосистема та удари по ній"}
    aliases = {en = ["electricity"], uk = ["світло"]}
    threshold = 2.0            # points a text needs; 2 when left out
    [energy.en]
    strong = ["power grid"]    # 2 points: enough alone
    weak = ["outage"]          # 1 point: needs company
    not = ["power struggle"]   # these words do not count for this topic

How phrases are written: ``phrases.py``. What points are worth where: ``tagging.py``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digests.errors import TopicsFileError
from digests.stories.phrases import read_phrase
from digests.stories.words import LANGUAGES_WITH_KEYS
from digests.vocabulary import Language, Topic

DEFAULT_TOPICS = Path(__file__).with_name("topics.toml")

STRONG, WEAK, NOT = "strong", "weak", "not"
POINTS = {STRONG: 2.0, WEAK: 1.0}
THRESHOLD = 2.0

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SHOWN = tuple(str(language) for language in Language)
_FACTS = {"title", "about", "aliases", "threshold"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One phrase of a topic as written, checked, and whether it is strong, weak or not to count."""

    phrase: str
    strength: str


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """One topic: how people see it, and the rules that find it, by language."""

    name: Topic
    titles: Mapping[str, str]
    about: Mapping[str, str]
    aliases: tuple[str, ...]
    threshold: float
    rules: Mapping[str, tuple[Rule, ...]]


def read_topics(path: Path) -> tuple[TopicEntry, ...]:
    """The topics in the order of the file; raises TopicsFileError that names the faulty place."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TopicsFileError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TopicsFileError(f"{path}: {error}") from error
    try:
        entries = tuple(_entry(name, table) for name, table in raw.items())
        _refuse_shared_words(entries)
    except TopicsFileError as error:
        raise TopicsFileError(f"{path}: {error}") from error
    if not entries:
        raise TopicsFileError(f"{path}: holds no topic")
    return entries


def _entry(name: str, table: Any) -> TopicEntry:
    if not _NAME.fullmatch(name):
        raise TopicsFileError(f"[{name}]: a name is 1 to 32 of a-z, 0-9 and '-'")
    _expect(isinstance(table, dict), f"{name}: must be a table, as in [{name}]")
    rules = {
        key: tuple(_rules(name, key, value)) for key, value in table.items() if key not in _FACTS
    }
    _expect(any(rules.values()), f"[{name}]: holds no phrase in any language")
    return TopicEntry(
        name=Topic(name),
        titles=_shown(name, "title", table),
        about=_shown(name, "about", table),
        aliases=tuple(_aliases(name, table.get("aliases", {}))),
        threshold=_threshold(name, table.get("threshold", THRESHOLD)),
        rules=rules,
    )


def _shown(name: str, key: str, table: Mapping[str, Any]) -> Mapping[str, str]:
    place = f"[{name}] {key}"
    words: Any = table.get(key)
    _expect(isinstance(words, dict), f"{place}: write {{en = '...', uk = '...'}}")
    _only_languages(place, words, _SHOWN)
    for language in _SHOWN:
        text = words.get(language)
        _expect(isinstance(text, str) and text.strip(), f"{place}: {language} is missing")
    return {language: words[language].strip() for language in _SHOWN}


def _aliases(name: str, table: Any) -> Iterator[str]:
    place = f"[{name}] aliases"
    _expect(isinstance(table, dict), f"{place}: write {{en = [...], uk = [...]}}")
    _only_languages(place, table, _SHOWN)
    for words in table.values():
        yield from _strings(place, words)


def _threshold(name: str, value: Any) -> float:
    _expect(
        isinstance(value, int | float) and not isinstance(value, bool) and value > 0,
        f"[{name}] threshold: must be a number above 0",
    )
    return float(value)


def _rules(name: str, language: str, table: Any) -> Iterator[Rule]:
    _only_languages(f"[{name}]", {language: table}, LANGUAGES_WITH_KEYS)
    _expect(isinstance(table, dict), f"[{name}] {language}: must be a table, [{name}.{language}]")
    for strength, phrases in table.items():
        place = f"[{name}.{language}] {strength}"
        _expect(strength in (*POINTS, NOT), f"{place}: unknown key; known are strong, weak, not")
        for source in _strings(place, phrases):
            _check(place, source)
            yield Rule(source, strength)


def _check(place: str, source: str) -> None:
    """Whether it can be read; in no language, so that no dictionary is loaded for it."""
    try:
        read_phrase(source, "")
    except TopicsFileError as error:
        raise TopicsFileError(f"{place}: {error}") from error


def _strings(place: str, values: Any) -> Iterator[str]:
    _expect(isinstance(values, list), f"{place}: must be a list of texts")
    seen: set[str] = set()
    for value in values:
        _expect(isinstance(value, str) and value.strip(), f"{place}: {value!r} is not a text")
        _expect(value not in seen, f"{place}: {value!r} stands there twice")
        seen.add(value)
        yield value.strip()


def _only_languages(place: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        _expect(key in known, f"{place}: unknown key {key!r}; languages are {', '.join(known)}")


def _refuse_shared_words(entries: tuple[TopicEntry, ...]) -> None:
    """A name, title or alias that two topics claim would make /subscribe a lottery."""
    owner: dict[str, Topic] = {}
    for entry in entries:
        for word in {folded(w) for w in (entry.name, *entry.titles.values(), *entry.aliases)}:
            other = owner.setdefault(word, entry.name)
            _expect(other == entry.name, f"[{entry.name}]: {word!r} already means [{other}]")


def folded(word: str) -> str:
    """How two ways of writing a topic's name are compared: case, '#', '-' and '_' do not matter."""
    return " ".join(word.casefold().replace("’", "'").lstrip("#").replace("_", "-").split("-"))


def _expect(holds: object, otherwise: str) -> None:
    if not holds:
        raise TopicsFileError(otherwise)
