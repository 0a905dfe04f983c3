"""How well articles become events and get their topics: ``python -m tests.benchmarks.stories``.

Grouping is scored by B-cubed F1 over the incremental method that runs live, at its own thresholds;
pairs by F1, the threshold picked on one fold and scored on the other. The sets lie outside the
repository (``DATA``, else ``../shared/data``); the labelled topics lie in ``tests/stories``.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digests.stories.matching import Frequencies, Vector, likeness, weigh
from digests.stories.memory import Memory, Weighed, weighed
from digests.stories.tagging import load_topics
from tests.benchmarks import figure
from tests.stories.labelled import macro, paired, scores, texts
from tests.stories.labelled import pairs as labelled_pairs

DATA = Path(os.environ.get("DATA", Path(__file__).parents[3] / "shared" / "data")) / "stories"
AIMS = {"ecbplus": 0.94, "uci": 0.85, "pairs": 0.88, "slugs": 0.88}
ORDERS = 5
"""ECB+ has no times: its figure is the mean over so many orders of arrival."""

_DAY = datetime(2020, 1, 1, tzinfo=UTC)


def rows(name: str) -> list[dict[str, Any]]:
    """One set."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").open(encoding="utf-8")]


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


def grouped(articles: Sequence[Weighed]) -> list[int]:
    """The story of each article, placed in this order."""
    return [placement.story for placement in Memory(_DAY).place(articles)]


def folds(keys: Sequence[str]) -> tuple[list[int], list[int]]:
    """Two halves by key, so that no story is torn between them."""
    ordered = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    halves: tuple[list[int], list[int]] = ([], [])
    for item, key in enumerate(keys):
        halves[ordered[key] % 2].append(item)
    return halves


def ecbplus() -> Iterator[float]:
    """Both folds, then all."""
    read = rows("ecbplus")
    keys = [row["topic"] for row in read]
    for chosen in (*folds(keys), list(range(len(read)))):
        total = 0.0
        for order in range(ORDERS):
            mixed = random.Random(order).sample(chosen, len(chosen))
            articles = [_ecb_article(i, read[i]) for i in mixed]
            total += b_cubed([read[i]["story"] for i in mixed], grouped(articles))
        yield total / ORDERS


def _ecb_article(number: int, row: dict[str, Any]) -> Weighed:
    # Half of the texts begin with their address; a live article has that elsewhere.
    told = [sentence for sentence in row["sentences"] if not sentence.startswith("http")]
    return weighed(number, told[0], " ".join(told[1:]), "en", _DAY)


def uci() -> Iterator[float]:
    """Both folds, then all."""
    read = sorted(rows("uci"), key=lambda row: row["ts"])
    keys = [row["story"] for row in read]
    for chosen in (*folds(keys), list(range(len(read)))):
        articles = [
            weighed(i, read[i]["title"], "", "en", datetime.fromtimestamp(read[i]["ts"], UTC))
            for i in chosen
        ]
        yield b_cubed([keys[i] for i in chosen], grouped(articles))


Scored = list[tuple[float, bool]]


def pairs() -> Scored:
    """The likeness of each pair, and whether it is the same event."""
    return _likenesses(
        rows("pairs"),
        lambda row, side: weigh(row[f"{side}_title"], row[f"{side}_text"], row["lang"]),
    )


def slugs() -> Scored:
    """The likeness of each pair of headlines, and whether it is the same event."""
    return _likenesses(rows("slugs"), lambda row, side: weigh(row[side], "", ""))


def _likenesses(
    read: Sequence[dict[str, Any]], words_of: Callable[[dict[str, Any], str], dict[str, float]]
) -> Scored:
    both = [(words_of(row, "a"), words_of(row, "b")) for row in read]
    frequencies = Frequencies()
    for words in {id(words): words for pair in both for words in pair}.values():
        frequencies.add(words)
    vectors: list[tuple[Vector, Vector]] = [
        (frequencies.vector(a), frequencies.vector(b)) for a, b in both
    ]
    return [
        (likeness(a, b), row["label"] == "OK") for (a, b), row in zip(vectors, read, strict=True)
    ]


def f1(scored: Scored, least: float) -> float:
    """F1 of "same event" where likeness reaches ``least``."""
    right = sum(same for score, same in scored if score >= least)
    named = sum(score >= least for score, _ in scored)
    real = sum(same for _, same in scored)
    return 2 * right / (named + real) if named + real else 0.0


def two_fold(scored: Scored) -> Iterator[float]:
    """Each half at the threshold that is best on the other."""
    halves = scored[::2], scored[1::2]
    for tuned, judged in (halves, halves[::-1]):
        best = max((step / 200 for step in range(1, 120)), key=lambda least: f1(tuned, least))
        yield f1(judged, best)


def speed() -> float:
    """Articles weighed, tagged and placed a second, on one core."""
    read = rows("ecbplus") * 5
    topics = load_topics()
    topics.tag("warm", "warm", "en")
    start = time.process_time()
    memory = Memory(_DAY)
    for begin in range(0, len(read), 500):
        batch = []
        for number, row in enumerate(read[begin : begin + 500], begin):
            title, told = row["sentences"][0], " ".join(row["sentences"][1:])
            topics.tag(title, told, "en")
            batch.append(weighed(number, title, told, "en", _DAY))
        memory.place(batch)
    return len(read) / (time.process_time() - start)


def topic_table() -> None:
    """Precision and recall of every topic on both halves of the labelled texts."""
    topics = load_topics()
    tuned, judged = (scores(topics, texts(half)) for half in ("tune", "test"))
    print(f"{'topic':14} {'tuning half P   R':>18}    {'test half P   R':>18}")
    for topic in topics.names:
        a, b = tuned[topic], judged[topic]
        print(f"{topic:14} {a[0]:13.2f} {a[1]:5.2f}   {b[0]:15.2f} {b[1]:5.2f}")
    for name, half in (("tuning", tuned), ("test", judged)):
        precision, recall = macro(half)
        figure(f"topics, {name} half: macro precision", round(precision, 3))
        figure(f"topics, {name} half: macro recall", round(recall, 3))


def across_table() -> None:
    """Precision, recall and F1 of "same event" over the labelled English-Ukrainian pairs."""
    for name, half in (("tuning", "tune"), ("test", "test")):
        precision, recall, both = paired(labelled_pairs(half))
        figure(f"across languages, {name} half: precision", round(precision, 3))
        figure(f"across languages, {name} half: recall", round(recall, 3))
        figure(f"across languages, {name} half: F1", round(both, 3))


def main() -> int:
    """Prints every figure beside its aim."""
    topic_table()
    across_table()
    if not DATA.is_dir():
        print(f"no sets in {DATA}: name their folder in DATA")
        return 0
    for name, figures in (("ecbplus", ecbplus()), ("uci", uci())):
        one, other, whole = figures
        print(f"{name:8} folds {one:.3f} {other:.3f}")
        figure(f"{name}: B-cubed F1", round(whole, 3), f"aim {AIMS[name]}")
    for name, scored in (("pairs", pairs()), ("slugs", slugs())):
        one, other = two_fold(scored)
        print(f"{name:8} folds {one:.3f} {other:.3f}")
        figure(f"{name}: F1", round((one + other) / 2, 3), f"aim {AIMS[name]}")
    pace = speed()
    figure("tagged and placed", round(pace), ">= 1000 articles/s", "articles/s", ok=pace >= 1000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
