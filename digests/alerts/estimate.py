"""Whom an alert would reach (verb): counted in one query, and found by index as its dispatch is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Result, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from digests.alerts.alert import AlertRevision
from digests.audience.manner import Manner, manner_of
from digests.audience.occurrence import floor_minute
from digests.audience.subscriber import HOURS, Subscriber
from digests.outbox.dispatch import Dispatch
from digests.outbox.plan import matching_halves, muted_of
from digests.outbox.quiet import is_quiet
from digests.vocabulary import Severity

KEPT = 32
"""Estimates held in memory."""


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

Asked = tuple[int, int, tuple[str, ...], Severity, datetime]
"""An alert's id and revision, its topics and severity, and the minute."""


class Estimates:
    """Counts once for each state of an alert and minute: its card is drawn again at every tap, and a
    million subscribers take seconds to count."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Asked, Estimate] = OrderedDict()

    async def of(
        self,
        session: AsyncSession,
        words: AlertRevision,
        *,
        now: datetime,
        about: str | None = None,
    ) -> Estimate:
        """Whom these words of an alert would reach, as of this minute."""
        topics = tuple(words.topics)
        asked = (words.alert_id, words.revision, topics, words.severity, floor_minute(now))
        if asked not in self._kept:
            self._kept[asked] = await estimate(
                session, topics, words.severity, now=now, about=about
            )
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[asked]


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
    same, own = matching_halves(dispatch)
    by_taste = session.get_bind().dialect.name == "sqlite"
    halves = (
        _grouped(same, Subscriber.taste_id, by_taste),
        _grouped(own, Subscriber.breaking_taste_id, by_taste),
        select(*_BY, -func.count()).where(muted_of(dispatch)).group_by(*_BY),
    )
    groups: Result[*tuple[Any, ...]] = await session.execute(union_all(*halves))
    readers = quiet = held = 0
    for timezone, quiet_from, quiet_until, by_day, at_night, found in groups:
        count = int(found)
        readers += count
        if is_quiet(now, timezone, quiet_from, quiet_until):
            manner = manner_of(severity, by_day, at_night, quiet=True)
            quiet += count if manner is Manner.SILENT else 0
            held += count if manner is Manner.HOLD else 0
    return Estimate(readers, quiet, held)


def _grouped(
    half: ColumnElement[bool], taste: InstrumentedAttribute[int | None], by_taste: bool
) -> Select[*tuple[Any, ...]]:
    """How many of each hours. PostgreSQL gathers them in one table in memory. SQLite would sort them all:
    ``by_taste`` they come in the order of the index, and only some thousand groups are left to sort."""
    if not by_taste:
        return select(*_BY, func.count()).where(half).group_by(*_BY)
    inner = select(taste, *_BY, func.count().label("readers")).where(half).group_by(taste, *_BY)
    found = inner.subquery().c
    by = [found[name] for name in HOURS]
    return select(*by, func.sum(found.readers)).group_by(*by)
