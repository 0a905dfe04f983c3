"""Rows that many subscribers share (verb): the taste of these topics, the slot at this time.

Two people may be the first to want the same at once: the row is inserted by whoever comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.occurrence import next_occurrence
from digests.audience.said_times import Time
from digests.audience.slot import Slot
from digests.audience.taste import Length, Taste, TasteTopic, taste_key
from digests.storage.bulk import insert_new
from digests.vocabulary import Topic

NO_TOPIC = "-"
"""The key of the taste that holds none."""


async def taste_for(
    session: AsyncSession,
    topics: Iterable[Topic],
    length: Length = Length.USUAL,
    *,
    has_map: bool = False,
) -> int | None:
    """The id of the taste for these topics and wishes; none for no topics."""
    wanted = sorted(set(topics))
    key = taste_key(wanted, length, has_map=has_map)
    if not key:
        return None
    return await _taste(session, {"key": key, "length": length, "has_map": has_map}, wanted)


async def breaking_taste_for(session: AsyncSession, topics: Iterable[Topic]) -> int:
    """The id of the taste for these topics of breaking news; there is one for no topic at all."""
    wanted = sorted(set(topics))
    return await _taste(session, {"key": taste_key(wanted) or NO_TOPIC}, wanted)


async def _taste(session: AsyncSession, new: dict[str, Any], topics: list[Topic]) -> int:
    key = new["key"]
    if await insert_new(session, Taste, [new], ["id"]):
        taste_id = await _taste_id(session, key)
        if topics:
            rows = [{"taste_id": taste_id, "topic": topic} for topic in topics]
            await session.execute(insert(TasteTopic), rows)
    return await _taste_id(session, key)


async def slot_for(session: AsyncSession, timezone: str, time: Time, *, now: datetime) -> int:
    """The id of the slot for this time in this zone; a new one knows when it is due next."""
    key = {"timezone": timezone, "minute": time.minute, "weekdays": time.weekdays}
    wanted = select(Slot.id).filter_by(**key)
    found = await session.scalar(wanted)
    if found is not None:
        return found
    due_at, local_date = next_occurrence(timezone, time.minute, time.weekdays, now)
    new = {**key, "next_due_at": due_at, "next_local_date": local_date}
    await insert_new(session, Slot, [new], ["id"])
    return (await session.scalars(wanted)).one()


async def _taste_id(session: AsyncSession, key: str) -> int:
    return (await session.scalars(select(Taste.id).where(Taste.key == key))).one()
