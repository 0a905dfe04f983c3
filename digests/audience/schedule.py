"""When a subscriber is told (verb): times of day, and the zone they are meant in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.occurrence import next_occurrence
from digests.audience.said_times import Time
from digests.audience.sharing import slot_for
from digests.audience.slot import Appointment, Slot
from digests.audience.subscriber import Subscriber
from digests.storage.bulk import insert_new

DEFAULT_TIME = Time(8 * 60)
"""When a reader who has not said a time gets the digest."""


async def times_of(session: AsyncSession, subscriber: Subscriber) -> tuple[Time, ...]:
    """The times a subscriber keeps, in order."""
    rows = await session.execute(
        select(Slot.minute, Slot.weekdays)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .where(Appointment.subscriber_id == subscriber.id)
    )
    return tuple(sorted(Time(minute, weekdays) for minute, weekdays in rows))


async def set_times(
    session: AsyncSession, subscriber: Subscriber, times: Iterable[Time], *, now: datetime
) -> None:
    """Keeps exactly these times. A time that stays remembers what it has already brought."""
    wanted = {time.minute: time for time in times}
    await session.execute(
        delete(Appointment).where(
            Appointment.subscriber_id == subscriber.id, Appointment.minute.not_in(wanted)
        )
    )
    for time in wanted.values():
        await _keep(session, subscriber, time, now=now)


async def set_timezone(
    session: AsyncSession, subscriber: Subscriber, timezone: str, *, now: datetime
) -> None:
    """Moves every time to the same local time of another zone; local dates already told stay so."""
    times = await times_of(session, subscriber)
    subscriber.timezone, subscriber.timezone_said = timezone, True
    for time in times:
        await _keep(session, subscriber, time, now=now)


async def next_due(session: AsyncSession, subscriber: Subscriber, now: datetime) -> datetime | None:
    """When the next digest is due; none without times."""
    times = await times_of(session, subscriber)
    due = [next_occurrence(subscriber.timezone, t.minute, t.weekdays, now)[0] for t in times]
    return min(due, default=None)


async def _keep(
    session: AsyncSession, subscriber: Subscriber, time: Time, *, now: datetime
) -> None:
    slot_id = await slot_for(session, subscriber.timezone, time, now=now)
    key = {"subscriber_id": subscriber.id, "minute": time.minute}
    if not await insert_new(session, Appointment, [{**key, "slot_id": slot_id}], ["minute"]):
        await session.execute(update(Appointment).filter_by(**key).values(slot_id=slot_id))
