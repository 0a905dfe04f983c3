"""The labelled sets, scored through the code that groups live news.

They lie outside the repository: in the folder that ``DATA`` names, or the ``stories`` folder in it, else
in ``../shared/data``. Every set is cut in two halves; what a half is scored at was tuned on the other.
"""

from __future__ import annotations

import json
import os
import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from digests.stories.across import Spoken
from digests.stories.matching import METHOD, Method, wholeness
from digests.stories.memory import Memory, Weighed, weighed
from digests.stories.pivots import pivots_of
from digests.stories.shelf import Shelf

_GIVEN = Path(os.environ.get("DATA", Path(__file__).parents[3] / "shared" / "data"))
DATA = _GIVEN / "stories" if (_GIVEN / "stories").is_dir() else _GIVEN

AT_ONCE = 500
"""Articles that are placed together, as the bot takes them."""

TEXTS = (
    *(0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2),
    *(0.22, 0.24, 0.26, 0.28, 0.3, 0.33, 0.36, 0.4, 0.45, 0.5),
)
TITLES = (0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.25)

_DAY = datetime(2020, 1, 1, tzinfo=UTC)

Told = tuple[str, str, str, datetime]
"""Title, text, language, time."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Articles and what is known of them."""

    name: str
    aim: float
    articles: Sequence[Told]
    halves: tuple[Sequence[int], Sequence[int]]
    """The places of the articles to score; of the pairs, where pairs are labelled."""
    score: Callable[[Labelled, Method, Sequence[int]], float]
    labels: Sequence[Any]
    """The story of each article; of pairs, two places and whether they are one event."""
    by_title: bool = False

    @property
    def grid(self) -> Sequence[float]:
        """The thresholds to choose from."""
        return TITLES if self.by_title else TEXTS

    def at(self, method: Method, half: int, least: float) -> float:
        """The score of one half at this threshold."""
        field = "titles" if self.by_title else "texts"
        asked = getattr(method, field).scaled(least)
        return self.score(self, replace(method, **{field: asked}), self.halves[half])

    def two_fold(self, method: Method) -> tuple[float, float]:
        """Each half at the threshold that is best on the other, its neighbours on the grid counted in."""
        found = [[self.at(method, half, least) for least in self.grid] for half in (0, 1)]
        best = [_best(tried) for tried in found]
        return found[0][best[1]], found[1][best[0]]

    def shipped(self, method: Method) -> float:
        """The mean of both halves at the thresholds that the bot runs with."""
        return sum(self.score(self, method, half) for half in self.halves) / 2

    def landed(self, method: Method) -> float | None:
        """F1 of "same event" by landing in one story, at the bot's own thresholds; of labelled pairs only."""
        if self.score is not _met:
            return None
        stories = _placed(self, method, range(len(self.articles)))
        return _f1([(stories[one] == stories[other], same) for one, other, same in self.labels])


def _best(tried: Sequence[float]) -> int:
    """The place of the best figure whose neighbours are good too: a lone peak is chance."""
    padded = [tried[0], *tried, tried[-1]]
    smooth = [sum(padded[place : place + 3]) for place in range(len(tried))]
    return max(range(len(tried)), key=smooth.__getitem__)


def labelled() -> list[Labelled]:
    """The sets that are there."""
    makers = {"ecbplus": _ecbplus, "uci": _uci, "pairs": _pairs, "slugs": _slugs}
    return [make(_rows(name)) for name, make in makers.items() if _path(name).is_file()]


def _path(name: str) -> Path:
    return DATA / f"{name}.jsonl"


