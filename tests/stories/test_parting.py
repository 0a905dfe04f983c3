"""Parting: reports of two events of a kind are told apart by what they name, those of one are not."""

from __future__ import annotations

import pytest

from digests.stories.matching import names_of
from digests.stories.parting import LEAST, parted

SHARED = "Two people were hurt when a tanker hit a bridge in California, the Coast Guard said."
HERE = [
    "Near Oakland the pilot Cota was tested.",
    "Cota steered for Oakland.",
    "Oakland port is shut, Cota said.",
]
THERE = [
    "Near Long Beach the captain Ruiz was tested.",
    "Ruiz left Long Beach.",
    "Long Beach is open, Ruiz said.",
]


def names(*told: str) -> list[dict[str, float]]:
    return [
        dict(names_of("Tanker hits bridge in California", f"{SHARED} {one}", "en")) for one in told
    ]


def test_two_events_of_a_kind_are_told_apart_by_what_they_name() -> None:
    assert parted(names(*HERE, *THERE)) == [False] * 3 + [True] * 3


def test_the_first_report_stands_in_the_first_camp() -> None:
    mixed = [told for pair in zip(THERE, HERE, strict=True) for told in pair]
    assert parted(names(*mixed)) == [False, True] * 3


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (HERE * 2, "one event"),
        ([""] * LEAST, "nothing but what all share"),
        ((HERE + THERE)[1:], "too few"),
        (HERE * 2 + THERE[:1], "one report is no camp"),
    ],
)  # fmt: skip
def test_a_story_stays_whole_where_camps_are_chance(told: list[str], why: str) -> None:
    assert parted(names(*told)) is None, why
