"""Severity: how loudly a story may knock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digests.stories.severity import severity
from digests.vocabulary import Severity, Standing

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def hours(*after: float) -> list[datetime]:
    return [AT + timedelta(hours=hour) for hour in after]


@pytest.mark.parametrize(
    ("told", "topics", "reported", "expected"),
    [
        ("A festival opens", ["ukraine"], hours(0, 1, 2), Severity.ROUTINE),
        ("Bombs kill three", ["strikes"], hours(0), Severity.ROUTINE),
        ("Bombs kill three", ["strikes"], hours(0, 1, 5), Severity.PRIORITY),
        ("Bombs kill three", ["strikes"], hours(0, 7, 14), Severity.ROUTINE),
        ("Power cut to 120,000 homes", ["energy"], hours(0, 1, 2), Severity.PRIORITY),
        ("Power cut to 120,000 homes, no casualties", ["energy"], hours(0), Severity.ROUTINE),
        ("Троє загиблих від удару", ["strikes"], hours(0, 1, 2), Severity.PRIORITY),
        ("Ceasefire takes effect at noon", ["diplomacy"], hours(0, 1, 1), Severity.FLASH),
        ("Ceasefire takes effect at noon", ["diplomacy"], hours(0, 3, 6), Severity.ROUTINE),
    ],
)
def test_severity_follows_from_topic_harm_reach_and_uptake(
    told: str, topics: list[str], reported: list[datetime], expected: Severity
) -> None:
    assert severity(told, topics, Standing.CONFIRMED, reported) is expected


def test_what_is_not_confirmed_is_never_flash() -> None:
    told = "Ceasefire takes effect at noon"
    for standing in (Standing.DEVELOPING, Standing.DISPUTED):
        assert severity(told, [], standing, hours(0, 0, 0)) is not Severity.FLASH
