"""How people name the language they want to be spoken to in."""

from __future__ import annotations

import pytest

from digests.audience.said_language import nearest_language, read_language
from digests.vocabulary import Language

UK, EN = Language.UKRAINIAN, Language.ENGLISH


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("uk", UK),
        ("UA", UK),
        ("uk-UA", UK),
        ("Українська.", UK),
        ("«українською»", UK),
        ("in Ukrainian", UK),
        ("на українську", UK),
        ("en_US", EN),
        ("English", EN),
        ("англійська", EN),
        ("", None),
        ("de", None),
        ("uk en", None),
        ("Ukranian", None),
    ],
)
def test_a_language_is_read_by_any_of_its_names(said: str, language: Language | None) -> None:
    assert read_language(said) is language


@pytest.mark.parametrize(
    ("said", "language"),
    [("ukranian", UK), ("українска", UK), ("englsh", EN), ("англійська мва", EN), ("fr", None)],
)
def test_a_slip_of_the_pen_leads_to_the_nearest(said: str, language: Language | None) -> None:
    assert nearest_language(said) is language
