"""Edge: lists of feeds as OPML, the format that feed readers exchange."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from digests.errors import NotAFeed, TooLarge

LARGEST = 5_000_000
"""Bytes; a list of 10,000 feeds has about 2 MB."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed in such a list; ``folder`` is the group it stood in."""

    address: str
    title: str
    language: str | None = None
    folder: str | None = None


def read(body: bytes) -> list[Outline]:
    """The feeds in an OPML file, each address once. Raises NotAFeed or TooLarge.

    A DOCTYPE is refused: no list of feeds needs one, and it is where entities are declared.
    """
    if len(body) > LARGEST:
        raise TooLarge(f"more than {LARGEST} bytes")
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotAFeed("broken XML") from error
    if not reader.is_opml:
        raise NotAFeed("no OPML")
    return list({outline.address: outline for outline in reader.found}.values())


def write(outlines: Iterable[Outline], title: str = "Frontwire") -> bytes:
    """An OPML 2.0 file that other readers and ``read`` understand."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_escaped(title)}</title></head>",
        "<body>",
        *map(_line, outlines),
        "</body>",
        "</opml>",
    ]
    return "\n".join([*lines, ""]).encode()


class _Reader:
    def __init__(self) -> None:
        self.found: list[Outline] = []
        self.is_opml = False
        self._folders: list[str | None] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.lower()
        self.is_opml = self.is_opml or tag == "opml"
        if tag != "outline":
            return
        said = {key.lower(): value.strip() for key, value in attributes.items()}
        title = said.get("title") or said.get("text") or ""
        address = said.get("xmlurl")
        if address:
            folder = next((name for name in reversed(self._folders) if name), None)
            self.found.append(Outline(address, title, said.get("language") or None, folder))
        self._folders.append(None if address else title)

    def _end(self, name: str) -> None:
        if name.lower() == "outline":
            self._folders.pop()

    def _refuse(self, *_: object) -> None:
        raise NotAFeed("a document type, which no list of feeds needs")


def _line(outline: Outline) -> str:
    language = f" language={quoteattr(outline.language)}" if outline.language else ""
    title, address = quoteattr(outline.title), quoteattr(outline.address)
    return f'<outline type="rss" text={title} title={title} xmlUrl={address}{language}/>'


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")
