"""A whole newsroom on the sandbox: the real application, a courier, people who write and tap."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.application import build
from bot.context import Services
from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.pacing import Pacing
from bot.delivery.transport import Transport
from bot.desk.card import deal
from bot.desk.live import refresh, release
from bot.rendering.contents import Contents
from bot.rendering.render import Words
from bot.sandbox import Sandbox
from bot.settings import Settings
from bot.updates import Updates
from digests.alerts.audit import REFUSED, entries
from digests.storage.database import Database
from digests.stories.tagging import load_topics
from tests.alerts.builders import EDITOR, OWNER, READER, REVIEWER
from tests.delivery.at_once import work_off
from tests.delivery.fakes import JumpingClock

RATE = 1000.0
TOPICS = load_topics()
WORDS = Words(TOPICS)


class Newsroom:
    """Everything runs when it is asked to, and no clock makes anybody wait."""

    def __init__(self, database: Database, sandbox: Sandbox, clock: JumpingClock) -> None:
        self.database, self.sandbox, self.clock = database, sandbox, clock
        self.patient = True
        """Whoever looks at a card looks once it has its number."""
        settings = Settings(token=sandbox.token, api_url=sandbox.url, owners=[OWNER], rate=RATE)
        self.services = Services(
            database=database,
            settings=settings,
            words=WORDS,
            topics=TOPICS,
            contents=Contents(database, WORDS),
            clock=lambda: clock.now,
        )
        self.transport = Transport(sandbox.token, sandbox.url)
        for user_id, name in (
            (OWNER, "Olha"),
            (EDITOR, "Eve"),
            (REVIEWER, "Roman"),
            (READER, "Rita"),
        ):
            sandbox.add_user(user_id, name)
            sandbox.start_chat(user_id)
        self.boot()

    def boot(self) -> None:
        """A new process: nothing is left but the tables."""
        self.application = build(self.services, self.transport)
        pacing = Pacing(self.database, bot_id=100, rate=RATE, clock=self.clock)
        self.application.bot._rate_limiter = pacing
        self.updates = Updates(self.application)

    async def open(self) -> None:
        """Meets the sandbox."""
        await self.application.initialize()
        await self.heed()

    async def restart(self) -> None:
        """The process ends and another begins."""
        await self.application.shutdown()
        self.boot()
        await self.open()

    async def demand_two(self) -> None:
        """The operator sets FRONTWIRE_TWO_PERSON and starts it again."""
        settings = self.services.settings.model_copy(update={"two_person": True})
        self.services = replace(self.services, settings=settings)
        await self.restart()

    async def close(self) -> None:
        """Ends everything."""
        await self.application.shutdown()
        await self.transport.close()

    async def heed(self) -> None:
        """The bot hears everything said so far."""
        queue = self.sandbox.world.updates
        while rows := queue.peek(100):
            queue.confirm(rows[-1]["update_id"] + 1)
            await asyncio.gather(*filter(None, [self.updates.take(row) for row in rows]))
        if self.patient:
            await self.services.counting.settle()

    async def say(self, user_id: int, text: str, **more: Any) -> list[dict[str, Any]]:
        """Somebody writes; what the bot answered in their own chat."""
        message_id = await self.sandbox.say(user_id, text, **more)
        await self.heed()
        after = message_id if more.get("chat_id") in (None, user_id) else 0
        return [m for m in self.screen(user_id) if m["message_id"] > after]

    async def tap(self, user_id: int, label: str, *, message: dict[str, Any] | None = None) -> str:
        """Taps the newest button whose label begins so; the toast."""
        found = message or self.with_button(user_id, label)
        data = next(b["callback_data"] for b in buttons(found) if b["text"].startswith(label))
        return await self.tap_data(user_id, found, data)

    async def tap_data(self, user_id: int, message: dict[str, Any], data: str) -> str:
        """Sends callback data, which may be forged; the toast."""
        tapped = asyncio.create_task(
            self.sandbox.tap(user_id, message["chat"]["id"], message["message_id"], data)
        )
        await asyncio.sleep(0)
        await self.heed()
        answer = await tapped
        return str((answer or {}).get("text") or "")

    def screen(self, chat_id: int) -> list[dict[str, Any]]:
        """The bot's messages in a chat, oldest first."""
        return [m for m in self.sandbox.messages(chat_id) if self.sandbox.from_bot(m)]

    def last(self, chat_id: int) -> str:
        """The newest message's text."""
        return str(self.screen(chat_id)[-1]["text"])

    def with_button(self, chat_id: int, label: str) -> dict[str, Any]:
        """The newest message with a button whose label begins so."""
        for message in reversed(self.screen(chat_id)):
            if any(b["text"].startswith(label) for b in buttons(message)):
                return message
        raise AssertionError(f"no button {label!r} among {labels(self.screen(chat_id))}")

    def courier(self, rate: float = RATE) -> Courier:
        """A courier that is never late."""
        return Courier(
            self.database,
            Gateway(self.transport),
            self.services.contents,
            bot_id=100,
            rate=rate,
            clock=self.clock,
            late_after=3600.0,
        )

    async def deliver(self) -> None:
        """The courier brings everything that waits."""
        await work_off(self.courier(), patience=60.0)

    async def tick(self) -> int:
        """The timetable releases what is due, sends wanted cards and refreshes the live ones."""
        await release(self.services, self.application.bot)
        await deal(self.services, self.application.bot)
        return await refresh(self.services, self.application.bot)

    async def audited(self) -> list[str]:
        """What the audit log holds, oldest first; refusals with the wish."""
        async with self.database.read() as session:
            found = await entries(session, limit=100)
        return [
            f"refused {e.details['wish']}" if e.act == REFUSED else e.act for e in reversed(found)
        ]


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """All buttons of a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def labels(messages: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The labels under each message."""
    return [[button["text"] for button in buttons(message)] for message in messages]
