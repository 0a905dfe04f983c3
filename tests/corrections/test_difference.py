"""What we said before and say no more."""

from __future__ import annotations

import pytest

from digests.corrections.difference import dropped


@pytest.mark.parametrize(
    ("was", "now", "gone"),
    [
        ("A depot burns. Two are hurt.", "A depot burns. Nobody is hurt.", "Two are hurt."),
        ("Depot hit\nIt burns.", "Warehouse hit\nIt burns.", "Depot hit"),
        ("Depot hit\nTwo are hurt.", "Warehouse hit", "Depot hit. Two are hurt."),
        ("A depot burns.", "A  DEPOT burns", ""),
        ("A depot burns.", "A depot burns. More follows.", ""),
        ("Склад горить. Є поранені.", "Склад горить.", "Є поранені."),
    ],
)
def test_only_what_is_said_no_more_is_quoted(was: str, now: str, gone: str) -> None:
    assert dropped(was, now) == gone


def test_a_long_quotation_ends_at_a_word() -> None:
    quoted = dropped("word " * 200, "other", most=50)
    assert len(quoted) <= 50
    assert quoted.endswith("word…")
