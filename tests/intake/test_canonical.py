"""One spelling for all addresses of the same page."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digests.intake.canonical import canonical, web_address

SAME = [
    "https://news.example/world/1",
    "http://news.example/world/1",
    "HTTPS://News.Example:443/world/1/",
    "https://www.news.example/world/1#comments",
    "https://m.news.example/world/1",
    "https://amp.news.example/world/1/amp/",
    "https://news.example/world/1?utm_source=rss&utm_medium=feed",
    "https://news.example/world/1?fbclid=abc&gclid=1",
    "https://news.example/world/1?ref=rss",
    "https://news.example./world/%31",
    " https://news.example/world/1\n",
    "https://reader:secret@news.example/world/1",
]


@pytest.mark.parametrize("url", SAME)
def test_spellings_of_one_page_meet(url: str) -> None:
    assert canonical(url) == "https://news.example/world/1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/world/1", "https://news.example/world/2"),
        ("https://news.example/?p=1", "https://news.example/?p=2"),
        ("https://news.example/a?ref=17", "https://news.example/a?ref=18"),
        ("https://news.example/World", "https://news.example/world"),
        ("https://news.example:8443/a", "https://news.example/a"),
        ("https://uk.news.example/a", "https://news.example/a"),
        ("https://m.com/a", "https://com/a"),
        ("https://news.example/#!/a", "https://news.example/#!/b"),
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_the_order_of_a_query_is_no_difference() -> None:
    assert canonical("https://a.example/x?b=2&a=1") == canonical("https://a.example/x?a=1&b=2")


@pytest.mark.parametrize(
    "url",
    ["", "   ", "javascript:alert(1)", "ftp://a.example/x", "mailto:a@b.example", "urn:uuid:1",
     "http://", "http:///x", "https://[half", "https://a.example:99999/", "https://a b/",
     "https://a.example/" + "x" * 5000, "at://did:plc:x/post", "//", "https://%41.example/"],
)  # fmt: skip
def test_what_is_no_web_address_is_none(url: str) -> None:
    assert canonical(url) is None
    assert web_address(url) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("post/1", "https://site.example/feeds/post/1"),
        ("/post/1", "https://site.example/post/1"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("?p=1", "https://site.example/feeds/all.xml?p=1"),
        ("https://новини.укр/й", "https://xn--b1amarcd.xn--j1amh/%D0%B9"),
    ],
)
def test_relative_addresses_resolve_and_come_out_in_ascii(said: str, expected: str) -> None:
    assert web_address(said, "https://site.example/feeds/all.xml") == expected


_HOSTS = st.sampled_from(["a.example", "www.m.a.example", "AMP.a.example", "пошта.укр", "[::1]"])
_PIECES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.builds("https://{}/{}?{}#{}".format, _HOSTS, _PIECES, _PIECES, _PIECES))
@example("https://a.example/amp/.amp/amp")
@example("https://www.www.a.example//")
@example("https://a.example/%2541")
def test_canonical_of_canonical_is_itself(url: str) -> None:
    once = canonical(url)
    assert once is None or canonical(once) == once


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(url: str) -> None:
    canonical(url)
    address = web_address(url, "https://a.example/")
    assert address is None or address.isascii()
