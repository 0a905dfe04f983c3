"""Whom an alert would reach (verb): how many, and in whose night; each counted from an index alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.manner import Manner, manner_of
from digests.audience.subscriber import HOURS, Subscriber
from digests.outbox.dispatch import Dispatch
from digests.outbox.plan import matching_extent, muted_of, wanting
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


_BY = tuple(getattr(Subscriber, name) for name in HOURS)


async def estimate(
    session: AsyncSession,
    topics: Sequence[str],
    severity: Severity,
    *,
    now: datetime,
    about: str | None = None,
) -> Estimate:
    """Counts those whom a dispatch of these topics and this severity would be for; ``about`` is what
    some may have muted."""
    dispatch = Dispatch(topics=list(topics), severity=severity, about=about)
    readers, _ = (await session.execute(matching_extent(dispatch))).one()
    quiet = held = 0
    groups = await session.execute(_by_nights(dispatch))
    for quiet_from, quiet_until, timezone, by_day, at_night, count in groups:
        if is_quiet(now, timezone, quiet_from, quiet_until):
            manner = manner_of(severity, by_day, at_night, quiet=True)
            quiet += int(count) if manner is Manner.SILENT else 0
            held += int(count) if manner is Manner.HOLD else 0
    return Estimate(readers, quiet, held)


def _by_nights(dispatch: Dispatch) -> CompoundSelect[*tuple[Any, ...]]:
    """How many have which quiet hours. Whoever muted it is taken off: leaving them out would need every
    reader's id, which is in no index. They are few, and not gathered: for their order SQLite would go
    through everybody."""
    has_nights = Subscriber.quiet_from.is_not(None)
    wanted = select(*_BY, func.count()).where(wanting(dispatch), has_nights).group_by(*_BY)
    muted = select(*_BY, literal(-1)).where(muted_of(dispatch), has_nights)
    return union_all(wanted, muted)
