"""The queue of updates between the people and the bot, for long polling and for the webhook alike."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.refusal import Conflict

KEPT_SECONDS = 24 * 3600.0
ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update that the bot has not confirmed."""

    id: int
    at: float
    raw: dict[str, Any]


class UpdateQueue:
    """Updates in order, with growing ids, kept for 24 hours or until confirmed."""

    def __init__(self, clock: Callable[[], float], first_id: int = 1) -> None:
        self._clock = clock
        self._next_id = first_id
        self._waiting: deque[Waiting] = deque()
        self._wake: asyncio.Event | None = None
        self._poller = 0
        self.allowed: frozenset[str] = frozenset()  # empty: Telegram's default choice
        self.confirmed = first_id - 1

    def __len__(self) -> int:
        self._expire()
        return len(self._waiting)

    @property
    def last_id(self) -> int:
        """The id of the newest update, 0 before the first."""
        return self._next_id - 1

    def push(self, kind: str, content: Any) -> int | None:
        """Queue one update; None where the bot has not asked for this kind."""
        if not self._wanted(kind):
            return None
        return self.push_raw({kind: content})

    def push_raw(self, raw: dict[str, Any]) -> int:
        """Queue an update of any form. Its own ``update_id`` is kept where it has one."""
        update_id = int(raw.get("update_id", self._next_id))
        self._next_id = max(self._next_id, update_id + 1)
        self._waiting.append(Waiting(update_id, self._clock(), {"update_id": update_id, **raw}))
        self.wake()
        return update_id

    def wake(self) -> None:
        """Let whoever waits look again."""
        if self._wake is not None:
            self._wake.set()

    def allow(self, kinds: list[str]) -> None:
        """Remember which kinds the bot asked for; an empty list is the default choice."""
        self.allowed = frozenset(kinds)

    def confirm(self, offset: int) -> None:
        """Forget all updates before ``offset``; a negative one keeps only that many of the last."""
        if offset < 0:
            while len(self._waiting) > -offset:
                self.confirmed = self._waiting.popleft().id
            return
        while self._waiting and self._waiting[0].id < offset:
            self.confirmed = self._waiting.popleft().id

    def peek(self, limit: int) -> list[dict[str, Any]]:
        """The oldest updates, not yet confirmed."""
        self._expire()
        return [row.raw for row, _ in zip(self._waiting, range(limit), strict=False)]

    def clear(self) -> None:
        """Drop everything that waits."""
        self._waiting.clear()

    def interrupt(self) -> None:
        """End the poll under way, with nothing new: the server is closing."""
        self._poller += 1
        self.wake()

    async def poll(self, offset: int, limit: int, patience: float) -> list[dict[str, Any]]:
        """One long poll. A later poll ends an earlier one, which then gets a Conflict."""
        self._poller += 1
        mine = self._poller
        self.wake()
        self.confirm(offset)
        end = asyncio.get_running_loop().time() + patience
        while not (rows := self.peek(limit)):
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or not await self.changed(left):
                break
            if mine != self._poller:
                raise Conflict(
                    "terminated by other getUpdates request; make sure that only one bot "
                    "instance is running"
                )
        return rows

    async def changed(self, seconds: float | None) -> bool:
        """Wait for news; False where the time ran out."""
        if self._wake is None or self._wake.is_set():
            self._wake = asyncio.Event()
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST_ONLY

    def _expire(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        while self._waiting and self._waiting[0].at < oldest:
            self._waiting.popleft()
