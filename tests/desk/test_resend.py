"""An alert goes once more to those who missed it, and to nobody twice."""

from __future__ import annotations

from sqlalchemy import select, update

from digests.audience.subscriber import Subscriber, SubscriberState
from digests.outbox.dispatch import Content, Dispatch, Reach
from digests.outbox.receipt import Outcome, Receipt
from tests.alerts.builders import EDITOR, READER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons
from tests.outbox.builders import readers

TEXT = "/breaking Missile strikes reported on a depot near Luhansk\nIt burns. Two are hurt."
NEWCOMER = 14


async def sent_while_one_rests(desk: Newsroom) -> None:
    """The first reader was paused when it went out; somebody came later."""
    async with desk.database.write() as session:
        resting = update(Subscriber).where(Subscriber.chat_id == READERS[0])
        await session.execute(resting.values(state=SubscriberState.PAUSED))
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 2")
    await desk.deliver()
    await desk.tick()
    async with desk.database.write() as session:
        await session.execute(resting.values(state=SubscriberState.ACTIVE))
        await readers(session, [NEWCOMER], now=desk.clock.now, topics=["strikes"])


async def test_who_missed_it_is_counted_first_and_then_reached(desk: Newsroom) -> None:
    await sent_while_one_rests(desk)
    card = desk.screen(EDITOR)[1]
    await desk.say(EDITOR, "/resend", reply_to=card["message_id"])
    assert "2 readers who would get it now have no copy." in desk.last(EDITOR)
    await desk.tap(EDITOR, "Send to 2 who missed it")
    await desk.deliver()
    assert [len(desk.screen(chat)) for chat in (*READERS, NEWCOMER)] == [1, 1, 1, 1]
    await desk.tick()
    assert "2 / 2 this time\n\nDelivered: 4; 2 of them before" in desk.screen(EDITOR)[1]["text"]
    assert (await desk.audited())[-1] == "resend"
    await desk.tap(EDITOR, "Who missed it?")
    assert "Everybody who would get it now has it." in desk.last(EDITOR)


async def test_without_a_reply_the_newest_alerts_are_offered(desk: Newsroom) -> None:
    (answer,) = await desk.say(EDITOR, "/resend")
    assert answer["text"] == "No alert was sent that somebody could have missed."
    await sent_while_one_rests(desk)
    await desk.say(EDITOR, "/resend")
    await desk.tap(EDITOR, "Missile strikes reported")
    assert desk.with_button(EDITOR, "Send to 2 who missed it")


async def test_a_second_press_sends_nothing(desk: Newsroom) -> None:
    await sent_while_one_rests(desk)
    await desk.tap(EDITOR, "Who missed it?")
    question = desk.with_button(EDITOR, "Send to 2 who missed it")
    data = buttons(question)[0]["callback_data"]
    await desk.tap_data(EDITOR, question, data)
    assert await desk.tap_data(EDITOR, question, data) == "That was already decided."
    await desk.deliver()
    assert await desk.tap_data(EDITOR, question, data) == "That was already decided."
    async with desk.database.read() as session:
        again = select(Dispatch).where(Dispatch.reach == Reach.MISSED)
        assert len((await session.scalars(again)).all()) == 1


async def test_who_may_have_it_is_not_among_them(desk: Newsroom) -> None:
    await sent_while_one_rests(desk)
    async with desk.database.write() as session:
        lost = update(Receipt).where(
            Receipt.chat_id == READERS[1], Receipt.content == Content.ALERT
        )
        await session.execute(lost.values(outcome=Outcome.UNKNOWN))
    await desk.tap(EDITOR, "Who missed it?")
    assert desk.with_button(EDITOR, "Send to 2 who missed it")


async def test_while_it_goes_out_nobody_has_missed_it(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    card = desk.screen(EDITOR)[1]
    (answer,) = await desk.say(EDITOR, "/resend", reply_to=card["message_id"])
    assert answer["text"] == "It is still going out: who has not got it yet will get it."


async def test_what_was_withdrawn_or_corrected_meanwhile_is_not_sent_as_it_was(
    desk: Newsroom,
) -> None:
    await sent_while_one_rests(desk)
    await desk.tap(EDITOR, "Who missed it?")
    question = desk.with_button(EDITOR, "Send to 2 who missed it")
    card = desk.screen(EDITOR)[1]
    await desk.say(EDITOR, "/retract It was not so.", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Withdraw 2 copies")
    await desk.deliver()
    toast = await desk.tap(EDITOR, "Send to 2 who missed it", message=question)
    assert toast == "That was already decided."
    (answer,) = await desk.say(EDITOR, "/resend", reply_to=card["message_id"])
    assert answer["text"] == "That was already decided."


async def test_a_reader_cannot_send_anything_again(desk: Newsroom) -> None:
    await sent_while_one_rests(desk)
    said = await desk.sandbox.say(READER, "x")
    await desk.heed()
    assert [m["text"] for m in await desk.say(READER, "/resend", reply_to=said)] == [
        "Only people whom the owners appointed may do that."
    ]
