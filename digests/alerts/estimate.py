"""Whom an alert would reach (verb): counted in one query, whatever the number of subscribers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.manner import Manner, manner_of
from digests.audience.subscriber import Subscriber
from digests.outbox.dispatch import Dispatch
from digests.outbox.plan import matching
from digests.outbox.quiet import is_quiet
from digests.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many readers; how many of them get it without a sound now, in their quiet hours, and for how
    many it is held until those end."""

    readers: int
    quiet: int
    held: int = 0

    def seconds(self, rate: float) -> float:
        """How long it takes at ``rate`` messages a second with nothing else to send."""
        return (self.readers - self.held) / rate


async def estimate(
    session: AsyncSession, topics: Sequence[str], severity: Severity, *, now: datetime
) -> Estimate:
    """Counts those whom a dispatch of these topics and this severity would be for."""
    meant = matching(Dispatch(topics=list(topics), severity=severity))
    hours = (Subscriber.timezone, Subscriber.quiet_from, Subscriber.quiet_until)
    by = (*hours, Subscriber.alerts, Subscriber.at_night)
    groups = await session.execute(select(*by, func.count()).where(meant).group_by(*by))
    readers = quiet = held = 0
    for timezone, quiet_from, quiet_until, by_day, at_night, count in groups:
        readers += count
        if is_quiet(now, timezone, quiet_from, quiet_until):
            manner = manner_of(severity, by_day, at_night, quiet=True)
            quiet += count if manner is Manner.SILENT else 0
            held += count if manner is Manner.HOLD else 0
    return Estimate(readers, quiet, held)
