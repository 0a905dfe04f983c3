"""Whom an alert would reach (verb): counted in one query, whatever the number of subscribers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscriber import Subscriber
from digests.outbox.dispatch import Dispatch
from digests.outbox.plan import matching
from digests.outbox.quiet import is_quiet
from digests.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many readers, and how many of them are in their quiet hours now."""

    readers: int
    quiet: int

    def seconds(self, rate: float) -> float:
        """How long it takes at ``rate`` messages a second with nothing else to send."""
        return self.readers / rate


async def estimate(
    session: AsyncSession, topics: Sequence[str], severity: Severity, *, now: datetime
) -> Estimate:
    """Counts those whom a dispatch of these topics and this severity would be for."""
    meant = matching(Dispatch(topics=list(topics), severity=severity))
    hours = (Subscriber.timezone, Subscriber.quiet_from, Subscriber.quiet_until)
    groups = await session.execute(select(*hours, func.count()).where(meant).group_by(*hours))
    readers = quiet = 0
    for timezone, quiet_from, quiet_until, count in groups:
        readers += count
        if is_quiet(now, timezone, quiet_from, quiet_until):
            quiet += count
    return Estimate(readers, quiet)
