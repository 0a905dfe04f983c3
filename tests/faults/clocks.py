"""F11: 400 days of digests over five zones, with clocks that step by an hour and by a day.

The real planning and the real expansion on a fake clock, which goes from one due time to the next; what
the outbox holds after each step is noted and taken away. Which local dates must have had their digest is
worked out here, from the zones' rules alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from digests.audience.slot import Appointment, Slot
from digests.editions.compose import compose
from digests.editions.redate import dated_too_late, redate
from digests.outbox.expand import expand
from digests.outbox.message import OutboxMessage
from digests.storage.database import Database
from tests.editions.builders import add_reader
from tests.faults.row import Outcome

ZONES = {
    "Europe/Kyiv": 3 * 60 + 30,
    "America/New_York": 2 * 60 + 30,
    "Australia/Lord_Howe": 2 * 60 + 15,
    "Asia/Seoul": 8 * 60,
    "UTC": 0,
}
"""Zones and minutes after midnight; the first three lie where the clocks skip and repeat a time."""

BEGIN = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
STEPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1))

Run = tuple[datetime, datetime]
"""From when to when the clock went without a step."""


def seen(days: int, dice: random.Random, steps: int) -> list[Run]:
    """The clock's runs: steps of an hour and of a day, each taken back some time later."""
    at, end, runs = BEGIN, BEGIN + timedelta(days=days), list[Run]()
    for number in range(steps):
        stop = at + (end - at) / (steps - number) * dice.uniform(0.3, 0.9)
        runs.append((at, stop))
        at = stop + STEPS[number % len(STEPS)]
    return [*runs, (at, end)]


async def year(database: Database, *, days: int, steps: int) -> Outcome:
    """One reader in each zone; their digests counted by local date."""
    runs = seen(days, random.Random(11), steps)
    async with database.write() as session:
        for zone, minute in ZONES.items():
            await add_reader(session, BEGIN, minutes=(minute,), timezone=zone)
    found: Counter[tuple[str, date]] = Counter()
    for start, stop in runs:
        now = start
        while now < stop:
            found += await _tick(database, now)
            now = await _next(database, now)
    wanted = {(zone, day) for zone, minute in ZONES.items() for day in _days(zone, minute, runs)}
    missing = sorted(wanted - set(found))
    doubled = sum(count > 1 for count in found.values())
    said = (
        f"{days} days, {len(ZONES)} zones, {steps} steps of the clock: {found.total()} digests, of "
        f"{len(wanted)} demanded {len(missing)} missing, {doubled} double"
    )
    if missing:
        said += f"; the first missing: {missing[0][0]}, {missing[0][1]}"
    return Outcome(said, not missing and not doubled)


async def _next(database: Database, now: datetime) -> datetime:
    """The next due time, as the timetable would come upon it; six hours on at most."""
    async with database.read() as session:
        due = await session.scalar(select(func.min(Slot.next_due_at)).where(Slot.next_due_at > now))
    latest = now + timedelta(hours=6)
    return min(due, latest) if due else latest


async def _tick(database: Database, now: datetime) -> Counter[tuple[str, date]]:
    """Plans and expands; which zone's digests came of it, with the local date each was for."""
    async with database.write() as session:
        await redate(session, await dated_too_late(session, now=now))
        await compose(session, now=now)
    async with database.write() as session:
        while (await expand(session, now=now, rate=30)).looked:
            pass
        rows = await session.execute(
            select(Slot.timezone, Appointment.last_local_date)
            .join(Appointment, Appointment.slot_id == Slot.id)
            .join(OutboxMessage, OutboxMessage.subscriber_id == Appointment.subscriber_id)
        )
        found = Counter((zone, day) for zone, day in rows if day is not None)
        await session.execute(delete(OutboxMessage))
    return found


def _days(zone: str, minute: int, runs: list[Run]) -> Iterator[date]:
    """Local dates whose time the clock passed while it went."""
    at = time(minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
    for start, stop in runs:
        day = start.date() - timedelta(days=2)
        while day <= stop.date() + timedelta(days=2):
            if start < datetime.combine(day, at).astimezone(UTC) < stop - timedelta(hours=1):
                yield day
            day += timedelta(days=1)
