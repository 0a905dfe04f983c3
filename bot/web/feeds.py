"""The archive for feed readers (rule): Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Tree

_ATOM = "http://www.w3.org/2005/Atom"
AUTHOR = "Frontwire"


@dataclass(frozen=True, slots=True)
class Entry:
    """One alert or digest. ``content`` is HTML."""

    id: str
    url: str
    title: str
    content: str
    published: datetime
    updated: datetime
    topics: tuple[str, ...]
    image: str | None = None
    """The address of its photo."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed reader subscribes to."""

    title: str
    language: str
    home: str
    address: str
    updated: datetime
    entries: tuple[Entry, ...]


def atom(feed: Feed) -> str:
    """As XML."""
    Tree.register_namespace("", _ATOM)
    root = Tree.Element(f"{{{_ATOM}}}feed", {"xml:lang": feed.language})
    _add(root, "id", feed.home)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated.isoformat())
    _add(_add(root, "author"), "name", AUTHOR)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    for entry in feed.entries:
        node = _add(root, "entry")
        _add(node, "id", entry.id)
        _add(node, "title", entry.title)
        _add(node, "updated", entry.updated.isoformat())
        _add(node, "published", entry.published.isoformat())
        _add(node, "link", rel="alternate", type="text/html", href=entry.url)
        for topic in entry.topics:
            _add(node, "category", term=topic)
        _add(node, "content", entry.content, type="html")
    return Tree.tostring(root, encoding="unicode", xml_declaration=True)


def json_feed(feed: Feed) -> str:
    """As JSON."""
    items = [
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.content,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "tags": list(entry.topics),
            **({"image": entry.image} if entry.image else {}),
        }
        for entry in feed.entries
    ]
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.address,
            "language": feed.language,
            "authors": [{"name": AUTHOR}],
            "items": items,
        },
        ensure_ascii=False,
    )


def _add(parent: Tree.Element, name: str, text: str = "", **attributes: str) -> Tree.Element:
    node = Tree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    node.text = text or None
    return node
