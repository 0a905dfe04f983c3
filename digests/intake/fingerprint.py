"""Rule: what makes two texts the same text."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

TELLING_LETTERS = 120
"""Letters and digits below which a text says too little to be recognised by (a headline has 60)."""

_WORD = re.compile(r"\w+")


def normal(text: str) -> str:
    """The words alone: no case, no marks, no spacing."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def fingerprint(text: str) -> str:
    """32 hexadecimal digits for a text's words."""
    return digest(normal(text))


def digest(exact: str) -> str:
    """32 hexadecimal digits for exactly this string."""
    return blake2b(exact.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def telling(text: str) -> str | None:
    """The fingerprint of a text long enough to be known again by; None below that."""
    words = normal(text)
    return digest(words) if len(words) >= TELLING_LETTERS else None
