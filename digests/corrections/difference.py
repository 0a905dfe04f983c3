"""What we said before and say no more (rule)."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def dropped(was: str, now: str, most: int = 400) -> str:
    """The sentences of ``was`` that ``now`` has no longer, in ``most`` characters; may be empty."""
    kept = {_folded(sentence) for sentence in _sentences(now)}
    gone = [sentence for sentence in _sentences(was) if _folded(sentence) not in kept]
    text = " ".join(_ended(sentence) for sentence in gone[:-1]) + " " + "".join(gone[-1:])
    text = text.strip()
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def _ended(sentence: str) -> str:
    """A headline has no full stop, and needs one before the next sentence."""
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."


def _folded(sentence: str) -> str:
    return " ".join(sentence.casefold().rstrip(".!?…").split())
