"""What an editor typed, made fit for an alert (rule)."""

from __future__ import annotations

import re
import unicodedata

from digests.errors import Incomplete, TooLong
from digests.stories.lead import sentences

MOST = 2500
"""Characters an alert may hold: Telegram takes 4096, and a correction must find room beside it."""

UNDER_PHOTO = 700
"""Characters under a photo: Telegram takes 1024, and who says so must find room, and a correction."""

HEADLINE = 180
"""A first line longer than this is split after its first sentence."""

HEADLINE_WORDS = 3
"""Fewer are an exclamation, such as "Breaking!", and no headline yet."""

_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")


def arranged(text: str, most: int = MOST) -> str:
    """The text tidied, with its headline as the first line; raises as ``tidied`` does.

    What came in one line gets its first sentence as headline; in several, the first line is it.
    """
    return _with_headline(tidied(text, most))


def tidied(text: str, most: int = MOST) -> str:
    """The text without stray blanks or control characters.

    Raises ``Incomplete`` where nothing is left and ``TooLong`` above ``most`` characters.
    """
    clean = "".join(_printable(character) for character in text)
    clean = _EMPTY_LINES.sub("\n\n", _BLANKS.sub(" ", clean)).strip()
    clean = "\n".join(line.strip() for line in clean.split("\n"))
    if not any(character.isalnum() for character in clean):
        raise Incomplete("text")
    if len(clean) > most:
        raise TooLong(most)
    return clean


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
    if rest and len(first) <= HEADLINE:
        return text
    head, follows = _split(first)
    if not follows or len(head) > HEADLINE:
        return text
    return "\n".join(part for part in (_without_stop(head), follows, rest) if part)


def _split(line: str) -> tuple[str, str]:
    """The first sentence, or as many as make a headline, and what follows."""
    told = sentences(line)
    taken = 1
    while taken < len(told) and len(" ".join(told[:taken]).split()) < HEADLINE_WORDS:
        taken += 1
    return " ".join(told[:taken]), " ".join(told[taken:])


def _without_stop(head: str) -> str:
    return head if head.endswith("..") else head.removesuffix(".").rstrip()
