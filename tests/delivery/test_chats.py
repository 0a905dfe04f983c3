"""A chat that is gone, moved or half closed: its settings are kept, and nothing goes astray."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.sandbox import Sandbox
from digests.audience import presence
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.builders import Couriers, corrected, ledger, planned, reader_in, tallied, texts
from tests.outbox.builders import alert, readers


@pytest.mark.parametrize(("spoil", "reason"), [("block", "blocked"), ("deactivate", "deactivated")])
async def test_a_chat_that_is_gone_is_suspended_and_keeps_its_settings(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    now: datetime,
    spoil: str,
    reason: str,
) -> None:
    dispatch = await planned(database, sandbox, [1, 2], now)
    getattr(sandbox, spoil)(1)
    await work_off(courier_of())
    gone = await reader_in(database, 1)
    assert (gone.state, gone.state_reason) == (SubscriberState.SUSPENDED, reason)
    assert gone.taste_id is not None
    assert (await reader_in(database, 2)).state is SubscriberState.ACTIVE
    stand = await tallied(database, dispatch)
    assert (stand.sent, stand.failed) == (1, 1)


async def test_a_block_does_not_end_a_pause_without_an_end(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    """The pause began when the message was on its way already."""
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    async with database.write() as session:
        presence.pause((await session.scalars(select(Subscriber))).one(), now=now)
    sandbox.block(1)
    await work_off(courier)
    assert (await reader_in(database, 1)).state is SubscriberState.SUSPENDED
    async with database.write() as session:
        await presence.restore(session, 1, now=now)
    assert (await reader_in(database, 1)).state is SubscriberState.PAUSED


async def test_a_group_that_moved_keeps_its_settings_where_its_new_id_was_heard_of_first(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    sandbox.add_group(-5, "Newsroom")
    await planned(database, sandbox, [-5], now)
    old = await reader_in(database, -5)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    async with database.write() as session:
        await readers(session, [-1005], now=now, topics=["culture"])
    sandbox.migrate(-5, -1005)
    await work_off(courier, patience=30)
    moved = await reader_in(database, -1005)
    assert (moved.id, moved.taste_id) == (old.id, old.taste_id)
    assert moved.state is SubscriberState.ACTIVE
    async with database.read() as session:
        assert len((await session.scalars(select(Subscriber))).all()) == 1


async def test_a_group_that_moved_gets_it_at_its_new_id(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    sandbox.add_group(-5, "Newsroom")
    dispatch = await planned(database, sandbox, [-5], now)
    sandbox.migrate(-5, -1005)
    await work_off(courier_of(), patience=30)
    assert [sent.chat_id for sent in sandbox.accept_log] == [-1005]
    assert (await reader_in(database, -1005)).state is SubscriberState.ACTIVE
    assert (await tallied(database, dispatch)).sent == 1


async def test_a_correction_after_a_move_touches_no_other_message_of_the_new_chat(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    """Message numbers begin anew there; the old copy is out of reach, and the ledger says so."""
    sandbox.add_group(-5, "Newsroom")
    await planned(database, sandbox, [-5], now)
    await work_off(courier_of(), patience=30)
    sandbox.migrate(-5, -1005)
    fix = await corrected(database, 2, now)
    await work_off(courier_of(), patience=30)
    assert texts(sandbox) == ["alert 7 r1"]
    assert (await tallied(database, fix)).failed == 1
    assert (await ledger(database))[-1].reason == "moved"
    assert (await reader_in(database, -1005)).state is SubscriberState.ACTIVE


async def test_a_closed_forum_topic_is_left_for_the_general_one(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    sandbox.add_group(-5, "Forum", forum=True)
    sandbox.add_topic(-5, 77, "News")
    await planned(database, sandbox, [-5], now)
    async with database.write() as session:
        group = (await session.scalars(select(Subscriber))).one()
        group.thread_id = 77
    sandbox.close_topic(-5, 77)
    await work_off(courier_of(), patience=30)
    async with database.write() as session:
        await alert(session, now=now, subject_id=8)
    await work_off(courier_of(), patience=30)
    # Why it is here now is said once.
    assert texts(sandbox) == ["alert 7 r1", "notice 1 r1", "alert 8 r1"]
    assert (await reader_in(database, -5)).thread_id is None


async def test_what_else_waits_for_a_chat_that_is_gone_is_not_asked_for(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    await planned(database, sandbox, [1, 2], now)
    async with database.write() as session:
        more = [await alert(session, now=now, subject_id=subject) for subject in (8, 9)]
    sandbox.block(1)
    await work_off(courier_of(), patience=10.0)
    assert [refusal.code for refusal in sandbox.refused_log] == [403]
    for dispatch in more:
        stand = await tallied(database, dispatch)
        assert (stand.sent, stand.failed, stand.waiting) == (1, 1, 0)
