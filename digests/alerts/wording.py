"""What an editor typed, made fit for an alert (rule)."""

from __future__ import annotations

import re
import unicodedata

from digests.errors import Incomplete, TooLong

MOST = 2500
"""Characters an alert may hold: Telegram takes 4096, and a correction must find room beside it."""

HEADLINE = 180
"""A first line longer than this is split after its first sentence."""

_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[\"«“‘(]?\w)")


def arranged(text: str, most: int = MOST) -> str:
    """The text with its headline as the first line and no stray blanks or control characters.

    Raises ``Incomplete`` where nothing is left and ``TooLong`` above ``most`` characters.
    """
    clean = "".join(_printable(character) for character in text)
    clean = _EMPTY_LINES.sub("\n\n", _BLANKS.sub(" ", clean)).strip()
    clean = "\n".join(line.strip() for line in clean.split("\n"))
    if not any(character.isalnum() for character in clean):
        raise Incomplete("text")
    if len(clean) > most:
        raise TooLong(most)
    return _with_headline(clean)


def headline(text: str) -> str:
    """The first line."""
    return text.split("\n", 1)[0]


def body(text: str) -> str:
    """What follows the headline; may be empty."""
    return text.partition("\n")[2].strip()


def _printable(character: str) -> str:
    if character == "\n":
        return character
    kind = unicodedata.category(character)
    if kind in ("Zl", "Zp"):
        return "\n"
    # A lone surrogate cannot be sent at all.
    return " " if kind in ("Cc", "Zs") else "" if kind == "Cs" else character


def _with_headline(text: str) -> str:
    first, _, rest = text.partition("\n")
    if len(first) <= HEADLINE:
        return text
    sentences = _SENTENCE_END.split(first, maxsplit=1)
    if len(sentences) == 1 or len(sentences[0]) > HEADLINE:
        return text
    return "\n".join(part for part in (*sentences, rest) if part)
