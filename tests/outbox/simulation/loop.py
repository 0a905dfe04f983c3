"""An event loop in virtual time: hours pass as fast as there is nothing to do in them.

Transactions run one at a time, and nothing else runs beside one: so whatever the database's sockets and
threads do, a seed always plays the same.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time()`` is virtual: it moves on where every task waits for it, and stands still otherwise."""

    def __init__(self) -> None:
        self.virtual = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_out = False
        self.is_over = False
        """The play has ended; what is left, such as closing connections, takes real time."""
        super().__init__(_Patient(self))

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self.virtual

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Holds the world still around a transaction."""
        turn: asyncio.Future[None] = self.create_future()
        self._waiting.append(turn)
        try:
            await turn
            yield
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif turn.done():
                self._is_out = False

    def pass_time(self, seconds: float | None) -> bool:
        """Every task waits: lets the next transaction begin, or time pass. False while one is open."""
        if self._is_out:
            return False
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._is_out = True
                turn.set_result(None)
                return True
        if seconds is None:
            raise RuntimeError("everybody waits for something that nobody will do")
        self.virtual += seconds
        return True


class _Patient(selectors.DefaultSelector):
    """Really waits only while a transaction is open."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing, or what the database's sockets and threads say."""
        if self._loop.is_over:
            self._loop.virtual += timeout or 0
            return super().select(0.01)
        if timeout is not None and timeout <= 0:
            return super().select(0)
        return [] if self._loop.pass_time(timeout) else super().select(None)
