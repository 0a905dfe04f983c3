"""The sample week: what every newcomer reads first."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import bot.sandbox
from digests.stories.language import language_of
from digests.stories.lead import lead
from digests.stories.memory import Memory, weighed
from digests.stories.tagging import load_topics

WEEK = Path(bot.sandbox.__file__).with_name("week.jsonl")
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in WEEK.read_text(encoding="utf-8").splitlines()
]
TOPICS = load_topics()


def tags(row: dict[str, Any]) -> set[str]:
    return {tag.topic for tag in TOPICS.tag(row["title"], row["text"], row["language"])}


def event(row: dict[str, Any]) -> str:
    return str(row["url"].split("/sample/")[1].split("-")[0])


def test_a_week_in_two_languages_by_several_sources() -> None:
    assert 120 <= len(ROWS) <= 160
    assert Counter(row["language"] for row in ROWS).keys() == {"en", "uk"}
    assert len({row["source"] for row in ROWS}) >= 8
    assert len({row["url"] for row in ROWS}) == len(ROWS)
    assert max(row["minutes_ago"] for row in ROWS) <= 7 * 24 * 60
    assert sum(row["minutes_ago"] < 24 * 60 for row in ROWS) >= 40


def test_every_sample_says_that_it_is_one() -> None:
    for row in ROWS:
        assert row["url"].split("/")[2].endswith(".example.org")
        assert "(sample)" in row["source"] or "(зразок)" in row["source"]
        assert "sample article" in row["text"] or "зразок статті" in row["text"]


def test_every_sample_is_in_the_language_it_names_and_has_a_whole_lead() -> None:
    for row in ROWS:
        assert language_of(row["text"]) == row["language"]
        told = lead(row["title"], row["summary"], row["text"])
        assert told.endswith((".", "»", "”"))
        assert "sample" not in told


def test_every_topic_has_samples_and_every_sample_a_topic() -> None:
    found = Counter(topic for row in ROWS for topic in tags(row))
    assert set(found) == set(TOPICS.names)
    assert all(tags(row) for row in ROWS)


def test_the_visit_to_seoul_is_among_them() -> None:
    (row,) = (row for row in ROWS if row["title"].startswith("Kyiv to ask Seoul"))
    assert {"diplomacy", "weapons", "koreas"} <= tags(row)
    assert "energy" not in tags(row)


SAME = {
    "28": "02", "29": "01", "30": "05", "37": "06", "38": "10", "41": "09", "42": "13", "45": "17",
    "46": "14", "50": "08",
}  # fmt: skip
"""Events that the week tells in Ukrainian too, by their English number."""


@pytest.mark.parametrize("portion", [1, 10, len(ROWS)])
def test_the_week_groups_into_its_events_in_both_languages(portion: int) -> None:
    """Every story holds one event, however the articles come; few events are torn."""
    now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    memory = Memory(now - timedelta(days=8))
    articles = [
        weighed(
            number, row["title"], row["text"], row["language"],
            now - timedelta(minutes=row["minutes_ago"]),
        )
        for number, row in enumerate(ROWS)
    ]  # fmt: skip
    articles.sort(key=lambda article: article.at)
    stories = defaultdict(set)
    languages = defaultdict(set)
    for start in range(0, len(articles), portion):
        for placement in memory.place(articles[start : start + portion]):
            row = ROWS[placement.article]
            stories[placement.story].add(SAME.get(event(row), event(row)))
            languages[placement.story].add(row["language"])
    assert [found for found in stories.values() if len(found) > 1] == []
    assert len(stories) <= 1.4 * len({SAME.get(event(row), event(row)) for row in ROWS})
    assert sum(len(told) == 2 for told in languages.values()) >= 0.9 * len(SAME)


def test_no_sample_names_a_weekday_that_will_be_wrong_tomorrow() -> None:
    named = re.compile(
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|понеділ|вівтор|серед[уи]|четвер\b|п'ятниц|субот|неділ",
        re.IGNORECASE,
    )
    assert [row["title"] for row in ROWS if named.search(row["title"] + row["text"])] == []
