"""Words that every room shares. The README's glossary says them in sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

Topic = NewType("Topic", str)
"""A topic's name in ``topics.toml``: ``[a-z0-9-]{1,32}``, so that it fits deep links and buttons."""


class Severity(StrEnum):
    """How loudly a story may knock. Compare with ``rank``, never by text."""

    ROUTINE = "routine"
    PRIORITY = "priority"
    FLASH = "flash"

    @property
    def rank(self) -> int:
        """0 for routine, 1 for priority, 2 for flash."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Standing(StrEnum):
    """How far a story can be relied upon."""

    DEVELOPING = "developing"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    CORRECTED = "corrected"
    RETRACTED = "retracted"


class Language(StrEnum):
    """A language Frontwire speaks. Articles may be in any other."""

    ENGLISH = "en"
    UKRAINIAN = "uk"

    @classmethod
    def nearest(cls, tag: str | None) -> Language:
        """The language for an IETF tag such as ``uk-UA``; English where we do not speak it."""
        primary = (tag or "").replace("_", "-").split("-")[0].lower()
        return cls(primary) if primary in set(cls) else cls.ENGLISH
