"""Every real and malformed feed beside the checkout goes through, and says what its suite expects.

The parser suites keep their expected outputs beside the feeds: gofeed and rss-parser as JSON, reader
as Python that is evaluated here with names of our own.
"""

from __future__ import annotations

import ast
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from digests.errors import NotAFeed
from digests.intake.canonical import web_address
from digests.intake.clean import text_of
from digests.intake.collect import SourceRead, collect
from digests.intake.draft import Origin, drafts_of_feed
from digests.intake.entry import Entry, Feed
from digests.intake.feed import parse
from digests.intake.fetch import FeedClient
from digests.intake.sources import add_feed
from digests.storage.database import Database
from tests.conftest import SHARED
from tests.intake.conftest import Site

pytestmark = pytest.mark.shared

URL = "http://feeds.example/folder/feed"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
NO_FEEDS = {
    "miniflux/encoding__iso-8859-1-meta-after-1024.html": "a web page",
    "miniflux/encoding__iso-8859-1.html": "a web page",
    "miniflux/encoding__utf8-meta-after-1024.html": "a web page",
    "miniflux/encoding__utf8.html": "a web page",
    "miniflux/xml__iso88591.xml": "no feed that we know",
    "miniflux/xml__iso88591_utf8_mismatch.xml": "no feed that we know",
    "rss-parser/unrecognized.rss": "a web page",
}
REPAIRED = {
    "gofeed/rss_channel_item_illegal_char.xml": "characters that XML does not allow",
}
# Feeds whose entries say nothing to read: (entries, of which worth keeping).
THIN = {
    "reader/full.rss": (5, 2),
    "reader/full.atom": (5, 2),
    "reader/empty.rss": (1, 0),
    "reader/empty.atom": (1, 0),
    "reader/invalid.json": (8, 1),
    "rss-parser/incomplete-fields.atom": (1, 0),
    "rss-parser/missing-fields.atom": (1, 0),
    "miniflux/parser__no_encoding_ISO-8859-1.xml": (10, 9),
}


def feeds() -> list[str]:
    """Every feed file, by its name within the folder; none where the folder is absent."""
    found = []
    for file in sorted((SHARED / "feeds").glob("*/*")):
        expected = file.suffix == ".json" and file.with_suffix(".xml").exists()
        if file.is_file() and file.suffix != ".py" and not expected:
            found.append(str(file.relative_to(SHARED / "feeds")))
    return found


def read(name: str) -> Feed:
    return parse((SHARED / "feeds" / name).read_bytes(), url=URL)


@pytest.mark.parametrize("name", feeds())
def test_every_feed_goes_through_with_a_clear_verdict(shared: Path, name: str) -> None:
    if name in NO_FEEDS:
        with pytest.raises(NotAFeed, match=NO_FEEDS[name]):
            read(name)
        return
    feed = read(name)
    drafts, _ = drafts_of_feed(feed, Origin(1), NOW)
    assert feed.flaw == REPAIRED.get(name)
    if name in THIN:
        assert (len(feed.entries), len(drafts)) == THIN[name]
    elif not name.startswith("gofeed"):
        assert len(drafts) == len(feed.entries)
    assert len({draft.identity for draft in drafts}) == len(drafts)
    for draft in drafts:
        assert "\ufffd" not in draft.title
        assert draft.published_at <= NOW


async def test_every_feed_is_kept_and_reading_it_again_changes_nothing(
    shared: Path, database: Database, site: Site, client: FeedClient
) -> None:
    async with database.write() as session:
        for name in feeds():
            site.put(f"/{name}", (SHARED / "feeds" / name).read_bytes())
            await add_feed(session, site.url(f"/{name}"), now=NOW)
    reads: list[SourceRead] = []
    report = await collect(database, client, now=lambda: NOW, progress=reads.append)
    assert (report.read, report.failed) == (len(feeds()), len(NO_FEEDS) + len(REPAIRED))
    assert not [read for read in reads if "unexpected" in (read.reason or "")]
    later = NOW + timedelta(days=1)
    again = await collect(database, client, now=lambda: later)
    assert (again.read, again.kept.new, again.kept.changed) == (len(feeds()), 0, 0)


