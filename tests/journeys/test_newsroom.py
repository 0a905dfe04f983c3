"""A newsroom's worst hour: an alert proposed, approved, held, corrected and withdrawn while it goes out.

Two must agree. After every step the process ends and another begins on the same database.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from bot.sample import EDITOR
from bot.sandbox import Limits, Sandbox
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.journeys.town import Town
from tests.outbox.builders import readers

SECOND = 4200
CROWD = range(100_000, 102_000)
TEXT = "/breaking Missile strikes reported on a depot near Luhansk\nIt burns, officials say."
RIGHT = "Fire reported at a warehouse near Luhansk\nNobody is said to be hurt."
OWN = "Nobody approves their own."


@pytest.fixture
async def room(database: Database, now: datetime) -> AsyncIterator[Town]:
    """An owner, somebody to be invited, two thousand readers; two must agree."""
    async with Sandbox(limits=Limits.none(), open_chats=True) as telegram:
        town = Town(database, telegram, now, EDITOR)
        # Slowly: every answer at the desk takes its slot too, and the clock jumps to it.
        town.settings = town.settings.model_copy(update={"two_person": True, "rate": 200.0})
        telegram.add_user(SECOND, "Second")
        async with database.write() as session:
            await readers(session, CROWD, now=now, topics=["strikes"])
        await town.restart()
        yield town
        await town.close()


@asynccontextmanager
async def sending(town: Town) -> AsyncIterator[None]:
    """The process delivers meanwhile, and ends as it does on SIGTERM; then another begins."""
    work = asyncio.create_task(town.process.courier.run())
    yield
    await town.process.courier.drain()
    await work
    await town.restart()


async def accepted(town: Town, count: int) -> None:
    """Until Telegram has accepted so many messages to the crowd."""
    more = asyncio.Event()
    listen = lambda *_: more.set()  # noqa: E731 - the sandbox tells it everything
    town.telegram.world.listeners.append(listen)
    async with asyncio.timeout(60):
        while sum(row.chat_id in CROWD for row in town.telegram.accept_log) < count:
            more.clear()
            await more.wait()
    town.telegram.world.listeners.remove(listen)


async def tapped(town: Town, user_id: int, label: str) -> None:
    """A tap, and then another process."""
    await town.tap(user_id, label)
    await town.restart()


async def toast(town: Town, user_id: int, label: str) -> str:
    """What a tap on this button is answered with."""
    for message in reversed(town.heard(user_id)):
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if button["text"].startswith(label):
                    found = await town.press(
                        user_id, message["message_id"], button["callback_data"]
                    )
                    return str((found or {}).get("text") or "")
    raise AssertionError(label)


def shown(town: Town) -> dict[int, list[str]]:
    """What stands in each reader's chat."""
    return {chat: [m["text"] for m in town.heard(chat)] for chat in CROWD}


async def test_the_worst_hour(room: Town) -> None:
    town = room
    # The owner invites a second editor by a link.
    await town.say(EDITOR, "/editors")
    await town.tap(EDITOR, "Link for an editor")
    code = re.search(r"start=(desk_\S+)", town.heard(EDITOR)[-1]["text"])
    assert code
    await town.restart()
    await town.say(SECOND, f"/start {code[1]}")
    # Proposed and shown; nobody approves their own.
    preview, _ = await town.say(EDITOR, TEXT)
    await tapped(town, EDITOR, "Propose to 1 other")
    assert (await toast(town, EDITOR, "Send alone")).startswith(OWN)
    before, card = [m["text"] for m in town.heard(SECOND)][-2:]
    assert before == preview
    assert "Reaches 2,000 readers" in card
    await tapped(town, SECOND, "Send to 2,000")
    # Held midway: nothing more goes out, whoever restarts.
    async with sending(town):
        await accepted(town, 400)
        await town.tap(SECOND, "Pause")
    held = sum(map(len, shown(town).values()))
    assert 400 <= held < 2000
    await work_off(town.process.courier, patience=5)
    assert sum(map(len, shown(town).values())) == held
    await town.restart()
    await tapped(town, EDITOR, "Resume")
    # Corrected while it goes out: the second person looks at the new words first.
    async with sending(town):
        await accepted(town, held + 300)
        await town.tap(EDITOR, "Correct")
        await town.say(EDITOR, RIGHT)
        await town.tap(EDITOR, "Ask for approval")
        await town.tap(SECOND, "Pause")
    some = sum(map(len, shown(town).values()))
    await work_off(town.process.courier, patience=5)
    async with sending(town):
        await town.tap(SECOND, "Look at it")
        await town.tap(SECOND, "Correct ")
        await town.tap(SECOND, "Resume")
        await accepted(town, some + 200)
    await work_off(town.process.courier, patience=60)
    misled = _misled(town)
    for chat, texts in shown(town).items():
        assert texts[0].startswith("▪︎ Priority · Fire reported at a warehouse"), chat
        assert len(texts) == 1 + (chat in misled), chat
    await town.restart()
    # Withdrawn: nobody else has to agree.
    await tapped(town, EDITOR, "Withdraw")
    await town.say(EDITOR, "The officials took it back.")
    await tapped(town, EDITOR, "Withdraw 2,000 copies")
    await work_off(town.process.courier, patience=60)
    for chat, texts in shown(town).items():
        assert texts[0].startswith("Withdrawn at"), chat
        assert texts[-1].startswith("Withdrawn"), chat
    _judge(town)


def _misled(town: Town) -> set[int]:
    """To whom, by the accept log, the error went."""
    wrong = "▪︎ Priority · Missile strikes"
    return {
        row.chat_id
        for row in town.telegram.accept_log
        if row.chat_id in CROWD and row.method == "sendMessage" and row.text.startswith(wrong)
    }


def _judge(town: Town) -> None:
    """Telegram's own log: one alert in each chat, each error told once, each last word a withdrawal."""
    log = [row for row in town.telegram.accept_log if row.chat_id in CROWD]
    alerts = Counter(
        row.chat_id for row in log if row.method == "sendMessage" and row.text.startswith("▪︎")
    )
    assert set(alerts) == set(CROWD)
    assert set(alerts.values()) == {1}
    corrections = Counter(row.chat_id for row in log if row.text.startswith("Correction ·"))
    assert max(corrections.values()) == 1
    assert set(corrections) == _misled(town)
    last = {row.chat_id: row.text for row in log if row.method == "editMessageText"}
    assert set(last) == set(CROWD)
    assert all(text.startswith("Withdrawn at") for text in last.values())
