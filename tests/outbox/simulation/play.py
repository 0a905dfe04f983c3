"""One seed's play: who works, what goes wrong when, and what editors do meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.manner import Manner
from digests.outbox.control import cancel, pause, raise_revision, resume, supersede
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.message import OutboxMessage
from digests.outbox.plan import plan
from digests.storage.database import Database
from tests.delivery.fakes import PlainContents
from tests.outbox.builders import alert, readers
from tests.outbox.simulation.loop import VirtualLoop
from tests.outbox.simulation.telegram import Telegram
from tests.outbox.simulation.worker import Odds, Worker, World

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TROUBLE = 40.0
"""Virtual seconds in which things go wrong; then they go well until nothing is left."""

LONGEST = 3600.0
"""Virtual seconds after which an outbox that is not empty never will be."""


@dataclass
class Told:
    """What editors did with one alert, by virtual time."""

    dispatch_id: int
    revision: int = 1
    cancelled_at: float | None = None
    pauses: list[tuple[float, float]] = field(default_factory=list)


class Play:
    """A seed becomes a world, and what happened in it can be judged."""

    def __init__(self, seed: int, database: Database, loop: VirtualLoop) -> None:
        self.seed, self._loop, self._database = seed, loop, database
        self.random = random = Random(seed)
        self.rate = random.choice([10, 20, 30])
        self.count = 1 if seed % 4 == 0 else random.randint(2, 4)
        """Workers. A lone one on SQLite takes over orphans at its boot, as real ones do."""
        self.telegram = Telegram(loop.time, self.rate)
        contents = PlainContents()
        contents.number = random.choice([1, 1, 2])
        self.parts = contents.number
        self.world = World(loop, database, self.telegram, random, START, self._odds(), contents)
        self.workers: list[Worker] = []
        self._leaving: list[asyncio.Future[None]] = []
        self._booted = 0
        self.told: dict[int, Told] = {}
        self.chats = [*range(1, random.randint(25, 60)), -1, -2, -3]

    def _odds(self) -> Odds:
        """Every world has its own kind of trouble; one in six has none at all."""
        if self.seed % 6 == 5:
            return Odds()
        some = self.random.choice
        return Odds(
            lost_after=some([0, 0.02, 0.1]),
            lost_before=some([0, 0.02, 0.1]),
            bad_gateway=some([0, 0.02]),
            no_line=some([0, 0.05]),
            death_at_commit=some([0, 0.002, 0.005]),
            commit_lost=some([0, 0.01]),
            slow_clock=some([0, 0.05]),
        )

    @property
    def is_harmless(self) -> bool:
        """Whether nothing at all goes wrong in it."""
        return self.world.odds == Odds()

    async def run(self) -> None:
        """All of it."""
        async with self.act() as session:
            made = await readers(session, self.chats, now=self.world.now())
            # It is 08:00: every seventh sleeps until 07:00, the next from 08:01 on.
            for n, one in enumerate(made):
                if n % 7 < 2:
                    one.quiet_from, one.quiet_until = 8 * 60 + n % 7, 7 * 60
                    one.at_night = (Manner.HOLD,) * 3
        for _ in range(self.count):
            self._boot()
        acts = [asyncio.ensure_future(one) for one in self._acts()]
        attending = asyncio.ensure_future(self._attend())
        await asyncio.gather(*acts)
        self.world.is_calm = True
        for worker in self.workers:
            worker.go_on()
        await self._until_nothing_is_left()
        attending.cancel()
        await asyncio.gather(*(worker.stop() for worker in self.workers))

    def act(self) -> _Act:
        """A transaction of somebody who is no worker: an editor, the judge."""
        return _Act(self._loop, self._database)

    def _boot(self) -> None:
        self._booted += 1
        name = f"worker {self._booted}"
        self.workers.append(Worker(self.world, name, float(self.rate), is_alone=self.count == 1))

    async def _attend(self) -> None:
        """Whoever died or fell over is started anew, as an operator's supervisor does."""
        while True:
            await asyncio.sleep(1.0)
            for worker in list(self.workers):
                if worker.running.done():
                    worker.running.exception()
                if worker.is_dead or worker.running.done():
                    self.workers.remove(worker)
                    self._boot()

    def _acts(self) -> Sequence[Awaitable[None]]:
        draw = self.random.uniform
        acts: list[Awaitable[None]] = [
            self._at(draw(0, 4), lambda: self._tell(1)),
            self._at(draw(4, 15), lambda: self._tell(2)),
            self._at(draw(5, 25), lambda: self._tell(3)),
            self._at(draw(5, TROUBLE), lambda: self._correct(1)),
            self._at(draw(5, TROUBLE), lambda: self._correct(self.random.choice([1, 2]))),
            self._at(draw(5, 20), lambda: self._pause(2, draw(1, 10))),
            self._at(draw(25, TROUBLE), lambda: self._recall(3)),
            self._at(TROUBLE, self._nothing),
        ]
        if self.is_harmless:
            return [*acts, self._at(draw(2, 20), self._restart)]
        return [*acts, *self._faults()]

    def _faults(self) -> Sequence[Awaitable[None]]:
        draw, often = self.random.uniform, self.random.randint
        acts = [self._at(draw(1, TROUBLE), self._kill) for _ in range(often(0, 3))]
        acts += [self._at(draw(1, TROUBLE), self._restart) for _ in range(often(0, 2))]
        acts += [self._at(draw(1, 20), self._stall) for _ in range(often(0, 2))]
        acts += [self._at(draw(1, TROUBLE), self._refuse) for _ in range(often(0, 2))]
        acts += [self._at(draw(1, TROUBLE), self._block) for _ in range(often(0, 2))]
        if often(0, 1):
            acts.append(self._at(draw(1, TROUBLE), self._move))
        if often(0, 2) == 0:
            acts.append(self._at(draw(1, TROUBLE), self._set_clock))
        return acts

    async def _at(self, when: float, act: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(when)
        await act()

    async def _nothing(self) -> None:
        """Only so that the trouble lasts as long as it is said to."""

    def _any(self) -> Worker:
        return self.random.choice(self.workers)

    async def _kill(self) -> None:
        self._any().die()

    async def _restart(self) -> None:
        """SIGTERM: it is gone when all it had on the wire is settled. Nobody waits for that: it may be
        killed meanwhile."""
        self._leaving.append(asyncio.ensure_future(self._any().courier.drain()))

    async def _stall(self) -> None:
        worker = self._any()
        worker.stall()
        await asyncio.sleep(self.random.choice([0.03, 0.3, 3.0, 60.0, 120.0]))
        worker.go_on()

    async def _refuse(self) -> None:
        self.telegram.hold(self.random.uniform(1, 8))

    async def _block(self) -> None:
        self.telegram.blocked.add(self.random.choice([chat for chat in self.chats if chat > 0]))

    async def _move(self) -> None:
        self.telegram.moved[-2] = -1002

    async def _set_clock(self) -> None:
        self.world.set_clock(timedelta(hours=self.random.choice([-24, -1, 1, 24])))

    async def _tell(self, subject: int) -> None:
        async with self.act() as session:
            made = await alert(session, now=self.world.now(), subject_id=subject)
        self.told[subject] = Told(made.id)

    async def _correct(self, subject: int) -> None:
        """As a correction of an alert does: what waits shows it, what arrived is edited."""
        if (told := self.told.get(subject)) is None:
            return
        told.revision += 1
        number, now = told.revision, self.world.now()
        async with self.act() as session:
            await supersede(session, Content.ALERT, [subject], now=now)
            await raise_revision(session, Content.ALERT, subject, number)
            await plan(
                session,
                content=Content.ALERT,
                subject_id=subject,
                revision=number,
                kind=MessageKind.EDIT,
                lane=Lane.CORRECTIONS,
                reach=Reach.RECEIVED,
                received_content=Content.ALERT,
                received_subject_id=subject,
                created_at=now,
                plan_key=f"edit:{subject}:{number}",
            )

    async def _pause(self, subject: int, seconds: float) -> None:
        if (told := self.told.get(subject)) is None:
            return
        async with self.act() as session:
            await pause(session, told.dispatch_id, now=self.world.now(), reason="editor")
        since = self._loop.time()
        await asyncio.sleep(seconds)
        told.pauses.append((since, self._loop.time()))
        async with self.act() as session:
            await resume(session, told.dispatch_id, now=self.world.now())

    async def _recall(self, subject: int) -> None:
        if (told := self.told.get(subject)) is None:
            return
        async with self.act() as session:
            await cancel(session, told.dispatch_id, now=self.world.now(), reason="recalled")
        told.cancelled_at = self._loop.time()

    async def _until_nothing_is_left(self) -> None:
        while await self._left():
            assert self._loop.time() < LONGEST, "the outbox never empties"
            await asyncio.sleep(2.0)

    async def _left(self) -> int:
        unfinished = (DispatchState.RUNNING, DispatchState.PAUSED)
        async with self.act() as session:
            rows = await session.scalar(select(func.count()).select_from(OutboxMessage))
            open_ = await session.scalar(
                select(func.count()).select_from(Dispatch).where(Dispatch.state.in_(unfinished))
            )
        return (rows or 0) + (open_ or 0)

    def story(self) -> Counter[str]:
        """What the seed brought, for whoever looks at a run."""
        return Counter(
            sent=sum(entry.method.startswith("send") for entry in self.telegram.log),
            edited=sum(entry.method.startswith("edit") for entry in self.telegram.log),
            refused=len(self.telegram.refused),
            deaths_and_stalls=len(self.world.faults),
            clock_steps=len(self.world.steps),
            seconds=int(self._loop.time()),
        )


class _Act:
    """``async with`` around a transaction that holds the world still."""

    def __init__(self, loop: VirtualLoop, database: Database) -> None:
        self._alone, self._opened = loop.alone(), database.write()

    async def __aenter__(self) -> AsyncSession:
        await self._alone.__aenter__()
        return await self._opened.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        try:
            await self._opened.__aexit__(*error)  # type: ignore[arg-type]
        finally:
            await self._alone.__aexit__(*error)  # type: ignore[arg-type]
