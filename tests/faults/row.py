"""A row of the fault table: the fault, what is demanded, how long it takes, and what came out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from digests.storage.database import Database


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured, in words and figures; and whether what was demanded holds."""

    measured: str
    holds: bool


Play = Callable[[Database], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Row:
    """One fault, in full."""

    name: str
    fault: str
    demanded: str
    minutes: float
    """About how long it takes on each engine."""
    play: Play
    engines: tuple[str, ...] = ("sqlite", "postgresql")
