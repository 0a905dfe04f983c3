"""What comes from outside cannot disturb what stands around it."""

from __future__ import annotations

from unicodedata import bidirectional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.rendering.safe import clean, is_link, linked
from tests.rendering.tdlib import parsed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, in one piece", "plain, in one piece"),
        ("Київ: 5 об'єктів", "Київ: 5 об'єктів"),
        ("tab\tbell\x07null\x00", "tab bell null "),
        ("two\nlines", "two\nlines"),
        ("right-to-left \u202eedirrevo", "right-to-left edirrevo"),
        ("left open \u2067", "left open "),
        ("שלום", "\u2068שלום\u2069"),
        ("a שלום\nb", "\u2068a שלום\u2069\n\u2068b\u2069"),
        ("\ud800 lone", "  lone"),
        ("Z" + "\u0301" * 90, "Z" + "\u0301" * 4),
    ],
)
def test_control_characters_go_and_what_reads_right_to_left_is_isolated(
    text: str, shown: str
) -> None:
    assert clean(text) == shown


@given(st.text(st.characters(), max_size=80))
def test_whatever_the_text_it_is_utf8_and_every_isolate_is_closed_in_its_line(text: str) -> None:
    shown = clean(text)
    shown.encode()
    for line in shown.split("\n"):
        assert line.count("\u2068") == line.count("\u2069") <= 1
        if any(bidirectional(letter) in ("R", "AL", "AN") for letter in line):
            assert line.startswith("\u2068")
            assert line.endswith("\u2069")
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\x00\x01") & set(shown)


@pytest.mark.parametrize(
    ("url", "is_kept"),
    [
        ("https://example.org/a?b=1&c=%20", True),
        ("http://приклад.укр/новини", True),
        ("tg://user?id=1", True),
        ("mailto:a@example.org", True),
        ("javascript:alert(1)", False),
        ("ftp://example.org", False),
        ("http://localhost/x", False),
        ("https://", False),
        ("//example.org", False),
        ("http://[broken", False),
        ("https://example.org/a b", False),
        ("https://example.org/\n", False),
        ("https://example.org/" + "x" * 3000, False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_that_telegram_keeps_become_links(url: str | None, is_kept: bool) -> None:
    assert is_link(url) is is_kept
    link = linked("Read <b>", url)
    kinds = [kind for kind, _ in parsed(link).entities]
    assert kinds == ([] if not is_kept else ["MentionName" if "user?id" in str(url) else "TextUrl"])
    assert parsed(link).text == "Read <b>"


def test_an_address_cannot_break_out_of_its_attribute() -> None:
    link = linked("x", 'https://example.org/"><b>bold</b>')
    assert isinstance(link, Markup)
    assert [kind for kind, _ in parsed(link).entities] == ["TextUrl"]
