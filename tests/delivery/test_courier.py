"""The whole chain: planned, expanded, claimed, rendered, sent, settled; and what may happen on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.sandbox import Fault, Sandbox
from digests.audience import presence
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.errors import TokenRefused
from digests.outbox.clock import SharedClock
from digests.outbox.control import cancel, pause, raise_revision, resume, supersede
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.expand import expand
from digests.outbox.gate import ChatPace, Gate
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.notice import announce
from digests.outbox.plan import plan
from digests.outbox.receipt import Receipt
from digests.outbox.tally import Tally, tally
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock, PlainContents
from tests.outbox.builders import alert, readers

Couriers = Callable[..., Courier]


async def planned(
    database: Database, sandbox: Sandbox, chats: Iterable[int], now: datetime
) -> Dispatch:
    """An alert for readers in these chats."""
    chats = list(chats)
    for chat in chats:
        if chat > 0:
            sandbox.add_user(chat, f"Reader {chat}")
        sandbox.start_chat(chat)
    async with database.write() as session:
        await readers(session, chats, now=now)
        return await alert(session, now=now)


async def corrected(database: Database, revision: int, now: datetime) -> Dispatch:
    """The alert's new revision, on its way to every copy, as a correction's approval plans it."""
    async with database.write() as session:
        await supersede(session, Content.ALERT, [7], now=now)
        await raise_revision(session, Content.ALERT, 7, revision)
        return await plan(
            session,
            content=Content.ALERT,
            subject_id=7,
            revision=revision,
            kind=MessageKind.EDIT,
            lane=Lane.CORRECTIONS,
            reach=Reach.RECEIVED,
            received_content=Content.ALERT,
            received_subject_id=7,
            created_at=now,
            plan_key=f"fix {revision}",
        )


async def tallied(database: Database, dispatch: Dispatch) -> Tally:
    async with database.read() as session:
        return await tally(session, dispatch.id)


async def ledger(database: Database) -> list[Receipt]:
    async with database.read() as session:
        return list(await session.scalars(select(Receipt).order_by(Receipt.id)))


async def reader_in(database: Database, chat_id: int) -> Subscriber:
    async with database.read() as session:
        return (
            await session.scalars(select(Subscriber).where(Subscriber.chat_id == chat_id))
        ).one()


def texts(sandbox: Sandbox) -> list[str | None]:
    return [sent.text for sent in sandbox.accept_log]


async def test_every_matching_reader_gets_an_alert_once(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 41), now)
    async with database.write() as session:
        await readers(session, [50], now=now, topics=["cyber"])
    await courier_of().work_off()
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
    await courier_of().work_off()
    assert contents.rendered == 1


async def test_a_dispatch_that_reached_everyone_is_done(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.work_off()
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
    await courier_of().work_off(patience=30)
    assert texts(sandbox) == [f"alert 7 r1 p{part}" for part in range(3)]
    assert [(r.part, r.closes) for r in await ledger(database)] == [
        (0, False),
        (1, False),
        (2, True),
    ]
    assert (await tallied(database, dispatch)).sent == 1


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
    await courier_of().work_off()
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
    await courier.work_off()
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
    await courier.work_off(patience=30)
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
    await courier_of().work_off(patience=30)
    assert [sent.chat_id for sent in sandbox.accept_log] == [-1005]
    assert (await reader_in(database, -1005)).state is SubscriberState.ACTIVE
    assert (await tallied(database, dispatch)).sent == 1


async def test_a_correction_after_a_move_touches_no_other_message_of_the_new_chat(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    """Message numbers begin anew there; the old copy is out of reach, and the ledger says so."""
    sandbox.add_group(-5, "Newsroom")
    await planned(database, sandbox, [-5], now)
    await courier_of().work_off(patience=30)
    sandbox.migrate(-5, -1005)
    fix = await corrected(database, 2, now)
    await courier_of().work_off(patience=30)
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
    await courier_of().work_off(patience=30)
    async with database.write() as session:
        await alert(session, now=now, subject_id=8)
    await courier_of().work_off(patience=30)
    # Why it is here now is said once.
    assert texts(sandbox) == ["alert 7 r1", "notice 1 r1", "alert 8 r1"]
    assert (await reader_in(database, -5)).thread_id is None


async def test_markup_that_telegram_cannot_parse_goes_as_plain_text(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    contents.text = "<b>Kursk</b> &lt; <br>"
    dispatch = await planned(database, sandbox, [1], now)
    await courier_of().work_off(patience=30)
    assert texts(sandbox) == ["Kursk <"]
    assert (await tallied(database, dispatch)).sent == 1


@pytest.mark.parametrize("text", ["<br>", "x" * 5000])
async def test_a_content_refused_in_three_chats_pauses_its_dispatch(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
    text: str,
) -> None:
    contents.text = text
    dispatch = await planned(database, sandbox, range(1, 31), now)
    courier = courier_of(in_flight=3)
    await courier.work_off()
    async with database.read() as session:
        stored = await session.get_one(Dispatch, dispatch.id)
    assert (stored.state, stored.state_reason) == (DispatchState.PAUSED, "content refused")
    stand = await tallied(database, dispatch)
    assert stand.waiting + stand.failed == 30
    assert stand.waiting >= 24


async def test_a_content_that_cannot_be_rendered_is_a_dead_letter_and_harms_no_other(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    contents.text = "{nonsense}"
    await courier_of().work_off()
    assert [r.reason for r in await ledger(database)] == ["rendering: KeyError"]
    assert (await tallied(database, dispatch)).failed == 1
    contents.text = "fine"
    async with database.write() as session:
        await alert(session, now=now, subject_id=8)
    await courier_of().work_off(patience=30)
    assert texts(sandbox) == ["fine"]


async def test_an_answer_that_vanished_is_sent_again_once_and_marked(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    sandbox.fault(Fault("drop_answer", times=1))
    await courier_of().work_off(patience=30)
    assert len(sandbox.accept_log) == 2
    assert [r.ambiguous for r in await ledger(database)] == [True]
    assert (await tallied(database, dispatch)).sent == 1


async def test_a_second_vanished_answer_is_left_to_a_person(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    sandbox.fault(Fault("drop_answer"))
    await courier_of().work_off(patience=30)
    assert len(sandbox.accept_log) == 2
    assert (await tallied(database, dispatch)).unknown == 1


async def test_too_many_requests_in_a_private_chat_holds_everything_and_slows_down(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 6), now)
    sandbox.fault(Fault("too_many", times=1, retry_after=9))
    await courier_of(in_flight=1).work_off(patience=60)
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
    await courier_of().work_off(patience=60)
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


async def test_paused_holds_resumed_goes_on_cancelled_is_accounted_for(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 11), now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    async with database.write() as session:
        assert await pause(session, dispatch.id, now=now, reason="editor")
    await courier.work_off()
    assert sandbox.accept_log == []
    async with database.write() as session:
        assert await resume(session, dispatch.id, now=now)
    courier._most = 4
    courier._launch(await courier._claim())
    await courier._finish_flying()
    async with database.write() as session:
        assert await cancel(session, dispatch.id, now=now, reason="recalled")
        assert not await cancel(session, dispatch.id, now=now, reason="recalled")
    await courier.work_off()
    assert await tallied(database, dispatch) == Tally(10, 0, 0, 4, 0, 6, 0, 0)


async def test_what_comes_back_to_a_paused_dispatch_is_held(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    taken = await courier._claim()
    async with database.write() as session:
        await pause(session, dispatch.id, now=now, reason="editor")
    sandbox.fault(Fault("too_many", times=1))
    courier._launch(taken)
    await courier._finish_flying()
    await courier.work_off(patience=30)
    assert sandbox.accept_log == []
    async with database.write() as session:
        await resume(session, dispatch.id, now=now)
    await courier.work_off(patience=30)
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
    await courier.work_off()
    assert sandbox.accept_log == []
    assert (await tallied(database, dispatch)).cancelled == 2


async def test_rows_that_wait_render_the_newest_revision(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    async with database.write() as session:
        await raise_revision(session, Content.ALERT, 7, 2)
    await courier.work_off()
    assert texts(sandbox) == ["alert 7 r2"]


async def test_a_copy_in_the_air_is_edited_when_it_lands(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    taken = await courier._claim()
    async with database.write() as session:
        await raise_revision(session, Content.ALERT, 7, 2)
    courier._launch(taken)
    await courier.work_off(patience=30)
    assert [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)] == ["alert 7 r2"]
    receipts = await ledger(database)
    assert [(r.revision, r.closes) for r in receipts] == [(2, False), (2, True)]
    assert (await tallied(database, dispatch)).sent == 1


async def test_a_copy_in_the_air_is_put_right_even_where_the_rest_is_recalled(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1, 2], now)
    courier = courier_of(in_flight=1)
    courier._most = 1
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    taken = await courier._claim()
    async with database.write() as session:
        await raise_revision(session, Content.ALERT, 7, 2)
        await cancel(session, dispatch.id, now=now, reason="retracted")
    courier._launch(taken)
    await courier.work_off(patience=30)
    assert [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)] == ["alert 7 r2"]
    assert [m for m in sandbox.messages(2) if sandbox.from_bot(m)] == []
    assert await tallied(database, dispatch) == Tally(2, 0, 0, 1, 0, 1, 0, 0)


@pytest.mark.parametrize("parts", [1, 3])
async def test_every_delivered_copy_is_edited_by_its_receipt(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
    parts: int,
) -> None:
    contents.number = parts
    await planned(database, sandbox, range(1, 6), now)
    await courier_of().work_off(patience=60)
    fix = await corrected(database, 2, now)
    await courier_of().work_off(patience=60)
    for chat in range(1, 6):
        shown = [m["text"] for m in sandbox.messages(chat) if sandbox.from_bot(m)]
        assert len(shown) == parts
        assert all(text.startswith("alert 7 r2") for text in shown)
    stand = await tallied(database, fix)
    assert (stand.audience, stand.sent) == (5 * parts, 5 * parts)
    assert {r.revision for r in await ledger(database)} == {2}


async def test_an_unsent_edit_gives_way_to_a_newer_one_of_the_same_message(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    """Each copy is edited once, straight to the newest revision; both dispatches account for all."""
    await planned(database, sandbox, range(1, 6), now)
    await courier_of().work_off(patience=60)
    older = await corrected(database, 2, now)
    await courier_of().upkeep.feed()
    newer = await corrected(database, 3, now)
    await courier_of().work_off(patience=60)
    for chat in range(1, 6):
        shown = [m["text"] for m in sandbox.messages(chat) if sandbox.from_bot(m)]
        assert shown == ["alert 7 r3"]
    assert await tallied(database, older) == Tally(5, 0, 0, 0, 0, 5, 0, 0)
    assert await tallied(database, newer) == Tally(5, 0, 0, 5, 0, 0, 0, 0)


async def test_an_edit_in_the_air_is_followed_by_the_newer_one(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.work_off(patience=60)
    older = await corrected(database, 2, now)
    await courier.upkeep.feed()
    while not (taken := await courier._claim()).messages:
        await courier._clock.sleep_until(taken.again_at)
    newer = await corrected(database, 3, now)
    courier._launch(taken)
    await courier.work_off(patience=60)
    shown = [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)]
    assert shown == ["alert 7 r3"]
    assert (await tallied(database, older)).cancelled == 1
    assert (await tallied(database, newer)).sent == 1


@pytest.mark.parametrize(("before", "after"), [(1, 2), (1, 3), (2, 3), (3, 1), (3, 2)])
async def test_a_corrected_content_of_another_length_is_shown_whole(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
    before: int,
    after: int,
) -> None:
    """Parts that were added come below, parts that are no more are taken away, and again both."""
    contents.number = before
    await planned(database, sandbox, [1, 2], now)
    await courier_of().work_off(patience=60)
    contents.number = after
    for revision in (2, 3):
        fix = await corrected(database, revision, now)
        await courier_of().work_off(patience=60)
        for chat in (1, 2):
            shown = [m["text"] for m in sandbox.messages(chat) if sandbox.from_bot(m)]
            ends = [f" p{part}" for part in range(after)] if after > 1 else [""]
            assert shown == [f"alert 7 r{revision}{end}" for end in ends]
        stand = await tallied(database, fix)
        assert stand.sent + stand.failed == stand.audience


async def test_an_added_part_comes_once_however_many_corrections_meet_it(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    """The first edit has landed and its added part waits when the second correction is planned."""
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.work_off(patience=60)
    contents.number = 2
    await corrected(database, 2, now)
    await courier.upkeep.feed()
    while not (taken := await courier._claim()).messages:
        await courier._clock.sleep_until(taken.again_at)
    courier._launch(taken)
    await courier._finish_flying()
    await corrected(database, 3, now)
    await courier.work_off(patience=60)
    shown = [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)]
    assert shown == ["alert 7 r3 p0", "alert 7 r3 p1"]


async def test_a_part_that_was_recalled_is_not_sent_by_a_correction(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    contents.number = 2
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    courier._launch(await courier._claim())
    await courier._finish_flying()
    async with database.write() as session:
        await cancel(session, dispatch.id, now=now, reason="recalled")
    await corrected(database, 2, now)
    await courier.work_off(patience=60)
    shown = [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)]
    assert shown == ["alert 7 r2 p0"]


async def test_who_received_something_is_answered_below_it(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    contents.number = 2
    await planned(database, sandbox, [1, 2], now)
    await courier_of().work_off(patience=60)
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
    await courier_of().work_off(patience=60)
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
    await courier_of().work_off()
    assert texts(sandbox) == [f"notice {dispatch.subject_id} r1"]
    assert (await tallied(database, dispatch)).sent == 1


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
    await courier_of().work_off()
    assert sorted(sent.chat_id for sent in sandbox.accept_log) == list(range(1, 101))
    assert (await tallied(database, dispatch)).sent == 100


async def test_a_courier_that_dies_between_sending_and_settling_repeats_at_most_once_and_says_so(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, range(1, 11), now)
    dying = courier_of()
    await dying.upkeep.feed()
    dying._launch(await dying._claim())
    await asyncio.wait(dying._flying)  # on the wire and answered; its results die with it
    clock.set_by(timedelta(minutes=2))
    heir = courier_of()
    await heir.upkeep.arrive()
    await heir.upkeep.rescue()
    await heir.work_off(patience=30)
    per_chat = [sum(s.chat_id == chat for s in sandbox.accept_log) for chat in range(1, 11)]
    assert per_chat == [2] * 10
    assert [r.ambiguous for r in await ledger(database)] == [True] * 10
    assert (await tallied(database, dispatch)).sent == 10


async def test_a_clock_set_forward_makes_no_lease_look_old(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    await courier._claim()
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
    await courier.upkeep.feed()
    taken = await courier._claim()
    await clock.sleep_until(taken.messages[0].slot + 0.06)
    courier._launch(taken)
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
    await courier.upkeep.feed()
    taken = await courier._claim()
    await clock.sleep_until(taken.messages[0].slot + 60)
    courier._launch(taken)
    await courier._finish_flying()
    assert sandbox.accept_log == []


async def test_a_clock_set_back_a_day_stops_nothing(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    await courier_of().work_off()
    clock.set_by(timedelta(days=-1))
    async with database.write() as session:
        await alert(session, now=now, subject_id=8)
    await courier_of().work_off(patience=10)
    assert texts(sandbox) == ["alert 7 r1", "alert 8 r1"]


async def test_what_waits_after_the_clock_was_set_back_waits_no_day_however_slowly_it_is_read(
    database: Database, sandbox: Sandbox, courier_of: Couriers, clock: JumpingClock, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    taken = await courier._claim()
    clock.set_by(timedelta(days=-1))
    clock.width = 1.0
    courier._settle(taken.messages[0], 1, Verdict(Meaning.UNSENT, "no line"))
    await courier.flusher.flush()
    async with database.read() as session:
        waits_until = (await session.scalars(select(OutboxMessage.not_before))).one()
    assert waits_until == clock.now + timedelta(seconds=1)


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
    await courier.work_off(patience=3.0)
    assert len(sandbox.accept_log) == 1


async def test_what_else_waits_for_a_chat_that_is_gone_is_not_asked_for(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    await planned(database, sandbox, [1, 2], now)
    async with database.write() as session:
        more = [await alert(session, now=now, subject_id=subject) for subject in (8, 9)]
    sandbox.block(1)
    await courier_of().work_off(patience=10.0)
    assert [refusal.code for refusal in sandbox.refused_log] == [403]
    for dispatch in more:
        stand = await tallied(database, dispatch)
        assert (stand.sent, stand.failed, stand.waiting) == (1, 1, 0)
