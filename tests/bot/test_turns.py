"""Turns: order within a chat, no waiting between chats."""

from __future__ import annotations

import asyncio

from telegram import Chat, Message, Update

from bot.turns import Turns


def said_in(chat_id: int) -> Update:
    """Something said in a chat."""
    return Update(1, message=Message(1, None, Chat(chat_id, "private")))  # type: ignore[arg-type]


async def test_updates_of_one_chat_follow_one_another_in_order() -> None:
    """However long the first takes."""
    turns, log = Turns(), []
    release = asyncio.Event()

    async def handle(name: str, *, waits: bool = False) -> None:
        if waits:
            await release.wait()
        log.append(name)

    tasks = [
        asyncio.create_task(turns.process_update(said_in(1), handle("first", waits=True))),
        asyncio.create_task(turns.process_update(said_in(1), handle("second"))),
        asyncio.create_task(turns.process_update(said_in(2), handle("other chat"))),
    ]
    await tasks[2]
    assert log == ["other chat"]
    release.set()
    await asyncio.gather(*tasks)
    assert log == ["other chat", "first", "second"]


async def test_a_failure_gives_the_turn_to_the_next() -> None:
    turns, log = Turns(), []

    async def breaks() -> None:
        raise RuntimeError

    async def works() -> None:
        log.append("done")

    results = await asyncio.gather(
        turns.process_update(said_in(1), breaks()),
        turns.process_update(said_in(1), works()),
        return_exceptions=True,
    )
    assert log == ["done"]
    assert isinstance(results[0], RuntimeError)


async def test_locks_of_silent_chats_are_let_go() -> None:
    """A million chats a day must not stay in memory."""
    turns = Turns()

    async def nothing() -> None: ...

    for chat_id in range(1, 50):
        await turns.process_update(said_in(chat_id), nothing())
    assert len(turns._locks) == 0
