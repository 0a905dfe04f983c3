"""Across languages: an English and a Ukrainian report of one event share a story, others do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digests.stories.memory import Memory, weighed
from tests.stories.labelled import paired, pairs

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

GRID = (
    "en",
    "Drones hit substation in Kharkiv region",
    "Power was cut to 120,000 homes by drones.",
)
GRID_UK = (
    "uk",
    "Дрони влучили в підстанцію на Харківщині",
    "Без світла 120 тисяч осель, кажуть у області.",
)
GRID_LATER_UK = (
    "uk",
    "Дрони влучили в підстанцію на Харківщині",
    "Без світла 35 тисяч осель, кажуть у області.",
)
GRID_SUMY_UK = (
    "uk",
    "Дрони влучили в підстанцію на Сумщині",
    "Без світла 120 тисяч осель, кажуть у області.",
)
GRID_UPDATE_UK = (
    "uk",
    "На Харківщині повертають світло після удару по підстанції",
    "Дрони знеструмили 120 тисяч осель.",
)
METRO_UK = (
    "uk",
    "У Харкові метро лишається безкоштовним",
    "Рішення ухвалила міська рада Харкова.",
)


def placed(*reports: tuple[tuple[str, str, str], float]) -> list[int]:
    """The story of each report, every one arriving by itself, so many hours from the first."""
    memory = Memory(AT)
    return [
        memory.place([weighed(number, title, text, code, AT + timedelta(hours=hours))])[0].story
        for number, ((code, title, text), hours) in enumerate(reports)
    ]


def test_one_event_is_one_story_in_both_languages() -> None:
    assert placed((GRID, 0), (GRID_UK, 1), (GRID_UPDATE_UK, 5)) == [0, 0, 0]
    assert placed((GRID_UK, 0), (GRID, 1)) == [0, 0]


@pytest.mark.parametrize("other", [GRID_SUMY_UK, METRO_UK])
def test_another_place_or_another_matter_is_another_story(other: tuple[str, str, str]) -> None:
    assert placed((GRID, 0), (other, 1)) == [0, 1]


def test_the_next_days_bulletin_with_other_numbers_is_another_story() -> None:
    assert placed((GRID, 0), (GRID_LATER_UK, 40)) == [0, 1]


def test_a_language_that_joins_late_keeps_no_story_open() -> None:
    assert placed((GRID, 0), (GRID_UK, 10), (GRID_UPDATE_UK, 73)) == [0, 0, 1]


@pytest.mark.parametrize(
    ("half", "precision", "recall"), [("tune", 0.93, 0.83), ("test", 0.91, 0.84)]
)
def test_labelled_pairs_meet_and_like_ones_do_not(
    half: str, precision: float, recall: float
) -> None:
    rows = pairs(half)
    assert len(rows) >= 100
    found, told, _ = paired(rows)
    assert found >= precision
    assert told >= recall
