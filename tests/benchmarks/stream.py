"""A made-up stream of war news, as long as anybody wants: the sample week's reports with other facts.

Every event takes a report of the sample week and puts names, numbers and every other word of its own
into it; its articles leave a sentence out. So words repeat as they do in the news of one war.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGINS = datetime(2026, 10, 1, tzinfo=UTC)
_WEEK = Path(__file__).parents[2] / "bot" / "sandbox" / "week.jsonl"
_WORD = re.compile(r"\d+|[^\W\d_][\w’'-]+")
_SYLLABLES = {
    "en": ["bel", "mar", "kov", "ten", "rud", "sol", "vin", "dar", "lim", "pod", "hor", "zel"],
    "uk": ["бел", "мар", "ков", "тен", "руд", "сол", "вин", "дар", "лим", "под", "гор", "зел"],
}


@dataclass(frozen=True, slots=True)
class Item:
    """One article, and the event that it tells of."""

    event: int
    title: str
    text: str
    language: str
    at: datetime


def stream(articles: int, a_day: int, *, seed: int = 0) -> Iterator[Item]:
    """So many articles, the oldest first; one to twelve of them on each event within two days."""
    chance = random.Random(seed)
    reports = [json.loads(line) for line in _WEEK.open(encoding="utf-8")]
    words = {
        code: [w for r in reports if r["language"] == code for w in _WORD.findall(r["text"])]
        for code in _SYLLABLES
    }
    begun, waiting = 0, []
    for number in range(articles):
        at = BEGINS + timedelta(days=number / a_day)
        while len(waiting) < a_day // 4:
            report = chance.choice(reports)
            event = _event(begun, report, words[report["language"]], chance)
            waiting += [event] * min(12, int(chance.paretovariate(1.0)))
            begun += 1
        place = chance.randrange(len(waiting))
        waiting[place], waiting[-1] = waiting[-1], waiting[place]
        event = waiting.pop()
        told = chance.sample(event.told, k=max(1, len(event.told) - 1))
        yield Item(event.number, chance.choice(event.titles), " ".join(told), event.language, at)


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    titles: list[str]
    told: list[str]
    language: str


def _event(
    number: int, report: dict[str, str], words: Sequence[str], chance: random.Random
) -> _Event:
    language = report["language"]
    known: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        word = found[0]
        if word not in known:
            known[word] = _instead(word, words, language, chance)
        return known[word]

    title, told = _WORD.sub(other, report["title"]), _WORD.sub(other, report["text"])
    turned = " ".join(reversed(title.split(", ")))
    return _Event(number, [title, turned], told.split(". "), language)


def _instead(word: str, words: Sequence[str], language: str, chance: random.Random) -> str:
    """Another number for a number, another name for a name, for every other word another one."""
    if word[0].isdigit():
        return str(chance.randrange(2, 900))
    if word[0].isupper():
        return "".join(chance.choices(_SYLLABLES[language], k=3)).title()
    return chance.choice(words) if len(word) > 3 and chance.random() < 0.5 else word
