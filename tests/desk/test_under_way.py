"""While an alert goes out: paused, resumed, corrected and withdrawn, with couriers at work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.alerts.builders import EDITOR
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons
from tests.outbox.builders import readers

TEXT = "/breaking Missile strikes reported on a depot near Luhansk"
RIGHT = "Fire reported at a warehouse near Luhansk"
CROWD = range(5000, 5600)


@asynccontextmanager
async def at_work(desk: Newsroom) -> AsyncIterator[None]:
    """A courier delivers in the background: slowly, for every answer at the desk takes its slot too, and
    the clock jumps to it."""
    courier = desk.courier(rate=100.0)
    work = asyncio.create_task(courier.run())
    yield
    await courier.drain()
    await work


async def reached(desk: Newsroom, count: int) -> None:
    """Until so many messages of the crowd were accepted."""
    accepted = asyncio.Event()
    listen = lambda *_: accepted.set()  # noqa: E731 - the sandbox tells it everything
    desk.sandbox.world.listeners.append(listen)
    async with asyncio.timeout(20):
        while sum(row.chat_id in CROWD for row in desk.sandbox.accept_log) < count:
            accepted.clear()
            await accepted.wait()
    desk.sandbox.world.listeners.remove(listen)


async def crowd(desk: Newsroom) -> None:
    """Six hundred more readers, and an alert on its way to all."""
    async with desk.database.write() as session:
        await readers(session, CROWD, now=desk.clock.now, topics=["strikes"])
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 603")


async def test_what_is_held_and_corrected_under_way_ends_right_in_every_copy(
    desk: Newsroom,
) -> None:
    await crowd(desk)
    async with at_work(desk):
        await reached(desk, 40)
        await desk.tap(EDITOR, "Pause")
    held = {chat for chat in CROWD if desk.screen(chat)}
    assert 40 <= len(held) < 600
    await desk.tap(EDITOR, "Resume")
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, RIGHT)
    async with at_work(desk):
        await reached(desk, 120)
        await desk.tap(EDITOR, "Correct ", message=desk.with_button(EDITOR, "Discard"))
    await desk.deliver()
    for chat in CROWD:
        copy, *told = desk.screen(chat)
        assert copy["text"].startswith("▪︎ Priority · Fire reported at a warehouse"), chat
        assert len(told) <= 1, chat
    # Whoever was told had read the error; nobody who had is left untold.
    assert all(len(desk.screen(chat)) == 2 for chat in held)


async def test_what_is_withdrawn_under_way_stays_with_nobody(desk: Newsroom) -> None:
    await crowd(desk)
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "It was not so.")
    async with at_work(desk):
        await reached(desk, 60)
        await desk.tap(EDITOR, "Withdraw ", message=desk.with_button(EDITOR, "Discard"))
    await desk.deliver()
    got = [chat for chat in CROWD if desk.screen(chat)]
    assert 60 <= len(got) < 600
    for chat in got:
        assert desk.screen(chat)[0]["text"].startswith("Withdrawn at"), chat
    await desk.tick()
    card = desk.screen(EDITOR)[1]["text"]
    assert "stopped: it was withdrawn" in card
    everybody = [*CROWD, *READERS]
    assert f"Not sent: {sum(not desk.screen(chat) for chat in everybody)}" in card


async def test_a_recall_stops_what_waits_and_takes_back_what_arrived(desk: Newsroom) -> None:
    await crowd(desk)
    async with at_work(desk):
        await reached(desk, 40)
        await desk.tap(EDITOR, "Recall")
        assert "Recall alert 1?" in desk.last(EDITOR)
        await desk.tap(EDITOR, "Recall it")
    await desk.deliver()
    await desk.tick()
    got = [chat for chat in (*CROWD, *READERS) if desk.screen(chat)]
    assert 40 <= len(got) < 603
    for chat in got:
        # One that was in the air then arrives withdrawn: its reader never saw the error.
        copy, *told = desk.screen(chat)
        assert copy["text"].startswith("Withdrawn at"), chat
        assert all("The editors took it back." in one["text"] for one in told), chat
    assert sum(len(desk.screen(chat)) for chat in got) > 40
    card = desk.screen(EDITOR)[1]
    assert "recalled: nobody else gets it" in card["text"]
    assert buttons(card) == []
    assert (await desk.audited())[-1] == "recall"