@pytest.mark.parametrize("name", [name for name in feeds() if name.startswith("gofeed")])
def test_gofeed_expects_the_same(shared: Path, name: str) -> None:
    expected = json.loads((SHARED / "feeds" / name).with_suffix(".json").read_text())
    entries = read(name).entries
    assert len(entries) == len(expected["items"])
    for entry, item in zip(entries, expected["items"], strict=True):
        _same_words(entry.title, item.get("title"))
        for field in ("description", "content"):
            if field in item:
                assert text_of(item[field]) in (text_of(entry.summary), text_of(entry.content))
        if "link" in item:
            links = {item["link"], *item.get("links", ())}
            assert entry.url in {web_address(link) for link in links}
        _same_moment(entry, item.get("pubDateParsed"))
        # Markup inside a name is dropped by feedparser, and a name that is a link is made absolute.
        if "guid" in item and "naked_markup" not in name:
            assert (text_of(entry.guid) or "").endswith(text_of(item["guid"]["value"]))


RSS_PARSER = ["guardian.rss", "heise.atom", "heraldsun.rss", "uolNoticias.rss", "rss-1.rss",
              "encoding.rss", "missing-fields.atom", "incomplete-fields.atom"]  # fmt: skip


@pytest.mark.parametrize("name", RSS_PARSER)
def test_rss_parser_expects_the_same(shared: Path, name: str) -> None:
    folder = SHARED / "feeds" / "rss-parser"
    kept = (folder / "expected" / name).with_suffix(".json").read_bytes()
    # One of the expected outputs was written in Latin-1.
    said = json.loads(kept.decode("latin-1" if name == "encoding.rss" else "utf-8"))
    expected = said.get("feed", said)["items"]
    originals = _originals((folder / name).read_bytes())
    entries = read(f"rss-parser/{name}").entries
    assert len(entries) == len(expected)
    for entry, item in zip(entries, expected, strict=True):
        # One expected output lost characters when it was made.
        if "\ufffd" not in item.get("title", ""):
            _same_words(entry.title, item.get("title"))
        if "link" in item:
            assert entry.url in (
                web_address(item["link"].strip(), URL),
                originals.get(item["link"]),
            )
        if "\ufffd" not in item.get("content", "\ufffd"):
            assert _squeezed(item["content"]) in (
                _squeezed(entry.summary), _squeezed(entry.content),
            )  # fmt: skip
        if entry.published_at is not None:
            _same_moment(entry, item.get("isoDate"))


READER = ["10.json", "empty.atom", "empty.json", "empty.rss", "full.atom", "full.json", "full.rss",
          "invalid.json", "relative.atom", "relative.rss", "unknown.json"]  # fmt: skip


@pytest.mark.parametrize("name", READER)
def test_reader_expects_the_same(shared: Path, name: str) -> None:
    feed, expected = read(f"reader/{name}"), _evaluated(f"reader/{name}.py")
    _same_words(feed.title, getattr(expected["feed"], "title", None))
    assert len(feed.entries) == len(expected["entries"])
    for entry, item in zip(feed.entries, expected["entries"], strict=True):
        _same_words(entry.title, getattr(item, "title", None))
        assert entry.guid == item.id
        assert entry.url == web_address(getattr(item, "link", None))
        published = getattr(item, "published", None) or getattr(item, "updated", None)
        assert entry.published_at == published
        texts = [text_of(content.value) for content in getattr(item, "content", ())]
        assert text_of(entry.content) in (texts or [""])
        _same_words(entry.summary, getattr(item, "summary", None))


def _originals(body: bytes) -> dict[str, str]:
    """Counting links and the addresses behind them, which we prefer and the suite does not."""
    pairs = re.findall(
        rb"<link>([^<]+)</link>(?:(?!<link>).)*?<feedburner:origLink>([^<]+)<", body, re.DOTALL
    )
    return {link.decode(): original.decode() for link, original in pairs}


def _evaluated(name: str) -> dict[str, Any]:
    """The names that an expectation file defines, without its imports."""
    tree = ast.parse((SHARED / "feeds" / name).read_text())
    tree.body = [n for n in tree.body if not isinstance(n, ast.Import | ast.ImportFrom)]
    kinds = ("Content", "Enclosure", "EntrySource", "EntryData", "FeedData", "Author")
    folder = URL.rpartition("/")[0] + "/"
    names: dict[str, Any] = dict.fromkeys(kinds, SimpleNamespace)
    names |= {"datetime": __import__("datetime"), "url_base": folder, "rel_base": folder}
    exec(compile(tree, name, "exec"), names)
    return names


def _same_words(ours: str, theirs: str | None) -> None:
    assert _squeezed(ours) == _squeezed(theirs)


def _squeezed(markup: str | None) -> str:
    return "".join(text_of(markup).split())


def _same_moment(entry: Entry, expected: str | None) -> None:
    moment = datetime.fromisoformat(expected) if expected else None
    assert entry.published_at == moment
