"""A story's lead (rule): what the feed says of it when that is clean, else its first sentences."""

from __future__ import annotations

import re

LONGEST = 300
"""Characters; about four lines on a telephone."""

SHORTEST_SUMMARY = 40
"""Characters below which a feed's description says no more than the title."""

SECOND_SENTENCE_BELOW = 160
"""A first sentence shorter than this leaves room for a second."""

_ABBREVIATIONS = frozenset(
    re.findall(
        r"\w+",
        """mr mrs ms dr prof st gen lt col maj capt sgt adm sen rep gov rev no vs etc inc ltd jr sr
        jan feb mar apr jun jul aug sep sept oct nov dec approx dept est
        м с смт вул р рр ім тис грн ст обл о п пл просп буд напр див ін д т пор проф ген полк дол
        г ул им руб обл тыс стр см""",
    )
)
_BOUNDARY = re.compile(r"([.!?…]+[\"'»”’)\]]*)\s+(?=[\"'«“„(\[]?[^\W_a-zа-яіїєґё])")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.$")
_INITIALISM = re.compile(r"(?:\b[^\W\d_]\.)+$")
_TRAILER = re.compile(
    r"\s*(?:\[?(?:…|\.\.\.)\]?|(?:read|continue|see) (?:more|reading)\W*|читати (?:далі|більше)\W*"
    r"|читать (?:далее|дальше)\W*|докладніше\W*)$",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """A text in sentences; "Gen. Smith", "U.S. troops", "м. Київ" and "10 тис. осель" stay whole."""
    found: list[str] = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        sentence = text[start : boundary.end(1)]
        if not _abbreviated(sentence):
            found.append(sentence.strip())
            start = boundary.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _abbreviated(sentence: str) -> bool:
    if _INITIALISM.search(sentence):
        return True
    last = _LAST_WORD.search(sentence)
    return bool(last) and last[1].lower() in _ABBREVIATIONS if last else False


def lead(title: str, summary: str, text: str) -> str:
    """One or two sentences of at most 300 characters; the title where nothing else was given."""
    told = " ".join(summary.split())
    body = " ".join(text.split())
    if not _clean(told, title):
        told = body if len(body) >= len(told) else _TRAILER.sub("…", told)
    return _shortened(_without_title(told, title) or body or title)


def _clean(summary: str, title: str) -> bool:
    """Whether a feed's description is a text of its own, and all of it."""
    return (
        len(summary) >= SHORTEST_SUMMARY
        and not _TRAILER.search(summary)
        and summary.rstrip(".").casefold() != title.rstrip(".").casefold()
    )


def _without_title(told: str, title: str) -> str:
    """Many a body begins by repeating its title."""
    if title and told.casefold().startswith(title.casefold()):
        return told[len(title) :].lstrip(" .:–—-|")
    return told


def _shortened(told: str) -> str:
    first, *rest = sentences(told) or [""]
    if len(first) > LONGEST:
        return first[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
    if rest and len(first) < SECOND_SENTENCE_BELOW and len(first) + 1 + len(rest[0]) <= LONGEST:
        return f"{first} {rest[0]}"
    return first
