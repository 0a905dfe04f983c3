"""What Telegram says to all of us, or to one chat: wait, or do not come back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.sandbox import Fault, Sandbox
from digests.errors import TokenRefused
from digests.outbox.gate import Gate
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.builders import Couriers, planned, tallied
from tests.delivery.fakes import JumpingClock


async def test_too_many_requests_in_a_private_chat_holds_everything_and_slows_down(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 6), now)
    sandbox.fault(Fault("too_many", times=1, retry_after=9))
    await work_off(courier_of(in_flight=1), patience=60)
    assert clock.now - now >= timedelta(seconds=9)
    assert (await tallied(database, dispatch)).sent == 5
    async with database.read() as session:
        gate = (await session.scalars(select(Gate))).one()
    assert gate.rate == 800


async def test_too_many_requests_in_a_group_holds_that_group_alone(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    sandbox.add_group(-5, "Newsroom")
    await planned(database, sandbox, [-5, 1, 2], now)
    sandbox.fault(Fault("too_many", chat_id=-5, times=1, retry_after=9))
    await work_off(courier_of(), patience=60)
    assert [sent.chat_id for sent in sandbox.accept_log] == [1, 2, -5]
    async with database.read() as session:
        gate = (await session.scalars(select(Gate))).one()
    assert gate.hold_until is None


async def test_a_refused_token_stops_everything_and_says_so(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1, 2], now)
    courier = courier_of()
    courier._gateway = Gateway(Transport("1:wrong", sandbox.url))
    with pytest.raises(TokenRefused):
        await courier.run()
    stand = await tallied(database, dispatch)
    assert (stand.waiting, stand.failed) == (2, 0)
