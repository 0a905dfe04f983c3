"""Which characters bytes are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.intake.decoding import decoded

UKRAINIAN = "Президент підписав угоду про обмін полоненими, повідомили в четвер у Києві"
FRENCH = "Le président a été reçu à l'Élysée, où les négociations ont repris"


def declared(encoding: str, words: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><a>{words}</a>'


@pytest.mark.parametrize(
    ("body", "charset", "words"),
    [
        (declared("utf-8", UKRAINIAN).encode(), None, UKRAINIAN),
        (declared("windows-1251", UKRAINIAN).encode("cp1251"), None, UKRAINIAN),
        (declared("KOI8-U", UKRAINIAN).encode("koi8-u"), None, UKRAINIAN),
        (declared("iso-8859-1", "10 €").encode("cp1252"), None, "10 €"),
        (declared("utf-16", UKRAINIAN).encode("utf-16"), None, UKRAINIAN),
        (declared("utf-16", UKRAINIAN).encode("utf-16-le"), None, UKRAINIAN),
        (declared("utf-16", UKRAINIAN).encode("utf-16-be"), None, UKRAINIAN),
        (declared("utf-32", UKRAINIAN).encode("utf-32"), None, UKRAINIAN),
        (declared("utf-8", UKRAINIAN).encode("utf-8-sig"), None, UKRAINIAN),
        (declared("iso-8859-1", UKRAINIAN).encode(), None, UKRAINIAN),
        (declared("utf-8", UKRAINIAN).encode("cp1251"), None, UKRAINIAN),
        (f"<a>{UKRAINIAN}</a>".encode("cp1251"), "windows-1251", UKRAINIAN),
        (f"<a>{UKRAINIAN}</a>".encode("cp1251"), None, UKRAINIAN),
        (f"<a>{UKRAINIAN}</a>".encode("koi8-u"), None, UKRAINIAN),
        (f"<a>{FRENCH}</a>".encode("latin-1"), None, FRENCH),
        (declared("no-such-thing", FRENCH).encode("latin-1"), None, FRENCH),
        (declared("unicode_escape", "a\\u0041").encode(), None, "a\\u0041"),
        (f'<meta charset="koi8-u">{UKRAINIAN}'.encode("koi8-u"), None, UKRAINIAN),
        (declared("shift_jis", "停戦").encode("cp932"), None, "停戦"),
        (declared("gb2312", "停火").encode("gb18030"), None, "停火"),
        (declared("iso-2022-jp", "停戦").encode("iso-2022-jp"), None, "停戦"),
    ],
)
def test_words_are_read_whatever_the_label_says(
    body: bytes, charset: str | None, words: str
) -> None:
    assert words in decoded(body, charset)


def test_a_broken_character_does_not_spoil_the_others() -> None:
    body = (UKRAINIAN * 5).encode() + b"\xd0" + b" end"
    assert decoded(body).startswith(UKRAINIAN)
    assert decoded(body).endswith(" end")


@given(st.binary(max_size=300), st.none() | st.text(max_size=20))
def test_no_bytes_and_no_label_make_it_raise(body: bytes, charset: str | None) -> None:
    decoded(body, charset)
