"""Whom an alert would reach (verb): counted in one query, whatever the number of subscribers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscriber import AlertWish, Subscriber, SubscriberState
from digests.audience.taste import TasteTopic
from digests.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many readers, and how many of them are in their quiet hours now."""

    readers: int
    quiet: int

    def seconds(self, rate: float) -> float:
        """How long it takes at ``rate`` messages a second with nothing else to send."""
        return self.readers / rate


def wishes(severity: Severity) -> tuple[AlertWish, ...]:
    """Which wishes admit an alert of this severity."""
    if severity is Severity.FLASH:
        return (AlertWish.ALL, AlertWish.FLASH)
    return (AlertWish.ALL,)


async def estimate(
    session: AsyncSession, topics: Collection[str], severity: Severity, *, now: datetime
) -> Estimate:
    """Counts the active subscribers with one of the topics and a wish for such alerts."""
    tastes = select(TasteTopic.taste_id).where(TasteTopic.topic.in_(topics))
    hours = (Subscriber.timezone, Subscriber.quiet_from, Subscriber.quiet_until)
    groups = await session.execute(
        select(*hours, func.count())
        .where(
            Subscriber.state == SubscriberState.ACTIVE,
            Subscriber.alerts.in_(wishes(severity)),
            Subscriber.taste_id.in_(tastes),
        )
        .group_by(*hours)
    )
    readers = quiet = 0
    for timezone, quiet_from, quiet_until, count in groups:
        readers += count
        if in_quiet_hours(timezone, quiet_from, quiet_until, now):
            quiet += count
    return Estimate(readers, quiet)


def in_quiet_hours(timezone: str, start: int | None, end: int | None, now: datetime) -> bool:
    """Whether it is quiet there now; the hours may span midnight, and end before ``end`` strikes."""
    if start is None or end is None:
        return False
    local = now.astimezone(ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start <= end else minute >= start or minute < end
