"""What one worker's courier counted since it started (noun): for whoever watches this worker."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from digests.outbox.verdict import Meaning


@dataclass(slots=True)
class Counts:
    """Kept in memory: it costs sending nothing, and begins anew with the process."""

    answers: Counter[Meaning] = field(default_factory=Counter)
    """What Telegram's answers meant."""
    settled: Counter[str] = field(default_factory=Counter)
    """How messages ended: sent, again, failed, unknown, lost_claim."""
    claims: int = 0
    claim_seconds: float = 0.0
    """Spent in claims, from the lock that each waits for to its commit."""
