"""A language as people write it (rule): "uk", "UA", "українська", "in Ukrainian", "english"."""

from __future__ import annotations

import re
from difflib import get_close_matches

from digests.vocabulary import Language

_NAMES = {
    Language.UKRAINIAN: (
        "uk", "ua", "ukr", "ukrainian", "ukraine", "укр", "українська", "українською",
        "українську", "української", "українська мова", "украинский",
    ),
    Language.ENGLISH: (
        "en", "eng", "gb", "us", "english", "англ", "англійська", "англійською", "англійську",
        "англійської", "англійська мова", "английский",
    ),
}  # fmt: skip
_KNOWN = {name: language for language, names in _NAMES.items() for name in names}
_FILLERS = re.compile(r"^(?:in|to|на)\s+")
_REGION = re.compile(r"^([a-z]{2})[-_][a-z]{2}$")
_ALIKE = 0.7


def read_language(said: str) -> Language | None:
    """The language that is named so; none where we speak none of that name."""
    return _KNOWN.get(_tidied(said))


def nearest_language(said: str) -> Language | None:
    """The language whose name is written much like this."""
    long_names = [name for name in _KNOWN if len(name) > 3]
    found = get_close_matches(_tidied(said), long_names, n=1, cutoff=_ALIKE)
    return _KNOWN[found[0]] if found else None


def _tidied(said: str) -> str:
    words = " ".join(said.lower().strip(" .,!?«»\"'").split())
    return _REGION.sub(r"\1", _FILLERS.sub("", words))
