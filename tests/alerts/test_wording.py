"""What an editor typed, made fit for an alert."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.alerts.wording import MOST, arranged, body, headline, tidied
from digests.errors import Incomplete, TooLong


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Strike   on a depot ", "Strike on a depot"),
        ("Strike\r\n\r\n\r\n\r\nIt burns.", "Strike\n\nIt burns."),
        ("Strike\u2028It burns.", "Strike\nIt burns."),
        ("Strike\x00 on\x07 it", "Strike on it"),
        ("Лунають вибухи 💥 у Харкові", "Лунають вибухи 💥 у Харкові"),
        ("<b>Strike</b> & more", "<b>Strike</b> & more"),
    ],
)
def test_blanks_and_controls_go_words_stay(typed: str, kept: str) -> None:
    assert arranged(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\n\n", "\x00\x01", "!!! ...", "💥"])
def test_a_text_without_words_is_refused(typed: str) -> None:
    with pytest.raises(Incomplete) as refusal:
        arranged(typed)
    assert refusal.value.missing == "text"


def test_the_limit_is_kept_to_the_character() -> None:
    assert len(arranged("a" * MOST)) == MOST
    with pytest.raises(TooLong) as refusal:
        arranged("a" * (MOST + 1))
    assert refusal.value.most == MOST


def test_a_long_paragraph_gets_its_first_sentence_as_headline() -> None:
    text = arranged("Strike on a depot. " + "It burns and burns. " * 20)
    assert headline(text) == "Strike on a depot"
    assert body(text).startswith("It burns")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Strike on a depot. It burns.", "Strike on a depot\nIt burns."),
        ("Strike on a depot? Nobody knows.", "Strike on a depot?\nNobody knows."),
        ("Gen. Smith speaks of U.S. troops. They stay.", "Gen. Smith speaks of U.S. troops\nThey stay."),
        ("Breaking! Strike on a depot. It burns.", "Breaking! Strike on a depot\nIt burns."),
        ("Удар по складу в м. Харків. Горить.", "Удар по складу в м. Харків\nГорить."),
        ("Strike on a depot.", "Strike on a depot."),
    ],
)  # fmt: skip
def test_what_came_in_one_line_gets_its_first_sentence_as_headline(typed: str, kept: str) -> None:
    assert arranged(typed) == kept


def test_a_note_stays_in_one_piece() -> None:
    assert tidied(" It was  wrong. We are sorry. ") == "It was wrong. We are sorry."


def test_a_short_first_line_is_the_headline_as_it_stands() -> None:
    text = arranged("Strike. Fire.\nIt burns.")
    assert (headline(text), body(text)) == ("Strike. Fire.", "It burns.")


@given(st.text(max_size=400))
def test_arranging_twice_is_arranging_once(typed: str) -> None:
    try:
        once = arranged(typed)
    except (Incomplete, TooLong):
        return
    assert arranged(once) == once
    once.encode()
