"""Which sources had nothing to say when a digest was made (verb, reading only): silence is not calm."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.matter import Matter, MatterKind, MatterState

SILENT = "silent"


@dataclass(frozen=True, slots=True)
class QuietSource:
    """A source from which nothing has come for longer than usual."""

    name: str
    since: datetime
    is_silent: bool
    """It answers and says nothing new; otherwise it cannot be read."""


async def quiet_sources(
    session: AsyncSession, topics: Collection[str], at: datetime
) -> list[QuietSource]:
    """Those that tell of these topics, as they were at that moment; the longest quiet first."""
    open_then = select(Matter).where(
        Matter.kind == MatterKind.SOURCE,
        Matter.made_at <= at,
        or_(Matter.settled_at.is_(None), Matter.settled_at > at),
    )
    found = [
        QuietSource(
            name=matter.values["title"],
            since=datetime.fromisoformat(matter.values["since_at"]),
            is_silent=matter.values["why"] == SILENT,
        )
        for matter in await session.scalars(open_then.order_by(Matter.id))
        if not set(topics).isdisjoint(matter.values.get("topics", ()))
    ]
    return sorted(found, key=lambda source: source.since)


async def silent_now(session: AsyncSession) -> int:
    """How many sources answer and have said nothing new for longer than they ever do."""
    wanted = select(func.count()).where(
        Matter.kind == MatterKind.SOURCE,
        Matter.state == MatterState.OPEN,
        Matter.values["why"].as_string() == SILENT,
    )
    return await session.scalar(wanted) or 0
