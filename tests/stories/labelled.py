"""The labelled texts and pairs, and how tagging and grouping are scored on them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digests.stories.memory import Memory, weighed
from digests.stories.tagging import Topics

LABELLED = Path(__file__).with_name("labelled_topics.jsonl")


def texts(half: str) -> list[dict[str, Any]]:
    """The texts of the tuning half ("tune") or of the half set aside ("test")."""
    with LABELLED.open(encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["half"] == half]


def scores(topics: Topics, rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """Precision and recall of every topic."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for row in rows:
        tags = {tag.topic for tag in topics.tag(row["title"], row["text"], row["lang"])}
        right.update(tags & set(row["topics"]))
        found.update(tags)
        wanted.update(row["topics"])
    return {
        topic: (right[topic] / max(1, found[topic]), right[topic] / max(1, wanted[topic]))
        for topic in topics.names
    }


def macro(scored: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Mean precision and mean recall over the topics."""
    return (
        sum(precision for precision, _ in scored.values()) / len(scored),
        sum(recall for _, recall in scored.values()) / len(scored),
    )


PAIRS = Path(__file__).with_name("labelled_pairs.jsonl")
BEGINS = datetime(2026, 11, 20, tzinfo=UTC)


def pairs(half: str) -> list[dict[str, Any]]:
    """Pairs of an English and a Ukrainian report, of one event or of two like ones."""
    with PAIRS.open(encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["half"] == half]


def paired(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of "same event", all reports arriving one by one in their order."""
    reports = {(code, row[code]["title"]): row[code] for row in rows for code in ("en", "uk")}
    arriving = sorted(reports.items(), key=lambda item: (item[1]["hour"], item[0]))
    memory, stories = Memory(BEGINS), {}
    for number, ((code, title), report) in enumerate(arriving):
        at = BEGINS + timedelta(hours=report["hour"])
        (placement,) = memory.place([weighed(number, title, report["text"], code, at)])
        stories[code, title] = placement.story
    merged = [stories["en", r["en"]["title"]] == stories["uk", r["uk"]["title"]] for r in rows]
    right = sum(one and row["same"] for one, row in zip(merged, rows, strict=True))
    precision = right / max(1, sum(merged))
    recall = right / sum(row["same"] for row in rows)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
