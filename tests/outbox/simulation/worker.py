"""One courier as it really is, and the doors through which its world fails it.

A worker that died hangs at its next door for ever: nothing of it acts any more, and no ``finally``
tidies up, as after kill -9. One that stalls hangs there until it is let go on, as after SIGSTOP.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.answer import Answer
from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from digests.outbox.clock import WIDEST_BRACKET, Reading
from digests.storage.database import Database
from tests.delivery.fakes import PlainContents
from tests.outbox.simulation.loop import VirtualLoop
from tests.outbox.simulation.telegram import Telegram

BOT = 100
TIMEOUT = 40.0
WIRE = (0.001, 0.004)
"""Seconds from a worker to Telegram, the least and the most."""


@dataclass
class Odds:
    """Of one request or transaction, each a probability."""

    lost_after: float = 0.0
    lost_before: float = 0.0
    bad_gateway: float = 0.0
    no_line: float = 0.0
    death_at_commit: float = 0.0
    commit_lost: float = 0.0
    slow_clock: float = 0.0


@dataclass
class World:
    """What all workers share."""

    loop: VirtualLoop
    database: Database
    telegram: Telegram
    random: Random
    start: datetime
    odds: Odds
    contents: PlainContents
    is_calm: bool = False
    """From then on nothing goes wrong any more."""
    steps: list[float] = field(default_factory=list)
    """When the shared clock was set."""
    faults: list[tuple[float, str]] = field(default_factory=list)
    """When which worker died or stalled."""
    graves: list[asyncio.Future[None]] = field(default_factory=list)
    """What the dead wait for; held, or the collector would tidy up behind them."""

    def strikes(self, odds: float) -> bool:
        """Whether this time it goes wrong. Draws in any case: a calm world plays on the same dice."""
        return self.random.random() < odds and not self.is_calm

    def now(self) -> datetime:
        """The shared clock."""
        return self.start + timedelta(seconds=self.loop.time())

    def set_clock(self, by: timedelta) -> None:
        """Somebody sets the shared clock."""
        self.start += by
        self.steps.append(self.loop.time())


class Worker:
    """A courier, its own views of database, clock and Telegram, and its fate."""

    def __init__(self, world: World, name: str, rate: float, *, is_alone: bool) -> None:
        self.world, self.name = world, name
        self.is_dead = False
        self._thawed = asyncio.Event()
        self._thawed.set()
        self.courier = Courier(
            _Database(self, is_sqlite=is_alone and world.database.is_sqlite),  # type: ignore[arg-type]
            Gateway(_Line(self), timeout=TIMEOUT),  # type: ignore[arg-type]
            world.contents,
            bot_id=BOT,
            rate=rate,
            clock=_Clock(self),
            dice=Random(world.random.random()),
        )
        self.running = asyncio.ensure_future(self.courier.run())

    async def door(self) -> None:
        """Passed whenever the worker's code goes on: not by the dead, and by the stalled later."""
        await self._thawed.wait()
        if self.is_dead:
            grave = asyncio.get_running_loop().create_future()
            self.world.graves.append(grave)
            await grave

    def die(self) -> None:
        """kill -9."""
        self.is_dead = True
        self.world.faults.append((self.world.loop.time(), self.name))
        self._thawed.set()

    def stall(self) -> None:
        """SIGSTOP."""
        self.world.faults.append((self.world.loop.time(), self.name))
        self._thawed.clear()

    def go_on(self) -> None:
        """SIGCONT."""
        self._thawed.set()

    async def stop(self) -> None:
        """SIGTERM."""
        await self.courier.drain()
        await self.running


class _Database:
    """The real database through this worker's eyes."""

    def __init__(self, worker: Worker, *, is_sqlite: bool) -> None:
        self._worker, self._world = worker, worker.world
        self.is_sqlite = is_sqlite
        """Whether to go by the rules of a single process."""

    def listen(self, word: str, listener: object) -> None:
        """Other processes hear nothing of a commit; these are other processes."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        await self._worker.door()
        before = self._world.strikes(self._world.odds.death_at_commit)
        after = self._world.strikes(self._world.odds.death_at_commit)
        lost = self._world.strikes(self._world.odds.commit_lost)
        async with (
            self._world.loop.alone(),
            AsyncSession(self._world.database.engine, expire_on_commit=False) as session,
        ):
            await session.begin()
            try:
                yield session
            except BaseException:
                await session.rollback()
                raise
            if before:
                await session.rollback()
            else:
                await session.commit()
        if before or after:
            self._worker.die()
        await self._worker.door()
        if lost:
            raise OperationalError("commit", None, ConnectionError("the answer was lost"))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        await self._worker.door()
        async with self._world.loop.alone(), self._world.database.read() as session:
            yield session
        await self._worker.door()


class _Clock:
    """The shared clock through this worker's eyes."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self._world = worker, worker.world

    async def read(self, session: AsyncSession) -> Reading:
        """Now and then it takes too long to date slots by."""
        is_slow = self._world.strikes(self._world.odds.slow_clock)
        width = 2 * WIDEST_BRACKET if is_slow else 0.0
        return Reading(self._world.now(), self._world.loop.time(), width)

    def monotonic(self) -> float:
        return self._world.loop.time()

    async def sleep_until(self, monotonic: float) -> None:
        remaining = monotonic - self._world.loop.time()
        if remaining > 0:
            await asyncio.sleep(remaining)
        await self._worker.door()


class _Line:
    """The wire to Telegram, and what happens on it."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self._world = worker, worker.world

    async def call(
        self,
        method: str,
        payload: dict[str, Any],
        *,
        files: object = None,
        timeout: float,  # noqa: ASYNC109 - the transport's signature
    ) -> Answer:
        """One request and its answer, or none."""
        odds, world = self._world.odds, self._world
        no_line, lost_before = world.strikes(odds.no_line), world.strikes(odds.lost_before)
        lost_after, bad = world.strikes(odds.lost_after), world.strikes(odds.bad_gateway)
        hangs = world.random.random() < 0.5
        out, back = world.random.uniform(*WIRE), world.random.uniform(*WIRE)
        await self._worker.door()
        if no_line:
            return Answer(0, description="ConnectionRefused")
        await asyncio.sleep(out)
        if bad:
            return await self._answer(Answer(502, is_parsed=False), back)
        if lost_before:
            return await self._nothing(timeout if hangs else back)
        answer, entry = world.telegram.take(self._worker.name, method, payload)
        if lost_after:
            return await self._nothing(timeout if hangs else back)
        answer = await self._answer(answer, back)
        if entry is not None:
            entry.answered_at = world.loop.time()
        return answer

    async def _answer(self, answer: Answer, after: float) -> Answer:
        await asyncio.sleep(after)
        await self._worker.door()
        return answer

    async def _nothing(self, after: float) -> Answer:
        lost = Answer(0, description="ServerTimeoutError", may_have_arrived=True)
        return await self._answer(lost, after)
