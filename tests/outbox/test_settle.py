"""What was rescued belongs to its new courier: the old one's word changes nothing but the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from digests.outbox.claim import Claimed, claim
from digests.outbox.depart import depart
from digests.outbox.dispatch import Content
from digests.outbox.expand import expand
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Receipt
from digests.outbox.rescue import rescue
from digests.outbox.settle import Result, Settled, settle
from digests.outbox.tally import tally
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers

DELIVERED = Verdict(Meaning.DELIVERED, message_id=55)


@pytest.fixture
async def dispatch_id(database: Database, now: datetime) -> int:
    """An alert with one reader, in the outbox."""
    async with database.write() as session:
        await readers(session, [1], now=now)
        dispatch = await alert(session, now=now)
        await expand(session, now=now, rate=30)
    return dispatch.id


async def claimed(database: Database, clock: JumpingClock, owner: str) -> Claimed:
    async with database.write() as session:
        taken = await claim(session, clock, bot_id=1, owner=owner, ceiling=30, most=5)
    return taken.messages[0]


async def settled(
    database: Database, message: Claimed, verdict: Verdict | None, now: datetime
) -> Settled:
    result = Result(message.id, message.slot_no, message.revision, verdict=verdict)
    async with database.write() as session:
        return await settle(session, [result], bot_id=1, ceiling=30, now=now)


async def rescued_and_taken_again(
    database: Database, clock: JumpingClock
) -> tuple[Claimed, Claimed]:
    """The claim of a courier that stalled, and that of the one who has the message now."""
    stalled = await claimed(database, clock, "stalled")
    clock.set_by(timedelta(minutes=2))
    async with database.write() as session:
        assert (await rescue(session, now=clock.now)).again == 1
    return stalled, await claimed(database, clock, "heir")


async def row(database: Database) -> OutboxMessage:
    async with database.read() as session:
        return (await session.scalars(select(OutboxMessage))).one()


@pytest.mark.parametrize(
    ("verdict", "receipts"),
    [
        pytest.param(None, 0, id="given back"),
        pytest.param(Verdict(Meaning.UNSENT), 0, id="not sent"),
        pytest.param(Verdict(Meaning.UNCERTAIN), 0, id="in doubt"),
        pytest.param(Verdict(Meaning.GONE, "blocked"), 0, id="gone"),
        pytest.param(DELIVERED, 1, id="delivered: that copy is entered, to be corrected later"),
    ],
)
async def test_a_stalled_couriers_word_leaves_the_message_with_its_heir(
    database: Database,
    dispatch_id: int,
    now: datetime,
    verdict: Verdict | None,
    receipts: int,
) -> None:
    clock = JumpingClock(now)
    stalled, heir = await rescued_and_taken_again(database, clock)
    assert (await settled(database, stalled, verdict, clock.now)).lost_claim == 1
    held = await row(database)
    assert (held.state, held.slot_no) == (MessageState.SENDING, heir.slot_no)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Receipt)) == receipts
        assert (await tally(session, dispatch_id)).sending == 1
    await settled(database, heir, DELIVERED, clock.now)
    async with database.read() as session:
        assert (await tally(session, dispatch_id)).sent == 1


async def test_what_arrived_and_was_rescued_but_not_yet_sent_again_is_finished(
    database: Database, dispatch_id: int, now: datetime
) -> None:
    clock = JumpingClock(now)
    stalled = await claimed(database, clock, "stalled")
    clock.set_by(timedelta(minutes=2))
    async with database.write() as session:
        await rescue(session, now=clock.now)
    await settled(database, stalled, DELIVERED, clock.now)
    async with database.read() as session:
        stand = await tally(session, dispatch_id)
    assert (stand.sent, stand.waiting) == (1, 0)


async def test_a_restarted_courier_is_not_its_former_self(
    database: Database, dispatch_id: int, now: datetime
) -> None:
    """The fence is the claim's number, not the owner's name."""
    clock = JumpingClock(now)
    first = await claimed(database, clock, "same")
    clock.set_by(timedelta(minutes=2))
    async with database.write() as session:
        await rescue(session, now=clock.now)
    second = await claimed(database, clock, "same")
    assert first.slot_no != second.slot_no
    await settled(database, first, None, clock.now)
    assert (await row(database)).state is MessageState.SENDING


async def test_settling_twice_is_settling_once(
    database: Database, dispatch_id: int, now: datetime
) -> None:
    clock = JumpingClock(now)
    message = await claimed(database, clock, "a")
    for _ in range(2):
        await settled(database, message, DELIVERED, now)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Receipt)) == 1


async def test_settling_the_first_of_two_parts_twice_loses_no_second(
    database: Database, dispatch_id: int, now: datetime
) -> None:
    """As after a commit whose answer was lost: the row stands for the next part by then."""
    clock = JumpingClock(now)
    first = await claimed(database, clock, "a")
    result = Result(first.id, first.slot_no, first.revision, parts=2, verdict=DELIVERED)
    for _ in range(2):
        async with database.write() as session:
            await settle(session, [result], bot_id=1, ceiling=30, now=now)
    waiting = await row(database)
    assert (waiting.part, waiting.state) == (1, MessageState.READY)
    clock.set_by(timedelta(seconds=5))
    await claimed(database, clock, "a")
    async with database.write() as session:
        await settle(session, [result], bot_id=1, ceiling=30, now=now)
    assert (await row(database)).state is MessageState.SENDING
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Receipt)) == 1


async def test_a_lease_that_still_runs_is_nobody_elses(
    database: Database, dispatch_id: int, now: datetime
) -> None:
    clock = JumpingClock(now)
    await claimed(database, clock, "busy")
    async with database.write() as session:
        assert (await rescue(session, now=now + timedelta(seconds=89))).again == 0
        assert (await rescue(session, now=now, orphans=True)).again == 1


@pytest.mark.parametrize(("departs", "unknown", "waiting"), [(True, 1, 0), (False, 0, 1)])
async def test_a_message_that_left_in_a_second_dying_workers_hands_is_for_a_person(
    database: Database,
    dispatch_id: int,
    now: datetime,
    departs: bool,
    unknown: int,
    waiting: int,
) -> None:
    clock = JumpingClock(now)
    for _death in range(2):
        message = await claimed(database, clock, "dying")
        clock.set_by(timedelta(minutes=2))
        async with database.write() as session:
            if departs and message.ambiguous:
                assert await depart(session, [(message.id, message.slot_no)])
            await rescue(session, now=clock.now)
    async with database.read() as session:
        stand = await tally(session, dispatch_id)
    assert (stand.unknown, stand.waiting) == (unknown, waiting)


async def test_a_mark_of_an_earlier_departure_does_not_last(
    database: Database, dispatch_id: int, now: datetime
) -> None:
    clock = JumpingClock(now)
    _, heir = await rescued_and_taken_again(database, clock)
    async with database.write() as session:
        await depart(session, [(heir.id, heir.slot_no)])
    await settled(database, heir, None, clock.now)  # given back: it had not left after all
    clock.set_by(timedelta(minutes=2))
    await claimed(database, clock, "third")
    clock.set_by(timedelta(minutes=2))
    async with database.write() as session:
        assert (await rescue(session, now=clock.now)).again == 1


async def test_a_stalled_courier_may_not_depart_with_what_is_anothers(
    database: Database, dispatch_id: int, now: datetime
) -> None:
    stalled, heir = await rescued_and_taken_again(database, JumpingClock(now))
    async with database.write() as session:
        assert not await depart(session, [(stalled.id, stalled.slot_no)])
        assert await depart(session, [(heir.id, heir.slot_no)])


async def test_at_most_once_neither_a_lost_answer_nor_a_dead_worker_sends_again(
    database: Database, now: datetime
) -> None:
    once = [Content.ALERT]
    async with database.write() as session:
        await readers(session, [1, 2], now=now)
        alerts = await alert(session, now=now)
        await expand(session, now=now, rate=30)
    clock = JumpingClock(now)
    async with database.write() as session:
        taken = await claim(session, clock, bot_id=1, owner="a", ceiling=30, most=5)
        lost = Result(
            taken.messages[0].id,
            taken.messages[0].slot_no,
            1,
            verdict=Verdict(Meaning.UNCERTAIN, "no answer"),
        )
        await settle(session, [lost], bot_id=1, ceiling=30, now=now, at_most_once=once)
        clock.set_by(timedelta(minutes=2))
        await rescue(session, now=clock.now, at_most_once=once)
    async with database.read() as session:
        assert (await tally(session, alerts.id)).unknown == 2
