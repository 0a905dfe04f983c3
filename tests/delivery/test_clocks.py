"""Slots, leases and clocks that are set: nothing goes out late, nothing waits a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.sandbox import Sandbox
from digests.outbox.gate import ChatPace
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database
from tests.delivery.at_once import fed_and_claimed, work_off
from tests.delivery.builders import Couriers, planned, texts
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert


async def test_a_clock_set_forward_makes_no_lease_look_old(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await fed_and_claimed(courier)
    clock.set_by(timedelta(hours=1))
    await courier.upkeep.rescue()
    async with database.read() as session:
        row = (await session.scalars(select(OutboxMessage))).one()
    assert (row.state, row.rescues) == (MessageState.SENDING, 0)


async def test_a_slot_that_was_missed_is_given_back_unsent(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of(late_after=0.05)
    taken = await fed_and_claimed(courier)
    await clock.sleep_until(taken.messages[0].slot + 0.06)
    await courier.launch(taken)
    await courier._finish_flying()
    assert sandbox.accept_log == []
    async with database.read() as session:
        row = (await session.scalars(select(OutboxMessage))).one()
        even = (await session.scalars(select(ChatPace.next_send_at))).one()
    assert (row.state, row.attempt, row.ambiguous) == (MessageState.READY, 0, 0)
    assert even <= clock.now, "its chat need not wait for what never left"


async def test_nothing_is_sent_whose_lease_could_end_before_the_answer(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    taken = await fed_and_claimed(courier)
    await clock.sleep_until(taken.messages[0].slot + 60)
    await courier.launch(taken)
    await courier._finish_flying()
    assert sandbox.accept_log == []


async def test_a_clock_set_back_a_day_stops_nothing(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    await work_off(courier_of())
    clock.set_by(timedelta(days=-1))
    async with database.write() as session:
        await alert(session, now=now, subject_id=8)
    await work_off(courier_of(), patience=10)
    assert texts(sandbox) == ["alert 7 r1", "alert 8 r1"]


async def test_what_waits_after_the_clock_was_set_back_waits_no_day_however_slowly_it_is_read(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    taken = await fed_and_claimed(courier)
    clock.set_by(timedelta(days=-1))
    clock.width = 1.0
    courier._settle(taken.messages[0], 1, Verdict(Meaning.UNSENT, "no line"))
    await courier.flusher.flush(5)
    async with database.read() as session:
        waits_until = (await session.scalars(select(OutboxMessage.not_before))).one()
    assert waits_until == clock.now + timedelta(seconds=1)
