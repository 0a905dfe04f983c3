"""Edge: the bytes of a feed become entries. RSS, Atom and RDF by feedparser, JSON Feed by us.

feedparser never fetches, cleans or decodes here: it gets characters that are already right, without
any DOCTYPE, so no entity or external reference exists for it to expand.
"""

from __future__ import annotations

import calendar
import html
import html.entities
import re
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from xml.parsers import expat
from xml.sax import SAXException

from digests.errors import NotAFeed, TooLarge
from digests.intake import json_feed
from digests.intake.canonical import web_address
from digests.intake.clean import title_of
from digests.intake.decoding import decoded
from digests.intake.entry import MOST_ENTRIES, Entry, Feed
from digests.intake.markup import first_image

_REPAIRABLE = 3_000_000
"""Characters up to which broken XML is read leniently: that costs about 3 s per million."""

_ENTRY_TAG = re.compile(r"<(?:\w+:)?(?:item|entry)[\s/>]", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)
_BEGINNING = re.compile(r"<\?xml\s|<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.I)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ILLEGAL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I
)
_NAMED = re.compile(r"&(\w{2,31};)")
# An RSS link with such an attribute beside its text (a post's name on another network): feedparser
# would take the attribute for the address and drop the text.
_LINK_URI = re.compile(r"(<link\b[^<>]{0,200}?)\suri=(?:\"[^\"<>]*\"|'[^'<>]*')(?=[^<>]*>[^<])")
_XML_NAMES = frozenset({"lt;", "gt;", "amp;", "quot;", "apos;"})
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.I)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}


def parse(body: bytes, *, url: str, charset: str | None = None) -> Feed:
    """The feed in these bytes; ``url`` resolves its relative addresses.

    Raises NotAFeed for anything else (a page, an error text, nothing), TooLarge for more entries
    than we keep. A damaged feed gives what is whole, and a flaw.
    """
    text = decoded(body, charset).strip().strip("\ufeff\x00").lstrip()
    if not text:
        raise NotAFeed("an empty body")
    if text[0] in "{[":
        return json_feed.parse(text, url=url)
    return _parse_xml(text, url)


