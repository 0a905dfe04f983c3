"""The whole chain: planned, expanded, claimed, rendered, sent, settled."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from bot.sandbox import Sandbox
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, Reach
from digests.outbox.notice import announce
from digests.outbox.plan import plan
from digests.outbox.tally import Tally
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.builders import Couriers, ledger, planned, tallied, texts
from tests.delivery.fakes import PlainContents
from tests.outbox.builders import alert, readers


async def test_every_matching_reader_gets_an_alert_once(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 41), now)
    async with database.write() as session:
        await readers(session, [50], now=now, topics=["cyber"])
    await work_off(courier_of())
    assert sorted(sent.chat_id for sent in sandbox.accept_log) == list(range(1, 41))
    assert set(texts(sandbox)) == {"alert 7 r1"}
    assert await tallied(database, dispatch) == Tally(40, 0, 0, 40, 0, 0, 0, 0)


async def test_a_commit_that_planned_something_wakes_the_courier_and_no_other_does(
    database: Database, courier_of: Couriers, now: datetime
) -> None:
    courier = courier_of()
    async with database.write() as session:
        await readers(session, [1], now=now)
    with suppress(ZeroDivisionError):
        async with database.write() as session:
            await alert(session, now=now)
            raise ZeroDivisionError
    assert not courier.upkeep._woken.is_set()
    async with database.write() as session:
        await alert(session, now=now)
        assert not courier.upkeep._woken.is_set()
    assert courier.upkeep._woken.is_set()
    courier._woken.clear()
    await courier.upkeep.feed()
    assert courier._woken.is_set()


async def test_one_rendering_serves_all_who_share_it(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    await planned(database, sandbox, range(1, 41), now)
    await work_off(courier_of())
    assert contents.rendered == 1


async def test_a_dispatch_that_reached_everyone_is_done(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await work_off(courier)
    await courier.upkeep.feed()
    async with database.read() as session:
        stored = await session.get_one(Dispatch, dispatch.id)
    assert stored.state is DispatchState.DONE


async def test_the_parts_of_a_long_content_come_in_order(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    contents.number = 3
    dispatch = await planned(database, sandbox, [1], now)
    await work_off(courier_of(), patience=30)
    assert texts(sandbox) == [f"alert 7 r1 p{part}" for part in range(3)]
    assert [(r.part, r.closes) for r in await ledger(database)] == [
        (0, False),
        (1, False),
        (2, True),
    ]
    assert (await tallied(database, dispatch)).sent == 1


async def test_who_received_something_is_answered_below_it(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    contents.number = 2
    await planned(database, sandbox, [1, 2], now)
    await work_off(courier_of(), patience=60)
    contents.number = 1
    async with database.write() as session:
        await plan(
            session,
            content=Content.CORRECTION,
            subject_id=3,
            lane=Lane.CORRECTIONS,
            reach=Reach.RECEIVED,
            received_content=Content.ALERT,
            received_subject_id=7,
            created_at=now,
            plan_key="note",
        )
    await work_off(courier_of(), patience=60)
    for chat in (1, 2):
        first, _second, note = [m for m in sandbox.messages(chat) if sandbox.from_bot(m)]
        assert note["text"] == "correction 3 r1"
        assert note["reply_to_message"]["message_id"] == first["message_id"]


async def test_a_notice_goes_to_its_one_chat_subscriber_or_not(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    sandbox.add_user(9, "Editor")
    sandbox.start_chat(9)
    async with database.write() as session:
        dispatch = await announce(session, chat_id=9, kind="sent", values={"n": 1}, now=now)
    await work_off(courier_of())
    assert texts(sandbox) == [f"notice {dispatch.subject_id} r1"]
    assert (await tallied(database, dispatch)).sent == 1
