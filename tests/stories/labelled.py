"""The labelled texts, and how tagging is scored on them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

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
