"""Direct answers keep to the gate (edge): PTB's requests wait for a slot among all other messages.

PTB's own limiter lets bursts through and knows one process; the gate knows all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery.counts import Counts
from bot.delivery.window import Departure
from bot.delivery.wire import Wire
from digests.outbox import pace
from digests.outbox.claim import EPOCH, locked_gate, move_paces
from digests.outbox.clock import Clock, SharedClock
from digests.outbox.direct import Slot, take_slot
from digests.outbox.settle import hold
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database

_PACED = ("send", "edit", "copy", "forward", "delete", "stop", "pin", "unpin")
_FREE = ("sendChatAction",)
"""Telegram shows it and forgets it; it shares no limit of messages."""

LONGEST_WAIT = 30.0
"""Seconds. Told to wait longer, a person's answer fails rather than come out of nowhere."""

Result = bool | dict[str, Any] | list[dict[str, Any]]


class Pacing(BaseRateLimiter[None]):
    """Gives every request that Telegram counts its slot."""

    def __init__(
        self,
        database: Database,
        *,
        bot_id: int,
        rate: float,
        clock: Clock | None = None,
        counts: Counts | None = None,
        wire: Wire | None = None,
    ) -> None:
        """``counts`` and ``wire`` are the courier's of this process, where there is one."""
        self._counts = counts or Counts()
        self._database, self._bot_id, self._rate = database, bot_id, rate
        self._clock: Clock = clock or SharedClock()
        self._wire = wire or Wire(rate, self._clock, is_alone=database.is_sqlite)
        self._leading, self._turn = self._wire.leading, asyncio.Lock()

    async def initialize(self) -> None:
        """Nothing to do: the gate is in the database."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 - PTB's signature
    ) -> Result:
        """Waits for a slot, then asks; once more where Telegram says how long to wait."""
        if not is_paced(endpoint):
            return await callback(*args, **kwargs)
        chat = data.get("chat_id")
        try:
            return await self._in_turn(chat, lambda: callback(*args, **kwargs))
        except RetryAfter as refusal:
            await self._heed(chat, refusal)
            if seconds_of(refusal) > LONGEST_WAIT:
                raise
        try:
            return await self._in_turn(chat, lambda: callback(*args, **kwargs))
        except RetryAfter as refusal:
            await self._heed(chat, refusal)
            raise

    async def _in_turn(
        self, chat: object, ask: Callable[[], Coroutine[Any, Any, Result]]
    ) -> Result:
        departure = await self._leave(chat if isinstance(chat, int) else None)
        answered = True
        try:
            return await ask()
        except NetworkError as error:
            answered = isinstance(error, BadRequest)
            raise
        finally:
            self._wire.returned(departure, answered=answered)

    async def _leave(self, chat_id: int | None) -> Departure:
        """At its slot. Where other workers send too, a slot that was missed is not used; the next one has
        room to be missed by."""
        again = False
        while True:
            slot = await self._slot(chat_id, again)
            may_go = partial(self._may_go, slot, again)
            if (departure := await self._wire.leave_if(may_go)) is not None:
                self._leading.left(departure, slot.at)
                return departure
            again = True

    def _may_go(self, slot: Slot, again: bool) -> bool:
        if self._wire.is_alone:
            return True
        now, room = self._clock.monotonic(), pace.ROOM.total_seconds()
        return now <= slot.at + (room if again else self._leading.may_be_late(now, room))

    async def _slot(self, chat_id: int | None, again: bool) -> Slot:
        """Returns at the slot of one message to ``chat_id``. Those who wait for the gate stand in a queue:
        all asking it at once would keep the couriers from it."""
        while True:
            async with self._turn:
                slot = await self._ask_for_slot(chat_id, again)
                while not slot.is_taken and not slot.waits_for_chat:
                    await self._clock.sleep_until(slot.at)
                    slot = await self._ask_for_slot(chat_id, again)
            await self._clock.sleep_until(slot.at)
            if slot.is_taken:
                return slot

    async def _ask_for_slot(self, chat_id: int | None, again: bool) -> Slot:
        async with self._database.write() as session:
            slot = await take_slot(
                session,
                self._clock,
                bot_id=self._bot_id,
                ceiling=self._rate,
                chat_id=chat_id,
                last=self._leading.tat,
                is_alone=self._wire.is_alone,
                again=again,
            )
        if slot.is_taken:
            self._wire.took(slot.number)
        if slot.tat is not None:
            self._leading.answered(slot.tat)
        return slot

    async def _heed(self, chat_id: object, refusal: RetryAfter) -> None:
        """As of a courier's message: counted, and obeyed by all; a group speaks for itself alone."""
        self._counts.answers[Meaning.LATER] += 1
        wait = timedelta(seconds=seconds_of(refusal))
        async with self._database.write() as session:
            # Before any other lock, as everywhere.
            await locked_gate(session, self._bot_id, self._rate, EPOCH)
            now = (await self._clock.read(session)).now
            if isinstance(chat_id, int) and chat_id < 0:
                even = now + wait + pace.chat_burst(chat_id)
                await move_paces(session, {chat_id: even})
            else:
                verdict = Verdict(Meaning.LATER, "too many requests", retry_after=wait)
                await hold(session, verdict, bot_id=self._bot_id, ceiling=self._rate, now=now)


def is_paced(endpoint: str) -> bool:
    """Whether Telegram counts this method against the sending limits."""
    return endpoint.startswith(_PACED) and endpoint not in _FREE


def seconds_of(refusal: RetryAfter) -> float:
    """How long Telegram asks to wait; PTB is about to say it otherwise."""
    wait = refusal.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
