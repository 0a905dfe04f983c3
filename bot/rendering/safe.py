"""What comes from outside may not disturb what stands around it (rule).

Escaping is Jinja's work. This is the rest: characters that no markup shows, and links.
"""

from __future__ import annotations

import re
from typing import Any
from unicodedata import bidirectional
from urllib.parse import urlsplit

from markupsafe import Markup, escape

# Everything below U+0020 but the line feed, DEL, C1, line and paragraph separators, lone
# surrogates, the object replacement character and the byte order mark.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffc]")
# Embeddings, overrides and isolates: one left open turns the rest of the message around.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A stack of combining marks paints over the lines around it; no written language needs so many.
_MARKS = re.compile("([\u0300-\u036f\u20d0-\u20ff]{4})[\u0300-\u036f\u20d0-\u20ff]+")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})

# Telegram drops any other link without a word.
_SCHEMES = frozenset({"http", "https", "tg", "mailto"})
_LONGEST_LINK = 2048


def clean(text: str) -> str:
    """The text without control characters; what reads right to left is isolated from the rest."""
    text = _CONTROLS.sub(" ", _DIRECTIONS.sub("", text))
    text = _MARKS.sub(r"\1", text)
    if text.isascii() or not any(bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return text
    # An isolate ends with its paragraph, so each line needs its own.
    return "\n".join(
        f"{_ISOLATE}{line}{_END_ISOLATE}" if line else line for line in text.split("\n")
    )


def cleaned(value: Any) -> Any:
    """Any value a template prints: texts are cleaned, markup made by ourselves stays."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def is_link(url: str | None) -> bool:
    """Whether Telegram will keep this link: http(s), tg or mailto, with somewhere to go."""
    if not url or len(url) > _LONGEST_LINK or _CONTROLS.search(url) or re.search(r"\s", url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme not in _SCHEMES:
        return False
    return parts.scheme in {"tg", "mailto"} or (host is not None and "." in host)


def linked(text: str | Markup, url: str | None) -> Markup:
    """The text as a link; without one where the address would not survive."""
    words = escape(cleaned(text))
    return Markup('<a href="{}">{}</a>').format(url, words) if is_link(url) else words
