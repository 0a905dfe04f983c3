"""Rule: what a page's tags point to: the feeds it names, the first real picture."""

from __future__ import annotations

import html
import re

from digests.intake.canonical import web_address

_ALTERNATE = re.compile(r"<link\b[^>]{0,1000}>", re.I)
_PICTURE = re.compile(r"<img\b[^>]{0,2000}>", re.I)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
})  # fmt: skip


def alternates(page: str, *, url: str) -> list[str]:
    """The feeds that a page names in its ``<link rel="alternate">``, best first."""
    found = []
    for tag in _ALTERNATE.findall(page[:500_000]):
        said = _attributes(tag)
        rel, kind = said.get("rel", "").lower().split(), said.get("type", "").lower()
        address = web_address(said.get("href"), url)
        if "alternate" in rel and kind.split(";")[0].strip() in _FEED_TYPES and address:
            found.append(address)
    return list(dict.fromkeys(found))


def first_image(markup: str, url: str) -> str | None:
    """The first picture in this HTML that is no counting pixel."""
    for tag in _PICTURE.findall(markup):
        said = _attributes(tag)
        if {said.get("width"), said.get("height")} & {"0", "1", "1px", "0px"}:
            continue
        if address := web_address(said.get("src"), url):
            return address
    return None


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in found}
