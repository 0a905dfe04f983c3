"""F13 and F14: a dispatch is paused, resumed, cancelled and corrected while it goes out."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime

from sqlalchemy import select

from digests.outbox.control import cancel, pause, resume
from digests.outbox.dispatch import Dispatch, DispatchState
from digests.outbox.tally import tally
from digests.storage.database import Database
from tests.delivery.builders import corrected
from tests.faults.broadcast import (
    broadcast,
    finished,
    lease_time_passes,
    readership,
)
from tests.faults.judge import copies_of, judge, shown
from tests.faults.killed import LEASE_SECONDS, orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Telegram

BEHIND = 0.5
"""Seconds after a pause's commit in which what was claimed before may still go out."""


async def orders_of_a_person(
    database: Database,
    *,
    count: int,
    readers: int,
    kills_every: int,
    rate: float = 300.0,
    behind: float = BEHIND,
) -> Outcome:
    """F13: one broadcast after another is paused and resumed or cancelled, with kills in between."""
    chats, dice = range(1, readers + 1), random.Random(13)
    await readership(database, chats)
    late = 0
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        staff.hire()
        for number in range(1, count + 1):
            dispatch_id = await broadcast(database, number)
            before = await telegram.count()
            await telegram.reaches(before + dice.randint(1, readers // 3))
            await _decide(database, dispatch_id, pause)
            paused_at = time.monotonic()
            if number % kills_every == 0:
                await staff.kill(staff.working[0])
                await lease_time_passes(database)
                staff.hire()
            await asyncio.sleep(BEHIND + dice.random() / 2)
            late += await _sent_since(telegram, before, number, paused_at + behind)
            await _decide(database, dispatch_id, resume)
            if number % 3 == 0:
                await asyncio.sleep(dice.random() / 4)
                await _decide(database, dispatch_id, cancel)
            await _ended(database, dispatch_id)
        await staff.retire_all()
        record = await telegram.accepted()
    unequal = await _unequal(database)
    found = judge(record, (), deaths=staff.deaths)
    said = (
        f"{count} broadcasts: the sum differs in {unequal}; sent later than {behind} s after a pause: "
        f"{late}; {found}"
    )
    return Outcome(said, unequal == 0 and late == 0 and found.is_clean)


async def _decide(database: Database, dispatch_id: int, verb: object) -> None:
    options = {} if verb is resume else {"reason": "a person"}
    async with database.write() as session:
        await verb(session, dispatch_id, now=datetime.now(UTC), **options)  # type: ignore[operator]


async def _sent_since(telegram: Telegram, before: int, subject: int, moment: float) -> int:
    record = await telegram.accepted(before)
    return sum(row.subject == f"alert {subject}" and row.at > moment for row in record)


async def _ended(database: Database, dispatch_id: int) -> None:
    """Nothing of it is waiting or in the air any more."""
    async with asyncio.timeout(LEASE_SECONDS):
        while True:
            async with database.read() as session:
                stand = await tally(session, dispatch_id)
                dispatch = await session.get_one(Dispatch, dispatch_id)
            if dispatch.state is not DispatchState.RUNNING and not stand.waiting + stand.sending:
                return
            await asyncio.sleep(0.05)


async def _unequal(database: Database) -> int:
    """Dispatches whose audience is not, exactly, what became of it."""
    wrong = 0
    async with database.read() as session:
        for dispatch_id in (await session.scalars(select(Dispatch.id))).all():
            stand = await tally(session, dispatch_id)
            ended = stand.sent + stand.failed + stand.cancelled + stand.unknown
            wrong += ended + stand.passed_over != stand.audience
    return wrong


async def corrections(
    database: Database, *, count: int, readers: int, rate: float = 200.0
) -> Outcome:
    """F14: corrections come in, one after the other, while the original is still going out."""
    chats = range(1, readers + 1)
    await readership(database, chats)
    await broadcast(database)
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        staff.hire()
        for number in range(1, count + 1):
            await telegram.reaches(readers * number // (count + 5))
            await corrected(database, number + 1, datetime.now(UTC))
        await finished(database, readers / rate * 10 + 120)
        await staff.retire_all()
        record = await telegram.accepted()
    sends = copies_of(record)
    stale = sum(revision != count + 1 for revision in shown(record).values())
    twice = sum(len(copies) > 1 for copies in sends.values())
    said = (
        f"{len(sends)} copies, {count} corrections, {len(record) - len(sends)} edits: "
        f"{stale} show another revision than the newest; {twice} sent twice"
    )
    return Outcome(said, stale == 0 and twice == 0 and len(sends) == readers)