def instant(parsed: time.struct_time | None) -> datetime | None:
    """A UTC time from feedparser's; None for a date that no calendar has."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _parse_xml(text: str, url: str) -> Feed:
    if len(_ENTRY_TAG.findall(text)) > MOST_ENTRIES:
        raise TooLarge(f"more than {MOST_ENTRIES} entries")
    readable, flaw = _readable(text)
    if len(readable) > _REPAIRABLE and not _well_formed(readable):
        raise NotAFeed("broken XML, and too long to be read leniently")
    parsed = _fed(readable, url)
    if isinstance(parsed.get("bozo_exception"), SAXException):
        flaw = "not well-formed XML"
    if not parsed.get("version") and not parsed["entries"]:
        raise NotAFeed("a web page" if _PAGE.search(text[:2000]) else "no feed that we know")
    head = parsed["feed"]
    language = _text(head.get("language"))
    return Feed(
        title=title_of(_text(head.get("title"))),
        language=language,
        entries=tuple(_entry(entry, url, language) for entry in parsed["entries"]),
        asks_for=_asked(head),
        flaw=flaw,
    )


def _readable(text: str) -> tuple[str, str | None]:
    """The document as XML that strict parsers take: our declaration, no DOCTYPE, no foreign names."""
    junk = None
    start = _BEGINNING.search(text)
    if start and not text.startswith("<!") and start.start() > 0:
        text, junk = text[start.start() :], "text before the feed"
    body = _without_doctype(_DECLARATION.sub("", text, count=1))
    legal = _ILLEGAL_REFERENCE.sub("", _ILLEGAL.sub("", body))
    if len(legal) != len(body):
        junk = "characters that XML does not allow"
    legal = _LINK_URI.sub(r"\1", _NAMED.sub(_character, legal))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{legal}', junk


def _character(match: re.Match[str]) -> str:
    """An HTML name such as ``&nbsp;`` as the character itself: XML knows five names only."""
    if match[1] in _XML_NAMES:
        return match[0]
    return html.entities.html5.get(match[1], match[0])


def _without_doctype(text: str) -> str:
    """Drops every DOCTYPE with its entity declarations, wherever it stands before the first element."""
    first = re.search(r"<[A-Za-z_]", text)
    head_end = first.start() if first else len(text)
    at = text[:head_end].upper().find("<!DOCTYPE")
    if at < 0:
        return text
    depth, quote = 0, ""
    for end in range(at, len(text)):
        sign = text[end]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "[":
            depth += 1
        elif sign == "]":
            depth -= 1
        elif sign == ">" and depth <= 0:
            return text[:at] + text[end + 1 :]
    return text[:at]


def _well_formed(text: str) -> bool:
    try:
        expat.ParserCreate().Parse(text, True)
    except expat.ExpatError:
        return False
    return True


def _fed(text: str, url: str) -> Any:
    # Imported late: start-up time and idle memory of a bot that reads no feed yet.
    import feedparser

    # Without these headers it would doubt that this is XML, and resolve nothing.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        return feedparser.parse(
            BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:
        # Its lenient half raises whatever it stumbles over; a feed must not stop the others.
        raise NotAFeed(f"unreadable ({type(error).__name__})") from error


def _entry(entry: Any, url: str, language: str | None) -> Entry:
    content = _content(entry)
    summary = _text(entry.get("summary")) or ""
    return Entry(
        guid=_text(entry.get("id")),
        url=_link(entry, url),
        title=_text(entry.get("title")) or "",
        summary="" if summary == content else summary,
        content=content,
        published_at=instant(_said(entry, "published_parsed") or _said(entry, "updated_parsed")),
        language=_text(entry.get("language")) or language,
        image_url=_image(entry, url, content or summary),
    )


def _said(entry: Any, key: str) -> Any:
    # Its own look-up would answer one date's name with the other, and warn.
    return dict.get(entry, key)


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _content(entry: Any) -> str:
    """The longest of an entry's texts: some feeds repeat a teaser as "content"."""
    texts = [
        part.get("value") or ""
        for part in entry.get("content") or ()
        if (part.get("type") or "text/").startswith(("text/", "application/xhtml"))
    ]
    return max(texts, key=len, default="")


def _link(entry: Any, url: str) -> str | None:
    # A feed that passes through a counting service names the real address beside it.
    said = [entry.get("feedburner_origlink"), entry.get("link")]
    said += [
        link.get("href") for link in entry.get("links") or () if link.get("rel") == "alternate"
    ]
    return next(filter(None, (web_address(_text(one), url) for one in said)), None)


def _image(entry: Any, url: str, markup: str) -> str | None:
    found = [*(entry.get("media_content") or ()), *(entry.get("enclosures") or ())]
    pictures = [
        media.get("url") or media.get("href")
        for media in found
        if media.get("medium") == "image" or str(media.get("type") or "").startswith("image/")
    ]
    pictures += [media.get("url") for media in entry.get("media_thumbnail") or ()]
    return next(
        filter(None, (web_address(_text(one), url) for one in pictures)), None
    ) or first_image(markup, url)


def _asked(head: Any) -> timedelta | None:
    """How long the feed says it stays as it is: ``ttl`` in minutes, or period and frequency."""
    ttl = _text(head.get("ttl"))
    if ttl and ttl.isdecimal() and len(ttl) < 7:
        return timedelta(minutes=int(ttl))
    hours = _PERIODS.get((_text(head.get("sy_updateperiod")) or "").lower())
    times = _text(head.get("sy_updatefrequency")) or "1"
    if hours is None or not times.isdecimal() or len(times) > 6:
        return None
    return timedelta(hours=hours) / max(int(times), 1)
