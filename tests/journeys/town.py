"""A whole Frontwire on the sandbox, driven step by step: no tick comes and nobody waits by itself."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from bot.context import Services
from bot.process import Process, services
from bot.sample import load_week, people
from bot.sandbox import Sandbox
from bot.settings import Settings
from digests.intake.receive import receive
from digests.intake.record import Record
from digests.intake.source import SourceKind
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.fakes import JumpingClock

Row = dict[str, Any]


class Town:
    """The sandbox's people, and the process that serves them."""

    def __init__(self, database: Database, telegram: Sandbox, now: datetime, owner: int) -> None:
        self.database, self.telegram, self.clock = database, telegram, JumpingClock(now)
        self.settings = Settings(
            token=telegram.token,
            api_url=telegram.url,
            database_url=database.url.render_as_string(hide_password=False),
            owners=[owner],
            rate=1000.0,
            listen="127.0.0.1:0",
        )
        people(telegram)
        self.process = self._process()

    def _process(self) -> Process:
        made: Services = services(self.settings, lambda: self.clock.now)
        process = Process(made, clock=self.clock)
        # The clock jumps to the last of the slots that are waited for: by it all others are late.
        process.courier._late_after = 3600.0
        return process

    async def open(self) -> None:
        """The bot is there."""
        await self.process.application.initialize()

    async def week(self) -> None:
        """The sample week has happened."""
        await load_week(self.process.services)

    async def story(self, title: str, text: str) -> None:
        """Something is published now."""
        now = self.clock.now
        record = Record(title, text=text, published_at=now, language="en")
        async with self.database.write() as session:
            await receive(session, [record], kind=SourceKind.FILE, sender="Wire", now=now)
        await self.process.timetable.tick("group")

    async def restart(self) -> None:
        """This process ends, another begins: nothing is left but the tables."""
        await self._close_process()
        self.process = self._process()
        await self.process.application.initialize()

    async def close(self) -> None:
        """Everything ends."""
        await self._close_process()

    async def _close_process(self) -> None:
        await self.process.application.shutdown()
        await self.process.transport.close()
        await self.process.feeds.close()
        await self.process.services.database.close()

    async def heed(self) -> None:
        """The bot hears what was said."""
        waiting = self.telegram.world.updates
        while rows := waiting.peek(100):
            await asyncio.gather(*filter(None, map(self.process.updates.take, rows)))
            waiting.confirm(rows[-1]["update_id"] + 1)

    async def say(self, user_id: int, text: str) -> list[str]:
        """Somebody writes; what the bot says to it."""
        said = await self.telegram.say(user_id, text)
        await self.heed()
        return [
            m.get("text") or m["caption"] for m in self.heard(user_id) if m["message_id"] > said
        ]

    async def tap(self, user_id: int, label: str) -> None:
        """Taps the newest button whose label begins so."""
        buttons = [
            (button["text"], message, button["callback_data"])
            for message in reversed(self.heard(user_id))
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if "callback_data" in button
        ]
        found = [one for one in buttons if one[0].startswith(label)]
        assert found, f"no button {label!r} among {[text for text, *_ in buttons]}"
        _, message, data = found[0]
        await self.press(user_id, message["message_id"], data)

    async def press(self, user_id: int, message_id: int, data: str) -> Row | None:
        """Taps with this data, genuine or not; what the bot answers the tap with."""
        tapping = asyncio.create_task(self.telegram.tap(user_id, user_id, message_id, data))
        await asyncio.sleep(0)
        await self.heed()
        return await tapping

    def heard(self, user_id: int) -> list[Row]:
        """The bot's messages in somebody's chat, oldest first."""
        return [m for m in self.telegram.messages(user_id) if self.telegram.from_bot(m)]

    async def until(self, moment: datetime) -> None:
        """Time passes; then the timetable ticks once, and the courier sends what there is."""
        self.clock.set_by(max(moment - self.clock.now, timedelta(0)))
        for name in ("resume", "wake", "group", "story_news", "compose", "desk"):
            await self.process.timetable.tick(name)
        await work_off(self.process.courier)
        await self.process.timetable.tick("desk")

    async def got(self, user_id: int, since: int) -> list[str]:
        """What came into somebody's chat after that message."""
        return [m["text"] for m in self.heard(user_id) if m["message_id"] > since]

    def last_id(self, user_id: int) -> int:
        """The newest message in somebody's chat."""
        return max((m["message_id"] for m in self.telegram.messages(user_id)), default=0)