def _rows(name: str) -> list[dict[str, Any]]:
    with _path(name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _ecbplus(rows: list[dict[str, Any]]) -> Labelled:
    # Half of the texts begin with their address; a live article has that elsewhere.
    told = [[said for said in row["sentences"] if not said.startswith("http")] for row in rows]
    articles = [(said[0], " ".join(said[1:]), "en", _DAY) for said in told]
    halves = _halves([row["topic"] for row in rows])
    return Labelled("ecbplus", 0.94, articles, halves, _grouped, [row["story"] for row in rows])


def _uci(rows: list[dict[str, Any]]) -> Labelled:
    rows = sorted(rows, key=lambda row: row["ts"])
    articles = [(row["title"], "", "en", datetime.fromtimestamp(row["ts"], UTC)) for row in rows]
    stories = [row["story"] for row in rows]
    return Labelled("uci", 0.85, articles, _halves(stories), _grouped, stories, by_title=True)


def _pairs(rows: list[dict[str, Any]]) -> Labelled:
    return _paired("pairs", rows, lambda r, s: (r[f"{s}_title"], r[f"{s}_text"], r["lang"]))


def _slugs(rows: list[dict[str, Any]]) -> Labelled:
    return _paired("slugs", rows, lambda row, side: (row[side], "", ""), by_title=True)


def _paired(
    name: str,
    rows: list[dict[str, Any]],
    told: Callable[[dict[str, Any], str], tuple[str, str, str]],
    *,
    by_title: bool = False,
) -> Labelled:
    places: dict[tuple[str, str, str], int] = {}
    labels = [
        (*(places.setdefault(told(row, side), len(places)) for side in "ab"), row["label"] == "OK")
        for row in rows
    ]
    articles = [(*article, _DAY) for article in places]
    halves = range(0, len(rows), 2), range(1, len(rows), 2)
    return Labelled(name, 0.88, articles, halves, _met, labels, by_title)


def _halves(keys: Sequence[str]) -> tuple[list[int], list[int]]:
    """Two halves by key, so that no story is torn between them."""
    ordered = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    halves: tuple[list[int], list[int]] = ([], [])
    for item, key in enumerate(keys):
        halves[ordered[key] % 2].append(item)
    return halves


def _grouped(labelled: Labelled, method: Method, places: Sequence[int]) -> float:
    """B-cubed F1 of the stories that these articles become; those without a time come mixed."""
    if labelled.articles[places[0]][3] == _DAY:
        places = random.Random(0).sample(list(places), len(places))
    stories = _placed(labelled, method, places)
    return b_cubed([labelled.labels[place] for place in places], stories)


def _met(labelled: Labelled, method: Method, places: Sequence[int]) -> float:
    """F1 of "same event" over these pairs, two reports compared as the memory compares them."""
    near = _nearness(labelled, replace(method, texts=METHOD.texts, titles=METHOD.titles))
    found = [
        (_are_one(labelled, method, place, near[place]), labelled.labels[place][2])
        for place in places
    ]
    return _f1(found)


def _are_one(labelled: Labelled, method: Method, pair: int, near: float) -> bool:
    """Whether the two reports of a pair are near enough, and not of different towns."""
    firmly = near / _asked(labelled, method, pair)
    if firmly < 1 or not method.towns:
        return firmly >= 1
    elsewhere, is_bulletin = _elsewhere(labelled)[pair]
    is_firm = labelled.by_title and firmly >= method.firm
    return not is_bulletin and (is_firm or not elsewhere)


@cache
def _elsewhere(labelled: Labelled) -> list[tuple[bool, bool]]:
    """Whether the titles of each pair name different towns; and whether that is their only difference."""
    spoken = [Spoken.of(pivots_of(*article[:3])) for article in labelled.articles]
    return [
        (
            spoken[one].is_elsewhere(spoken[other]),
            spoken[one].is_bulletin_of_another(spoken[other]),
        )
        for one, other, _ in labelled.labels
    ]


def _asked(labelled: Labelled, method: Method, pair: int) -> float:
    """How near the two reports of a pair must be."""
    if labelled.by_title:
        return method.titles.alone
    one, other = (wholeness(labelled.articles[place][1]) for place in labelled.labels[pair][:2])
    return method.texts.alone * (method.brief + (1 - method.brief) * (one + other) / 2)


def _f1(found: Sequence[tuple[bool, bool]]) -> float:
    right = sum(met and same for met, same in found)
    return 2 * right / max(1, sum(met for met, _ in found) + sum(same for _, same in found))


@cache
def _nearness(labelled: Labelled, method: Method) -> list[float]:
    """How near the two reports of each pair are, all articles of the set being remembered."""
    near = [0.0] * len(labelled.labels)
    for language in dict.fromkeys(article[2] for article in labelled.articles):
        told = {
            place: _weighed(article, place, _reading(method))
            for place, article in enumerate(labelled.articles)
            if article[2] == language
        }
        shelf, row = Shelf(language, method), {place: row for row, place in enumerate(told)}
        shelf.count([*told.values()])
        units = shelf.read([*told.values()]).units
        pairs = [pair for pair, (a, *_) in enumerate(labelled.labels) if a in row]
        ones, others = ([row[labelled.labels[pair][side]] for pair in pairs] for side in (0, 1))
        for pair, height in zip(
            pairs, units[ones].multiply(units[others]).sum(axis=1), strict=True
        ):
            near[pair] = float(height)
    return near


def _placed(labelled: Labelled, method: Method, places: Sequence[int]) -> list[int]:
    """The story of each of these articles, arriving in this order."""
    memory = Memory(_DAY, method)
    told = [_weighed(labelled.articles[place], place, _reading(method)) for place in places]
    return [
        placement.story
        for start in range(0, len(told), AT_ONCE)
        for placement in memory.place(told[start : start + AT_ONCE])
    ]


def _reading(method: Method) -> Method:
    """The method as far as reading an article goes: what differs only later is read once."""
    return Method(
        title_weight=method.title_weight,
        name_weight=method.name_weight,
        name_weight_in_titles=method.name_weight_in_titles,
        background_weight=method.background_weight,
        forms=method.forms,
        beginnings=method.beginnings,
        beginnings_in_titles=method.beginnings_in_titles,
        places_by_sound=method.places_by_sound,
    )


@cache
def _weighed(told: Told, number: int, method: Method) -> Weighed:
    title, text, language, at = told
    return weighed(number, title, text, language, at, method)


def b_cubed(gold: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """F1 of B-cubed precision and recall."""
    golden, placed = defaultdict(set), defaultdict(set)
    for item, (story, place) in enumerate(zip(gold, found, strict=True)):
        golden[story].add(item)
        placed[place].add(item)
    precision = recall = 0.0
    for story, place in zip(gold, found, strict=True):
        both = len(golden[story] & placed[place])
        precision += both / len(placed[place])
        recall += both / len(golden[story])
    return 2 * precision * recall / (precision + recall) / len(gold)
