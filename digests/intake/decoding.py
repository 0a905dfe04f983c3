"""Rule: which characters these bytes are, when the labels on them may be wrong or missing."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
# The first characters of any XML document, in encodings that are not ASCII's kin.
_SHAPES = (
    (b"<\x00\x00\x00", "utf-32-le"), (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"),
)  # fmt: skip
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*['"]([\w.:-]{1,40})['"]""")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*['"]?\s*([\w.:-]{1,40})""", re.I)
# Latin-1 as declared on the web means the Windows page that contains it.
_MEANT = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252",
    "us-ascii": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
    "x-sjis": "cp932", "shift_jis": "cp932", "koi8-ru": "koi8-u",
}  # fmt: skip
# Python's own codecs that no publisher means.
_NOT_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
_HIGH = re.compile(rb"[\x80-\xff]+")
# Broken characters per hundred others, up to which a text is still taken for UTF-8.
_TOLERATED = 2


def decoded(body: bytes, header_charset: str | None = None) -> str:
    """The text of a feed or page. Never raises: the last resort replaces what cannot be read.

    A byte-order mark wins; then UTF-8 if the bytes are valid UTF-8 (no other encoding looks like it
    by chance); then what the document says, what the header says, and for unlabelled single bytes
    a look at their pattern.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for shape, encoding in _SHAPES:
        if body.startswith(shape):
            return body.decode(encoding, "replace")
    labels = [label for label in (_declared(body), header_charset) if label]
    meant = [_MEANT.get(label.lower(), label) for label in labels]
    # Escape sequences: seven-bit Japanese is valid UTF-8 and yet is not what it looks like.
    tried = [*meant, "utf-8"] if b"\x1b" in body else ["utf-8"]
    if (text := _first(body, tried)) is not None:
        return text
    if _nearly_utf8(body):
        return body.decode("utf-8", "replace")
    text = _first(body, meant)
    return text if text is not None else body.decode(_guessed(body), "replace")


def _declared(body: bytes) -> str | None:
    head = body[:4096]
    found = _DECLARED.search(head) or _META.search(head)
    return found[1].decode("ascii") if found else None


def _first(body: bytes, encodings: list[str]) -> str | None:
    texts = (_strict(body, encoding) for encoding in encodings)
    return next((text for text in texts if text is not None), None)


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        if codecs.lookup(encoding).name.replace("-", "_") in _NOT_TEXT:
            return None
        return body.decode(encoding)
    except (LookupError, ValueError):
        return None


def _nearly_utf8(body: bytes) -> bool:
    """Whether this is UTF-8 with a few bytes broken, as when a text was cut by bytes."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond = sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", text)))
    return broken * 100 <= beyond * _TOLERATED


def _guessed(body: bytes) -> str:
    """Windows-1251 or KOI8 where high bytes stand in runs as Cyrillic words do, else Windows-1252."""
    runs = _HIGH.findall(body)
    in_words = sum(len(run) for run in runs if len(run) > 2)
    if not runs or in_words * 2 < sum(map(len, runs)):
        return "cp1252"
    # Both pages hold the same letters, but each shows the other's small ones as capitals.
    return max(("cp1251", "koi8-u"), key=lambda page: _small_letters(body, page))


def _small_letters(body: bytes, page: str) -> int:
    return sum(map(str.islower, body.decode(page, "replace")))
