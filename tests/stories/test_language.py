"""The language of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.stories.language import language_of


@pytest.mark.parametrize(
    ("text", "prior", "language"),
    [
        ("Уночі дрони влучили в підстанцію на Харківщині", None, "uk"),
        ("Ночью дроны попали в подстанцию, объявлена тревога", "uk", "ru"),
        ("Уночы дроны ўдарылі па падстанцыі, паведамілі ўлады", None, "be"),
        ("През нощта дронове удариха подстанция, съобщиха от щаба", None, "bg"),
        ("Харков под атакой дронов", "ru", "ru"),
        ("The power was cut to 40,000 homes", "uk", "en"),
        ("Die Regierung in Berlin hat am Montag weitere Hilfe zugesagt", None, "de"),
        ("Le gouvernement a annoncé une nouvelle aide militaire lundi", "en", "fr"),
        ("Kyiv, Lviv", "uk", "uk"),
        ("12:30 — 45%", "en", "en"),
        ("", None, None),
    ],
)
def test_a_language_is_told(text: str, prior: str | None, language: str | None) -> None:
    assert language_of(text, prior) == language


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    assert language_of(text, "uk")
