"""Paused, resumed, recalled, expired, stopped: what is not to go out does not, and all is accounted for."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.sandbox import Fault, Sandbox
from digests.outbox.clock import SharedClock
from digests.outbox.control import cancel, pause, resume
from digests.outbox.dispatch import Dispatch
from digests.outbox.tally import Tally
from digests.storage.database import Database
from tests.delivery.at_once import claimed, fed_and_claimed, work_off
from tests.delivery.builders import Couriers, planned, tallied
from tests.delivery.fakes import JumpingClock


async def test_paused_holds_resumed_goes_on_cancelled_is_accounted_for(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 11), now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    async with database.write() as session:
        assert await pause(session, dispatch.id, now=now, reason="editor")
    await work_off(courier)
    assert sandbox.accept_log == []
    async with database.write() as session:
        assert await resume(session, dispatch.id, now=now)
    courier._most = 4
    await courier.launch(await claimed(courier))
    await courier._finish_flying()
    async with database.write() as session:
        assert await cancel(session, dispatch.id, now=now, reason="recalled")
        assert not await cancel(session, dispatch.id, now=now, reason="recalled")
    await work_off(courier)
    assert await tallied(database, dispatch) == Tally(10, 0, 0, 4, 0, 6, 0, 0)


async def test_what_comes_back_to_a_paused_dispatch_is_held(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    taken = await fed_and_claimed(courier)
    async with database.write() as session:
        await pause(session, dispatch.id, now=now, reason="editor")
    sandbox.fault(Fault("too_many", times=1))
    await courier.launch(taken)
    await courier._finish_flying()
    await work_off(courier, patience=30)
    assert sandbox.accept_log == []
    async with database.write() as session:
        await resume(session, dispatch.id, now=now)
    await work_off(courier, patience=30)
    assert len(sandbox.accept_log) == 1


async def test_an_expired_dispatch_is_cancelled_not_sent_late(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1, 2], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    async with database.write() as session:
        stored = await session.get_one(Dispatch, dispatch.id)
        stored.expires_at = now + timedelta(minutes=1)
    clock.set_by(timedelta(minutes=2))
    await courier.upkeep.rescue()
    await work_off(courier)
    assert sandbox.accept_log == []
    assert (await tallied(database, dispatch)).cancelled == 2


async def test_a_stop_takes_nothing_new_and_settles_what_is_in_flight(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 101), now)
    sandbox.fault(Fault("delay", seconds=0.01, after=True))
    for deploy in range(1, 11):
        courier = courier_of(in_flight=5, clock=SharedClock(), late_after=0.05)
        running = asyncio.create_task(courier.run())
        await sandbox.wait_for(deploy * 8)
        await courier.drain()
        await running
        assert (await tallied(database, dispatch)).sending == 0
    await work_off(courier_of())
    assert sorted(sent.chat_id for sent in sandbox.accept_log) == list(range(1, 101))
    assert (await tallied(database, dispatch)).sent == 100
