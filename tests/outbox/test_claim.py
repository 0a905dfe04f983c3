"""However many claim, and however often: the slots they get together keep the rate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from digests.outbox import pace
from digests.outbox.claim import Claim, claim
from digests.outbox.expand import expand
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers


async def claimed(database: Database, clock: JumpingClock, **options: Any) -> Claim:
    async with database.write() as session:
        return await claim(session, clock, bot_id=1, owner="any", ceiling=30, most=20, **options)


async def test_workers_that_claim_in_turn_share_one_pace(database: Database, now: datetime) -> None:
    clock, slots, chats = JumpingClock(now), list[float](), list[int]()
    async with database.write() as session:
        await readers(session, range(1, 101), now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=30)
    for turn in range(60):
        async with database.write() as session:
            taken = await claim(session, clock, bot_id=1, owner=str(turn % 3), ceiling=30, most=20)
        slots += [message.slot for message in taken.messages]
        chats += [message.chat_id for message in taken.messages]
        assert all(slot <= clock.monotonic() + 0.25 for slot in slots)
        await clock.sleep_until(clock.monotonic() + 0.05)
    assert len(chats) == len(set(chats)) >= 80
    assert all(later - earlier >= 1.0 for earlier, later in zip(slots, slots[30:], strict=False))


@pytest.mark.parametrize(
    ("leads", "first_late", "second_late", "apart"),
    [
        pytest.param(True, 40, 40, 0, id="it claimed last itself: its own window keeps the pace"),
        pytest.param(False, 0, 0, 0, id="another did, and was punctual"),
        pytest.param(False, 40, 0, 35, id="another did, and was late"),
        pytest.param(False, 0, 40, 35, id="another did, and this one was late"),
        pytest.param(False, 40, 45, 40, id="both were late: by what was later"),
    ],
)
async def test_whoever_takes_over_keeps_as_far_away_as_somebody_was_late(
    database: Database,
    now: datetime,
    leads: bool,
    first_late: int,
    second_late: int,
    apart: int,
) -> None:
    clock = JumpingClock(now)
    async with database.write() as session:
        await readers(session, range(1, 61), now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=30)
    taken, last = [], None
    for late in (0, first_late, second_late):
        late_by = timedelta(milliseconds=late)
        taken.append(await claimed(database, clock, last=last, late=late_by))
        # The first claim makes the lead; whoever does not lead waits until slots would be lost.
        last = taken[-1].tat if leads or len(taken) == 1 else None
        waits = (
            timedelta(0) if last else pace.EARLY - pace.OTHERS_EARLY + timedelta(milliseconds=20)
        )
        await clock.sleep_until(taken[-1].again_at + waits.total_seconds())
    between = taken[2].messages[0].slot - taken[1].messages[-1].slot
    expected = pace.interval(30).total_seconds() + apart / 1000
    assert between == pytest.approx(expected, abs=1e-5)


async def test_nobody_takes_over_while_slots_are_claimed_ahead(
    database: Database, now: datetime
) -> None:
    clock = JumpingClock(now)
    async with database.write() as session:
        await readers(session, range(1, 31), now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=30)

    first = await claimed(database, clock)
    await clock.sleep_until(first.again_at)
    refused = await claimed(database, clock)
    assert not refused.messages
    assert first.again_at < refused.again_at < first.messages[-1].slot + 0.034
    assert (await claimed(database, clock, last=first.tat)).messages
    await clock.sleep_until(refused.again_at)
    assert (await claimed(database, clock, is_alone=True)).messages


async def test_in_a_hurry_the_next_slot_is_taken_before_it_comes_near(
    database: Database, now: datetime
) -> None:
    clock = JumpingClock(now)
    async with database.write() as session:
        await readers(session, range(1, 41), now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=30)
    taken, last = [], None
    for hurry in (False, False, True, True):
        taken.append(await claimed(database, clock, last=last, hurry=hurry))
        last = taken[-1].tat or last
    assert [len(one.messages) for one in taken] == [7, 0, 1, 0]
    assert taken[2].messages[0].slot <= clock.monotonic() + 0.25 + 1.01 / 30
