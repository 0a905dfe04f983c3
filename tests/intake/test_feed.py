"""The bytes of a feed become entries."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import NotAFeed, SourceError, TooLarge
from digests.intake.feed import parse
from digests.intake.markup import alternates
from tests.intake.conftest import item, rss

URL = "https://site.example/feeds/all.xml"
DATE = "<pubDate>Mon, 23 Nov 2026 08:00:00 +0200</pubDate>"


def test_an_item_comes_with_what_it_says() -> None:
    feed = parse(
        rss(
            item(
                "Port reopens",
                "/news/1",
                f"<guid isPermaLink='false'>n1</guid><description>Ships left.</description>{DATE}"
                "<enclosure url='/1.jpg' type='image/jpeg' length='1'/>",
            ),
            head="<title>Front</title><language>uk-UA</language><ttl>60</ttl>",
        ).encode(),
        url=URL,
    )
    (entry,) = feed.entries
    assert (feed.title, feed.language, feed.asks_for, feed.flaw) == (
        "Front", "uk-UA", timedelta(hours=1), None,
    )  # fmt: skip
    assert (entry.title, entry.url, entry.guid) == (
        "Port reopens", "https://site.example/news/1", "n1",
    )  # fmt: skip
    assert (entry.summary, entry.content) == ("Ships left.", "")
    assert entry.published_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert entry.image_url == "https://site.example/1.jpg"


@pytest.mark.parametrize(
    "body",
    [
        b"\n\n  " + rss(item("News")).encode(),
        b"\xef\xbb\xbf" + rss(item("News")).encode(),
        b"Notice: undefined index in /srv/feed.php\n" + rss(item("News")).encode(),
        b"<br />\n<b>Warning</b>: date() in <b>/srv</b>\n" + rss(item("News")).encode(),
        b"<!-- cached --> " + rss(item("News")).encode(),
        rss(item("News")).replace("<rss", "<!DOCTYPE rss [<!ENTITY x 'y'>]><rss").encode(),
        rss(item("News\x0b")).encode(),
        rss(item("News&#11;")).encode(),
        rss(item("News", more="<description>A & B &nbsp; &hellip;</description>")).encode(),
        rss(item("News", more="<x:y>undeclared</x:y>")).encode(),
        rss(item("News", more="<description><p>open")).encode(),
        rss(item("News")).encode()[:-20],
        rss(item("News")).encode("utf-16"),
    ],
)
def test_a_damaged_feed_still_gives_its_entry(body: bytes) -> None:
    (entry,) = parse(body, url=URL).entries
    assert entry.title.startswith("News")


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (rss(item("News")), None),
        (rss(item("A & B")), "not well-formed XML"),
        ("Warning: x\n" + rss(item("News")), "text before the feed"),
        (rss(item("News\x01")), "characters that XML does not allow"),
    ],
)
def test_what_was_wrong_is_said(body: str, flaw: str | None) -> None:
    assert parse(body.encode(), url=URL).flaw == flaw


def test_html_names_are_characters_also_without_a_document_type() -> None:
    feed = parse(rss(item("Caf&eacute;&nbsp;&mdash; R&amp;D")).encode(), url=URL)
    assert (feed.entries[0].title, feed.flaw) == ("Café\u00a0— R&D", None)


@pytest.mark.parametrize("declaration", ["<?xml version='1.0'?>", "<?xml version='1.0'?>\n", ""])
@pytest.mark.parametrize("spread", ["", "\n"])
def test_a_billion_laughs_stay_unlaughed(declaration: str, spread: str) -> None:
    laughs = spread.join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'ha'}'>" for n in range(10))
    body = rss(item("News &l9;")).removeprefix('<?xml version="1.0"?>')
    begun = time.process_time()
    feed = parse(f"{declaration}<!DOCTYPE rss [{spread}{laughs}]>{body}".encode(), url=URL)
    assert time.process_time() - begun < 1
    assert len(feed.entries[0].title) < 100


@pytest.mark.parametrize("spread", ["", "\n"])
@pytest.mark.parametrize(
    "entity",
    ["<!ENTITY x SYSTEM '{}'>", '<!ENTITY x PUBLIC "p" "{}">', "<!ENTITY % x SYSTEM '{}'> %x;"],
)
def test_external_references_are_never_followed(tmp_path: Path, entity: str, spread: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOPSECRET")
    declared = entity.format(secret.as_uri())
    body = rss(item("News &x;")).replace(
        "<rss", f"<!DOCTYPE rss [{spread}{declared}{spread}]>{spread}<rss"
    )
    feed = parse(body.encode(), url=URL)
    assert "TOPSECRET" not in repr(feed)
    assert feed.entries[0].title.startswith("News")


@pytest.mark.parametrize("spread", ["", "\n"])
def test_no_entity_that_a_feed_declares_is_expanded(spread: str) -> None:
    declared = f'<!DOCTYPE rss [{spread}<!ENTITY x "expanded">{spread}]>{spread}<rss'
    (entry,) = parse(rss(item("News &x;")).replace("<rss", declared).encode(), url=URL).entries
    assert entry.title.startswith("News")
    assert "expanded" not in entry.title


def test_a_name_is_never_taken_for_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(item("TOPSECRET")))
    with pytest.raises(NotAFeed):
        parse(str(secret).encode(), url=URL)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "empty"), ("  \n", "empty"), ("<!doctype html><html><body>Hi</body></html>", "page"),
        ("Not found", "no feed"), ("<note/>", "no feed"), ("{", "JSON"), ("[1]", "JSON"),
        ('{"error": "no"}', "JSON"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_named(body: str, reason: str) -> None:
    with pytest.raises(NotAFeed, match=reason):
        parse(body.encode(), url=URL)


def test_more_entries_than_anyone_reads_are_refused_before_parsing() -> None:
    with pytest.raises(TooLarge):
        parse(rss("<item/>" * 5_001).encode(), url=URL)


def test_long_broken_xml_is_refused_instead_of_being_repaired_for_minutes() -> None:
    begun = time.process_time()
    with pytest.raises(NotAFeed, match="too long"):
        parse(rss("<a>" * 1_200_000).encode(), url=URL)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ("<guid>https://a.example/g</guid>", "https://a.example/g"),
        ("<guid isPermaLink='false'>https://a.example/g</guid>", None),
        ("<link>javascript:alert(1)</link>", None),
        (
            "<link>https://count.example/1</link><f:origLink xmlns:f="
            "'http://rssnamespace.org/feedburner/ext/1.0'>https://a.example/1</f:origLink>",
            "https://a.example/1",
        ),
    ],
)
def test_the_address_is_the_articles_own_or_none(more: str, url: str | None) -> None:
    (entry,) = parse(rss(f"<item><title>x</title>{more}</item>").encode(), url=URL).entries
    assert entry.url == url


@pytest.mark.parametrize(
    ("said", "known"),
    [("Mon, 23 Nov 2026 06:00:00 GMT", True), ("2026-11-23T06:00:00Z", True),
     ("yesterday", False), ("Mon, 99 Nov 2026 06:00:00 GMT", False), ("", False)],
)  # fmt: skip
def test_dates_are_read_in_their_common_spellings(said: str, known: bool) -> None:
    body = rss(item("x", more=f"<pubDate>{said}</pubDate>")).encode()
    (entry,) = parse(body, url=URL).entries
    expected = datetime(2026, 11, 23, 6, 0, tzinfo=UTC) if known else None
    assert entry.published_at == expected


@pytest.mark.parametrize(
    ("head", "asks_for"),
    [
        ("<ttl>30</ttl>", timedelta(minutes=30)),
        ("<ttl>soon</ttl>", None),
        ("", None),
        (
            "<p:updatePeriod xmlns:p='http://purl.org/rss/1.0/modules/syndication/'>daily"
            "</p:updatePeriod><p:updateFrequency xmlns:p='http://purl.org/rss/1.0/modules/"
            "syndication/'>4</p:updateFrequency>",
            timedelta(hours=6),
        ),
    ],
)
def test_a_feed_says_how_long_it_stays(head: str, asks_for: timedelta | None) -> None:
    assert parse(rss(item("x"), head=head).encode(), url=URL).asks_for == asks_for


def test_counting_pixels_are_no_pictures() -> None:
    markup = "&lt;img src='/p.gif' width='1' height='1'&gt;&lt;img src='/a.jpg' width='600'&gt;"
    body = rss(item("x", more=f"<description>{markup}</description>")).encode()
    assert parse(body, url=URL).entries[0].image_url == "https://site.example/a.jpg"


def test_a_json_feed_is_read_although_fields_are_of_wrong_types() -> None:
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": ["no"],
        "items": [
            {"id": 7, "title": "News", "url": "/1", "content_html": "<p>x</p>",
             "date_published": "2026-11-23T08:00:00+02:00"},
            {"id": True, "title": 5, "url": {}, "content_text": [], "date_published": {}},
            "no object",
        ],
    }  # fmt: skip
    feed = parse(orjson.dumps(said), url=URL)
    first, second = feed.entries
    assert (first.guid, first.title, first.url) == ("7", "News", "https://site.example/1")
    assert first.published_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert (second.guid, second.title, second.url, second.content) == (None, "", None, "")
    assert feed.flaw


def test_a_page_names_its_feeds() -> None:
    page = """<html><head><link rel=stylesheet href=a.css>
      <LINK REL="alternate" TYPE="application/rss+xml" HREF="/feed?a=1&amp;b=2">
      <link href='https://site.example/f.json' type='application/feed+json' rel='alternate'>
      <link rel="alternate" hreflang="uk" href="/uk/">
      <link rel="alternate" type="application/atom+xml" href="javascript:alert(1)"></head>"""
    assert alternates(page, url="https://site.example/") == [
        "https://site.example/feed?a=1&b=2",
        "https://site.example/f.json",
    ]


_TAGS = st.sampled_from([
    "<item>", "</item>", "<title>", "</title>", "<link>", "<![CDATA[", "]]>", "<!--", "&", "<", "x",
    "<description>", "<p", " a='", "&#x;", "<?", "<!DOCTYPE", "[", ">", "<entry>", "<content type='xhtml'>",
])  # fmt: skip


@given(st.lists(_TAGS, max_size=40).map("".join))
def test_no_wreck_of_a_feed_raises_anything_but_a_named_error(wreck: str) -> None:
    for body in (wreck, rss(wreck)):
        with suppress(SourceError):
            parse(body.encode(), url=URL)
