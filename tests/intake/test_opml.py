"""Lists of feeds as other readers exchange them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import NotAFeed, SourceError, TooLarge
from digests.intake.opml import LARGEST, Outline, read, write

LIST = """<?xml version="1.0"?><opml version="1.0"><body>
  <outline text="East"><outline text="Front" title="Front News" xmlUrl="https://a.example/feed"/>
    <outline xmlURL="https://b.example/feed?a=1&amp;b=2" language="uk"/></outline>
  <outline text="C" xmlUrl="https://c.example/feed"/><outline xmlUrl="https://a.example/feed"/>
</body></opml>"""


def test_feeds_come_with_their_folders_each_once() -> None:
    found = {outline.address: outline for outline in read(LIST.encode())}
    assert list(found) == [
        "https://a.example/feed", "https://b.example/feed?a=1&b=2", "https://c.example/feed",
    ]  # fmt: skip
    assert found["https://b.example/feed?a=1&b=2"] == Outline(
        "https://b.example/feed?a=1&b=2", "", "uk", "East"
    )
    assert found["https://c.example/feed"].folder is None


@pytest.mark.parametrize(
    "body",
    [b"", b"text", b"<rss/>", b"<opml>", b"<opml><body></opml>",
     b'<!DOCTYPE opml [<!ENTITY x "y">]><opml><body/></opml>',
     b'<?xml version="1.0" encoding="nonsense"?><opml/>'],
)  # fmt: skip
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read(body)


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(TooLarge):
        read(b"x" * (LARGEST + 1))


_WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(str.strip)
_OUTLINES = st.lists(
    st.builds(Outline, _WORDS.filter(bool), _WORDS, st.none() | st.just("uk")),
    unique_by=lambda outline: outline.address,
)


@given(_OUTLINES)
def test_what_is_written_is_read_again(outlines: list[Outline]) -> None:
    readable = [o for o in outlines if "\ufffe" not in repr(o) and "\uffff" not in repr(o)]
    assert read(write(readable)) == readable


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_named_error(body: bytes) -> None:
    with pytest.raises(SourceError):
        read(body)
