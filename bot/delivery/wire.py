"""The wire to Telegram (edge): all that one process sends goes out on it, one after the other.

Who has a slot waits for it first; here nobody is crowded by what goes out late.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from bot.delivery.leading import Leading
from bot.delivery.window import AMONG_OTHERS, SPAN, Departure, Window
from digests.outbox.clock import Clock


class Wire:
    """``rate``: how many messages may leave in a second, by what the operator allows."""

    def __init__(self, rate: float, clock: Clock, *, is_alone: bool) -> None:
        self._window = Window(rate, span=SPAN if is_alone else AMONG_OTHERS)
        self._clock, self.is_alone = clock, is_alone
        self.leading = Leading(is_alone=is_alone)
        self._own, self._others = set[int](), deque[float]()
        self._turn, self._answered = asyncio.Lock(), asyncio.Event()

    def took(self, number: int) -> None:
        """This slot of the gate's is one of our own direct answers'."""
        self._own.add(number)

    def others_took(self, slots: Iterable[tuple[int, float]]) -> None:
        """Slots, by number, that were taken since our last claim: but for our own, others send at them."""
        taken = list(slots)
        self._others.extend(at for number, at in taken if number not in self._own)
        if taken:
            self._own = {number for number in self._own if number > taken[-1][0]}

    async def leave_if(self, may_go: Callable[[], bool]) -> Departure | None:
        """Waits for room; nothing where it may not go any more when there is some."""
        async with self._turn:
            await self._room()
            return self._window.leave(self._clock.monotonic()) if may_go() else None

    def _room_at(self, now: float) -> float | None:
        passed = []
        while self._others and self._others[0] <= now:
            passed.append(self._others.popleft())
        if passed:
            self._window.others(passed)
        return self._window.room_at(now)

    async def _room(self) -> None:
        while (at := self._room_at(now := self._clock.monotonic())) is None or at > now:
            if at is None:
                self._answered.clear()
                await self._answered.wait()
            else:
                await self._clock.sleep_until(at)

    def counted_by(self, departure: Departure) -> float:
        """By when Telegram has counted it, on the monotonic clock, as far as one can tell now."""
        return self._window.counted_by(departure, self._clock.monotonic())

    def returned(self, departure: Departure, *, answered: bool) -> None:
        """Telegram answered, or no answer will come."""
        told = self._window.answered if answered else self._window.lost
        told(departure, self._clock.monotonic())
        self._answered.set()
