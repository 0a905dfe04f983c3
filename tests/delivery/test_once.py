"""What is in doubt is sent again once, marked, and never a third time by machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.sandbox import Fault, Sandbox
from digests.outbox.expand import expand
from digests.outbox.message import OutboxMessage
from digests.storage.database import Database
from tests.delivery.at_once import fed_and_claimed, work_off
from tests.delivery.builders import Couriers, ledger, planned, tallied
from tests.delivery.fakes import JumpingClock


async def test_an_answer_that_vanished_is_sent_again_once_and_marked(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    sandbox.fault(Fault("drop_answer", times=1))
    await work_off(courier_of(), patience=30)
    assert len(sandbox.accept_log) == 2
    assert [r.ambiguous for r in await ledger(database)] == [True]
    assert (await tallied(database, dispatch)).sent == 1


async def test_a_second_vanished_answer_is_left_to_a_person(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    sandbox.fault(Fault("drop_answer"))
    await work_off(courier_of(), patience=30)
    assert len(sandbox.accept_log) == 2
    assert (await tallied(database, dispatch)).unknown == 1


async def test_a_courier_that_dies_between_sending_and_settling_repeats_at_most_once_and_says_so(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 11), now)
    dying = courier_of()
    await dying.launch(await fed_and_claimed(dying))
    await asyncio.wait(dying._flying)  # on the wire and answered; its results die with it
    clock.set_by(timedelta(minutes=2))
    heir = courier_of()
    await heir.upkeep.arrive()
    await heir.upkeep.rescue()
    await work_off(heir, patience=30)
    per_chat = [sum(s.chat_id == chat for s in sandbox.accept_log) for chat in range(1, 11)]
    assert per_chat == [2] * 10
    assert [r.ambiguous for r in await ledger(database)] == [True] * 10
    assert (await tallied(database, dispatch)).sent == 10


async def test_a_message_in_doubt_goes_though_the_disk_is_slower_than_a_slot_waits(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    async with database.write() as session:
        await expand(session, now=now, rate=30)
        await session.execute(update(OutboxMessage).values(ambiguous=1))
    courier = courier_of(late_after=0.05)

    @asynccontextmanager
    async def slow_write() -> AsyncIterator[AsyncSession]:
        async with write() as session:
            yield session
        await clock.sleep_until(clock.monotonic() + 0.2)

    write = database.write
    database.write = slow_write  # type: ignore[method-assign]
    await work_off(courier, patience=3.0)
    assert len(sandbox.accept_log) == 1
