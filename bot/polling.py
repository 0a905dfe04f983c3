"""Long polling, where no webhook is set.

An update is confirmed to Telegram when it was processed, not when it was fetched: those of a process
that died come again. While some are unfinished the poll is short, and starts at the oldest of them.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.delivery.answer import Answer
from bot.delivery.transport import Transport
from bot.polling_lock import PollingLock
from bot.updates import KINDS, Updates
from digests.errors import SecondPoller, TokenRefused

_log = logging.getLogger(__name__)

LONG = 50
"""Seconds a poll stays open: the most Telegram allows."""
SHORT_PAUSE = 0.2
"""Seconds between two short polls."""
WINDOW = 100
"""Updates in one answer: the most Telegram gives."""
LONGEST_PAUSE = 30.0
CONFLICTS = 3
"""How many 409 in a row mean another poller, and not our own last call that still hangs."""
CONFLICT_PAUSE = 3.0
PATIENCE = 20.0
"""Seconds that updates have to be finished at a stop."""


class Polling:
    """Fetches updates until it is stopped."""

    def __init__(self, transport: Transport, updates: Updates, lock: PollingLock) -> None:
        self._transport = transport
        self._updates = updates
        self._lock = lock
        self._next = 0
        self._conflicts = 0
        self.is_polling = False
        """Whether the last call was answered as it should be."""

    async def run(self) -> None:
        """Polls when it is this worker's turn. Raises ``TokenRefused``; ``SecondPoller`` where another
        process that shares no lock with us polls with this token."""
        self._conflicts = 0
        try:
            while True:
                async with self._lock:
                    await self._poll()
                self.is_polling = False
        finally:
            self.is_polling = False

    async def _poll(self) -> None:
        """As long as it is our turn."""
        await self._without_webhook()
        while (found := await self._ask(self._wait())) is not None:
            self._take(found)
            if self._updates.unfinished:
                await asyncio.sleep(SHORT_PAUSE)

    async def close(self) -> None:
        """Lets what was fetched be finished, and confirms it."""
        await self._updates.finish(PATIENCE)
        if self._next:
            body = {"offset": self._offset(), "timeout": 0, "limit": 1}
            await self._transport.call("getUpdates", body, timeout=5)

    def _wait(self) -> int:
        return 0 if self._updates.unfinished else LONG

    def _offset(self) -> int:
        """All before it are confirmed."""
        return min([*self._updates.unfinished, self._next])

    async def _ask(self, seconds: int) -> list[dict[str, Any]] | None:
        """One poll, repeated until it is answered; nothing where it is another's turn meanwhile: two would
        answer every person twice."""
        pause = 1.0
        while await self._lock.holds():
            body = {"timeout": seconds, "limit": WINDOW, "allowed_updates": KINDS}
            if self._next:
                body["offset"] = self._offset()
            answer = await self._transport.call("getUpdates", body, timeout=seconds + 20)
            self.is_polling = answer.ok
            if answer.ok:
                self._conflicts = 0
                return list(answer.result)
            await asyncio.sleep(self._pause_after(answer, pause))
            pause = min(pause * 2, LONGEST_PAUSE)
        return None

    def _pause_after(self, answer: Answer, pause: float) -> float:
        if answer.status in (401, 404):
            raise TokenRefused("Telegram does not know this token")
        if answer.status == 409:
            self._conflicts += 1
            if self._conflicts >= CONFLICTS:
                raise SecondPoller("another process polls with this token")
            return CONFLICT_PAUSE
        _log.warning("polling failed", extra={"status": answer.status, "again_in": pause})
        return float(answer.retry_after or pause)

    async def _without_webhook(self) -> None:
        """A webhook that was left would keep every update from us."""
        pause = 1.0
        while not (answer := await self._transport.call("deleteWebhook", {})).ok:
            await asyncio.sleep(self._pause_after(answer, pause))
            pause = min(pause * 2, LONGEST_PAUSE)

    def _take(self, found: list[dict[str, Any]]) -> None:
        for said in found:
            self._updates.take(said)
            self._next = max(self._next, int(said["update_id"]) + 1)
