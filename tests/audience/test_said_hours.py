"""Quiet hours as people write them."""

from __future__ import annotations

import pytest

from digests.audience.said_hours import read_hours
from digests.errors import UnreadableTime

NIGHT = (23 * 60, 7 * 60)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("23:00-07:00", NIGHT),
        ("23-7", NIGHT),
        ("23 7", NIGHT),
        ("23:00 – 07:00", NIGHT),
        ("2300-0700", NIGHT),
        ("from 11pm to 7am", NIGHT),
        ("11 pm - 7 am", NIGHT),
        ("з 23 до 7", NIGHT),
        ("від 22:30 до 6.45", (22 * 60 + 30, 6 * 60 + 45)),
        ("13:00-14:00", (780, 840)),
        ("midnight 7", (0, 420)),
        ("off", None),
        ("вимкнути", None),
    ],
)
def test_hours_are_read_as_they_are_said(said: str, meant: tuple[int, int] | None) -> None:
    assert read_hours(said) == meant


@pytest.mark.parametrize(
    ("said", "not_understood"),
    [
        ("23:00", "23:00"),
        ("7-7", "7-7"),
        ("23-25", "25"),
        ("at night", "night"),
        ("1 2 3", "1 2 3"),
        ("", ""),
    ],
)
def test_what_is_no_two_times_is_named(said: str, not_understood: str) -> None:
    with pytest.raises(UnreadableTime) as refusal:
        read_hours(said)
    assert refusal.value.said == not_understood
