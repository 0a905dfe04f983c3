"""The small print of delivery: lines that only a bad day needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.delivery.answer import Answer
from bot.delivery.courier import Courier
from bot.delivery.window import COLD, FIRST_ANSWERS, LEARNS, SPAN, Window
from bot.sandbox import Fault, Sandbox
from digests.errors import TokenRefused
from digests.outbox import pace
from digests.outbox.claim import Claim, Claimed, claim
from digests.outbox.dispatch import Dispatch
from digests.outbox.expand import expand
from digests.outbox.gate import Gate
from digests.outbox.message import OutboxMessage
from digests.outbox.rescue import APART, rescue
from digests.outbox.settle import Result, settle
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.fakes import JumpingClock
from tests.delivery.test_courier import planned
from tests.outbox.builders import alert, readers

Couriers = Callable[..., Courier]


async def in_flight(database: Database, clock: JumpingClock, chats: list[int]) -> Claim:
    """An alert's messages, all claimed."""
    async with database.write() as session:
        await readers(session, chats, now=clock.now)
        await alert(session, now=clock.now)
        await expand(session, now=clock.now, rate=30)
        return await claim(session, clock, bot_id=1, owner="w", ceiling=30, most=len(chats))


async def settled(database: Database, now: datetime, *results: Result) -> None:
    async with database.write() as session:
        await settle(session, results, bot_id=1, ceiling=30, now=now)


def result(message: Claimed, meaning: Meaning, **more: object) -> Result:
    verdict = replace(Verdict(meaning, message_id=9), **more)  # type: ignore[arg-type]
    return Result(message.id, message.slot_no, message.revision, verdict=verdict)


async def gate_of(database: Database) -> Gate:
    async with database.read() as session:
        return (await session.scalars(select(Gate))).one()


async def row_of(database: Database, message: Claimed) -> OutboxMessage:
    async with database.read() as session:
        return await session.get_one(OutboxMessage, message.id)


async def test_what_waits_for_its_slot_stays_when_the_token_is_refused(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    await planned(database, sandbox, range(1, 41), now)
    courier, asked = courier_of(rate=30.0), list[str]()

    async def refuse(method: str, payload: object, **_: object) -> Answer:
        asked.append(method)
        return Answer(401)

    courier._gateway._transport.call = refuse  # type: ignore[method-assign, assignment]
    with pytest.raises(TokenRefused):
        await courier.run()
    assert len(asked) == 1


async def test_a_second_group_that_is_told_to_wait_speaks_for_all(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    for group in (-5, -6):
        sandbox.add_group(group, "Newsroom")
        sandbox.fault(Fault("too_many", chat_id=group, times=1, retry_after=9))
    await planned(database, sandbox, [-5, -6, 1], now)
    await work_off(courier_of(in_flight=1), patience=60)
    gate = await gate_of(database)
    assert gate.hold_until is not None
    assert gate.rate == 800


async def test_of_several_waits_the_longest_counts_and_the_rate_falls_once(
    database: Database, clock: JumpingClock, now: datetime
) -> None:
    taken = await in_flight(database, clock, [1, 2, 3])
    for message, seconds in zip(taken.messages, (5, 20, 7), strict=True):
        wait = {"retry_after": timedelta(seconds=seconds), "whole_token": True}
        await settled(database, now, result(message, Meaning.LATER, **wait))
        row = await row_of(database, message)
        assert row.attempt == 0  # Telegram's wait is no try of ours
    gate = await gate_of(database)
    assert gate.hold_until == now + timedelta(seconds=20)
    assert gate.rate == pace.lowered(30)


async def test_a_new_part_has_its_own_doubt_and_its_own_tries(
    database: Database, clock: JumpingClock, now: datetime
) -> None:
    """The first part's lost answer is no reason to give the second one up."""
    [message] = (await in_flight(database, clock, [1])).messages
    async with database.write() as session:
        await session.execute(update(OutboxMessage).values(ambiguous=1, attempt=2))
    await settled(database, now, replace(result(message, Meaning.DELIVERED), parts=2))
    row = await row_of(database, message)
    assert (row.part, row.ambiguous, row.attempt) == (1, 0, 0)


async def test_what_a_dying_worker_held_goes_out_one_after_the_other(
    database: Database, clock: JumpingClock, now: datetime
) -> None:
    """One of them may be what killed it."""
    await in_flight(database, clock, [1, 2, 3])
    later = now + timedelta(minutes=2)
    async with database.write() as session:
        await rescue(session, now=later)
    async with database.read() as session:
        rows = await session.scalars(select(OutboxMessage.not_before).order_by(OutboxMessage.id))
    assert rows.all() == [None, later + APART, later + 2 * APART]


async def test_who_joined_the_audience_after_it_was_counted_is_part_of_it(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await readers(session, [1, 2, 3], now=now)
        made = await alert(session, now=now, audience=1)
        await expand(session, now=now, rate=30)
    async with database.read() as session:
        dispatch = await session.get_one(Dispatch, made.id)
    assert (dispatch.audience, dispatch.expanded, dispatch.passed_over) == (3, 3, 0)


def test_what_was_learnt_of_the_wire_is_forgotten_when_connections_have_gone() -> None:
    """A message that waits for a new one is counted after others that left later."""
    window, now = Window(1), 0.0
    for _ in range(FIRST_ANSWERS + 1):
        window.answered(window.leave(now), now + 0.01)
        now += SPAN + LEARNS
    for pause, knows in ((COLD - 1, True), (COLD + 1, False)):
        now += pause
        departure = window.leave(now)
        window.answered(departure, now + 0.2)
        is_told_by_the_way_back = departure.counted == pytest.approx(now + 0.19, abs=0.01)
        assert is_told_by_the_way_back is knows
