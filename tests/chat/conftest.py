"""The real application against the sandbox, driven update by update: nothing runs by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.application import build
from bot.context import App, Services
from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.rendering.contents import Contents
from bot.rendering.render import Words
from bot.sandbox import Limits, Sandbox
from bot.settings import Settings
from bot.updates import Updates
from digests.storage.database import Database
from digests.stories.tagging import load_topics
from tests.delivery.at_once import work_off
from tests.delivery.fakes import JumpingClock

OLENA, PETER = 501, 502
"""A reader who speaks Ukrainian, and one who speaks English."""

Row = dict[str, Any]


class Conversation:
    """Somebody talks with the bot; each act is followed by everything the bot does about it."""

    def __init__(self, sandbox: Sandbox, application: App, courier: Courier, now: datetime) -> None:
        self.sandbox, self.courier, self.now = sandbox, courier, now
        services: Services = application.bot_data["services"]
        self.database, self.topics = services.database, services.topics
        self._updates = Updates(application)

    async def say(self, user_id: int, text: str, **how: Any) -> list[Row]:
        """What the bot answers in that chat."""
        chat_id = how.get("chat_id") or user_id
        before = self._last(chat_id)
        await self.sandbox.say(user_id, text, **how)
        return await self.answers(chat_id, before)

    async def press(self, user_id: int, message: Row, label: str) -> Row | None:
        """Taps the button with this label; the toast."""
        return await self.tap(user_id, message, data_of(message, label))

    async def tap(self, user_id: int, message: Row, data: str) -> Row | None:
        """Taps with this data, genuine or not."""
        tap = asyncio.create_task(
            self.sandbox.tap(user_id, message["chat"]["id"], message["message_id"], data)
        )
        await asyncio.sleep(0)
        await self.pump()
        return await tap

    async def answers(self, chat_id: int, before: int) -> list[Row]:
        """The bot's messages after that one, once everything is done."""
        await self.pump()
        return [m for m in self.from_bot(chat_id) if m["message_id"] > before]

    async def pump(self) -> None:
        """Processes every waiting update."""
        while updates := self.sandbox.world.updates.peek(100):
            tasks = [self._updates.take(update) for update in updates]
            await asyncio.gather(*(task for task in tasks if task))
            self.sandbox.world.updates.confirm(updates[-1]["update_id"] + 1)

    async def deliver(self) -> None:
        """The courier sends everything that is planned."""
        await work_off(self.courier)

    def from_bot(self, chat_id: int) -> list[Row]:
        """What the bot has said in a chat, as it stands now."""
        return [m for m in self.sandbox.messages(chat_id) if self.sandbox.from_bot(m)]

    def last(self, chat_id: int) -> Row:
        """Its newest message there."""
        return self.from_bot(chat_id)[-1]

    def later(self, **by: float) -> None:
        """Time passes."""
        self.now += timedelta(**by)

    def _last(self, chat_id: int) -> int:
        rows = self.sandbox.messages(chat_id)
        return rows[-1]["message_id"] if rows else 0


def labels(message: Row) -> list[str]:
    """The labels of a message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def data_of(message: Row, label: str) -> str:
    """The callback data behind a label."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    found = {button["text"]: button.get("callback_data") for row in rows for button in row}
    assert label in found, f"no button {label!r} among {sorted(found)}"
    return str(found[label])


@pytest.fixture
async def talk(database: Database, now: datetime) -> AsyncIterator[Conversation]:
    """A conversation on an empty database."""
    clock = JumpingClock(now)
    async with Sandbox(limits=Limits.none()) as sandbox:
        settings = Settings(token="100:sandbox", api_url=sandbox.url, rate=1000, owners=[1])
        topics = load_topics()
        words = Words(topics)
        transport = Transport("100:sandbox", sandbox.url)
        contents = Contents(database, words)
        services = Services(database, settings, words, topics, contents, lambda: spoken.now)
        application = build(services, transport, clock)
        courier = Courier(
            database,
            Gateway(transport),
            contents,
            bot_id=100,
            rate=1000,
            clock=clock,
            late_after=3600.0,
        )
        spoken = Conversation(sandbox, application, courier, now)
        sandbox.add_user(OLENA, "Олена", language="uk")
        sandbox.add_user(PETER, "Peter", language="en")
        for person in (OLENA, PETER):
            sandbox.start_chat(person)
        await application.initialize()
        yield spoken
        await application.shutdown()
        await transport.close()
