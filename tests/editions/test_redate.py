"""A clock that ran ahead for a moment costs nobody a digest, and gives nobody two."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digests.editions.compose import compose
from digests.editions.redate import dated_too_late, redate
from digests.storage.database import Database
from tests.editions.builders import add_reader

DAY = timedelta(days=1)


async def tick(database: Database, now: datetime, *, dates_anew: bool = True) -> int:
    """As the timetable does; how many appointments will be served."""
    async with database.read() as session:
        late = await dated_too_late(session, now=now)
    async with database.write() as session:
        if dates_anew:
            await redate(session, late)
        return (await compose(session, now=now)).stamped


@pytest.mark.parametrize(("dates_anew", "served"), [(True, 1), (False, 0)])
async def test_a_clock_that_was_a_day_ahead_for_a_moment_costs_no_digest(
    database: Database, now: datetime, dates_anew: bool, served: int
) -> None:
    """08:00 in Kyiv is 06:00 in UTC. Without it the next morning's would not come."""
    noon = now + timedelta(hours=6)
    async with database.write() as session:
        await add_reader(session, noon - timedelta(hours=2), minutes=(480,))
    assert await tick(database, noon + DAY) == 0
    assert await tick(database, noon, dates_anew=dates_anew) == 0
    assert await tick(database, now + DAY, dates_anew=dates_anew) == served


async def test_what_was_told_ahead_of_its_day_is_not_told_again(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_reader(session, now - timedelta(hours=2), minutes=(480,))
    assert await tick(database, now + DAY) == 1
    assert await tick(database, now + timedelta(hours=1)) == 0
    assert await tick(database, now + DAY) == 0
    assert await tick(database, now + 2 * DAY) == 1


async def test_a_slot_that_was_looked_at_meanwhile_is_left_alone(
    database: Database, now: datetime
) -> None:
    noon = now + timedelta(hours=6)
    async with database.write() as session:
        await add_reader(session, noon - timedelta(hours=2), minutes=(480,))
    await tick(database, noon + DAY)
    async with database.read() as session:
        late = await dated_too_late(session, now=noon)
    assert len(late) == 1
    async with database.write() as session:
        await redate(session, late)
        await redate(session, late)
    async with database.read() as session:
        assert await dated_too_late(session, now=noon) == []
    assert await tick(database, now + DAY) == 1
