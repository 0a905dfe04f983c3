"""What a publisher sent becomes plain text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digests.intake.clean import LONGEST_TITLE, body_of, first_sentence, text_of, title_of

MARKUP = re.compile(r"<[a-zA-Z/!?]")
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("AT&amp;T &amp;amp; others", "AT&T & others"),
        ("a &lt;b&gt;bold&lt;/b&gt; claim", "a bold claim"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("Talks<script>alert(1)</script> resume<style>p{}</style>", "Talks resume"),
        ("<img src='http://count.example/1.gif' width=1 height=1>Quiet night", "Quiet night"),
        ("one <a href='javascript:x()'>two</a> three", "one two three"),
        ("\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"),
        ("So\u00adft hy\u200bphen", "Soft hyphen"),
        ("a\x00b\x1bc\x9fd", "abcd"),
        ("non\u00a0breaking &nbsp; space", "non breaking space"),
        ("<![CDATA[raw]]>", ""),
        ("е\u0308", "ё"),
        ("\u05e9\u05dc\u05d5\u05dd \u200f(1)", "\u05e9\u05dc\u05d5\u05dd \u200f(1)"),
        (None, ""),
    ],
)
def test_markup_becomes_plain_text(markup: str | None, plain: str) -> None:
    assert text_of(markup) == plain


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<p>News.</p><p>The post <a>News</a> appeared first on <a>Site</a>.</p>", "News."),
        ("<p>News.</p><p><a href=x>Read more</a></p>", "News."),
        ("<p>Новина.</p><p>Читати далі...</p>", "Новина."),
        ("<p>Новина.</p><p>Читайте також: Інша новина</p>", "Новина."),
        ("<p>Talks went on [&#8230;]</p>", "Talks went on…"),
        ("<p>Talks went on... Continue reading</p>", "Talks went on…"),
        ("<p>News.</p><ul><li>Share</li><li>Tweet</li></ul>", "News."),
        ("<p>News.</p><p>Follow us on Telegram</p>", "News."),
        ("<p>They share a border.</p>", "They share a border."),
        ("<p>Read more books, the minister said.</p>", "Read more books, the minister said."),
        ("<p>More troops were sent.</p>", "More troops were sent."),
    ],
)
def test_the_furniture_around_a_text_goes_and_its_sentences_stay(markup: str, plain: str) -> None:
    assert body_of(markup) == plain


def test_a_title_is_one_line_and_bounded() -> None:
    assert title_of("<b>Two\nlines</b>") == "Two lines"
    assert len(title_of("word " * 10_000)) <= LONGEST_TITLE
    assert title_of("<b>" * 10_000) == ""
    assert title_of("x" * 10_000).endswith("…")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Shells fell on the port. Nobody was hurt.", "Shells fell on the port."),
        ("Президент України заявив: «Ні.» Переговори тривають.", "Президент України заявив: «Ні.»"),
        ("No end here", "No end here"),
        ("Gen. Smith spoke to the press. It rained.", "Gen. Smith spoke to the press."),
        ("One line\nAnother", "One line"),
        ("", ""),
    ],
)
def test_a_first_sentence_stands_for_a_missing_title(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


_NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from(list("<>&;/!?[]-='\"#xp\u202e\u2066\x00\ud800")))
)


@given(_NASTY)
@example("<<b>b>x<</b>/b>")
@example("&amp;amp;amp;amp;amp;lt;b&gt;")
@example("<" * 50 + "a")
@example("&#x202e;evil&#0;")
@example("<math><mtext></mtext><style><img src=x>")
def test_no_text_raises_and_none_keeps_markup_or_harmful_characters(markup: str) -> None:
    for plain in (text_of(markup), body_of(markup), title_of(markup)):
        assert not MARKUP.search(plain)
        assert not HARMFUL.search(plain)
        plain.encode("utf-8")


@given(st.text(max_size=300))
def test_cleaning_again_changes_nothing_that_is_seen(markup: str) -> None:
    once = text_of(markup)
    assert text_of(once).replace("\n", " ").split() == once.split() or "&" in once or "<" in once
