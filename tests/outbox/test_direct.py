"""Direct answers and the outbox share one gate: neither starves the other, nor crowds what others send."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.delivery.answer import Answer
from bot.delivery.pacing import Pacing
from digests.outbox import pace
from digests.outbox.claim import claim
from digests.outbox.direct import Slot, take_slot
from digests.outbox.expand import expand
from digests.outbox.gate import ChatPace, Gate
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock, PlainContents
from tests.outbox.builders import alert, readers
from tests.outbox.simulation.inline import inline
from tests.outbox.simulation.loop import VirtualLoop
from tests.outbox.simulation.play import START
from tests.outbox.simulation.telegram import Telegram
from tests.outbox.simulation.worker import BOT, WIRE, Odds, Worker, World

RATE = 30
IN_A_ROW = 7
"""As many as a claim takes at 30 a second."""


async def slot_of(database: Database, clock: JumpingClock, chat: int, **options: Any) -> Slot:
    async with database.write() as session:
        return await take_slot(
            session, clock, bot_id=1, ceiling=RATE, chat_id=chat, **({"is_alone": True} | options)
        )


async def answered(database: Database, clock: JumpingClock, chats: range) -> list[float]:
    """Answers these, each as soon as it may be; by how much each was ahead of its slot."""
    ahead = []
    for chat in chats:
        while not (slot := await slot_of(database, clock, chat)).is_taken:
            await clock.sleep_until(slot.at + 1e-6)
        ahead.append(slot.at - clock.monotonic())
    return ahead


async def test_after_many_answers_in_a_row_the_outbox_is_asked_first(
    database: Database, now: datetime
) -> None:
    """Who claims asks at least 50 ms before a slot: then it gets it, and answers may crowd again."""
    clock = JumpingClock(now)
    async with database.write() as session:
        await readers(session, range(1, 41), now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=RATE)
    asks = pace.OTHERS_EARLY.total_seconds() / 2
    for turn in range(3):
        ahead = await answered(database, clock, range(1000 * turn, 1000 * turn + IN_A_ROW + 3))
        # The gate's first slots are at once; from then on they are taken as early as they may be.
        assert min(ahead[2:IN_A_ROW]) > asks > max(ahead[IN_A_ROW:])
        await clock.sleep_until(clock.monotonic() + 0.02)
        async with database.write() as session:
            taken = await claim(session, clock, bot_id=1, owner="w", ceiling=RATE, most=20)
        assert taken.messages


@pytest.mark.parametrize(
    ("leads", "is_alone", "moves"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
async def test_an_answer_keeps_as_far_away_as_another_worker_was_late(
    database: Database, now: datetime, leads: bool, is_alone: bool, moves: bool
) -> None:
    clock = JumpingClock(now)
    first = await slot_of(database, clock, 1)
    async with database.write() as session:
        await session.execute(update(Gate).values(late=0.045))
        tat = await session.scalar(select(Gate.tat))
    second = await slot_of(database, clock, 2, last=tat if leads else None, is_alone=is_alone)
    between = pace.interval(RATE).total_seconds() + (0.040 if moves else 0.0)
    assert second.at - first.at == pytest.approx(between, abs=1e-5)
    assert (second.tat is None) is moves  # it does not lead on
    async with database.read() as session:
        assert bool(await session.scalar(select(Gate.late))) is not moves


async def test_an_answer_that_missed_a_slot_has_room_to_miss_the_next_and_its_chat_waits_once(
    database: Database, now: datetime
) -> None:
    clock = JumpingClock(now)
    missed = await slot_of(database, clock, 1)
    again = await slot_of(database, clock, 1, again=True)
    third = await slot_of(database, clock, 2)
    step = pace.interval(RATE)
    assert again.at - missed.at == pytest.approx(step.total_seconds(), abs=1e-5)
    assert third.at - again.at == pytest.approx((step + pace.ROOM).total_seconds(), abs=1e-5)
    async with database.read() as session:
        busy_until = await session.scalar(
            select(ChatPace.next_send_at).where(ChatPace.chat_id == 1)
        )
    assert busy_until == now + step + pace.PRIVATE_INTERVAL


async def test_a_claim_tells_which_slots_others_took_since_the_last_one(
    database: Database, now: datetime
) -> None:
    """By number, so that a worker knows its own; none older than a second, and none where it is alone."""
    clock = JumpingClock(now)

    async def claimed(**options: Any) -> Any:
        async with database.write() as session:
            return await claim(session, clock, bot_id=1, owner="w", ceiling=RATE, most=4, **options)

    async with database.write() as session:
        await readers(session, range(1, 41), now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=RATE)
    mine = await claimed()
    assert (mine.others, mine.slot_no) == ((), 4)
    slots = [await slot_of(database, clock, chat) for chat in (1001, 1002)]
    await clock.sleep_until(slots[-1].at)
    again = await claimed(last=mine.tat, last_no=mine.slot_no)
    assert [number for number, _ in again.others] == [5, 6]
    assert [at for _, at in again.others] == pytest.approx([slot.at for slot in slots], abs=1e-5)
    assert (await claimed(last_no=mine.slot_no, is_alone=True)).others == ()
    assert len((await claimed()).others) >= 6
    await clock.sleep_until(clock.monotonic() + 60)
    assert (await claimed()).others == ()


class Town:
    """Workers that hiccup, an alert that goes out, and people who are answered by any of them."""

    def __init__(self, seed: int, database: Database, loop: VirtualLoop) -> None:
        self.dice, self._loop, self._database = Random(seed), loop, database
        self.telegram = Telegram(loop.time, RATE)
        self._world = World(
            loop, database, self.telegram, self.dice, START, Odds(), PlainContents()
        )
        self._workers: list[Worker] = []
        self._answers: list[asyncio.Task[None]] = []

    async def live(self, workers: int, *, seconds: float, answers: float) -> None:
        """``answers`` of them a second."""
        async with self._loop.alone(), self._database.write() as session:
            await readers(session, range(1, 1001), now=START)
            await alert(session, now=START)
        for number in range(workers):
            worker = Worker(self._world, f"w{number}", float(RATE), is_alone=False)
            self._workers.append(worker)
        await asyncio.gather(
            self._talk(seconds, answers),
            *(self._hiccup(one, seconds) for one in self._workers),
        )
        for task in [*self._answers, *(one.running for one in self._workers)]:
            task.cancel()

    async def _hiccup(self, worker: Worker, seconds: float) -> None:
        while self._loop.time() < seconds:
            await asyncio.sleep(self.dice.uniform(0.2, 1.0))
            worker.stall()
            await asyncio.sleep(self.dice.choice([0.020, 0.045, 0.1]))
            worker.go_on()

    async def _talk(self, seconds: float, answers: float) -> None:
        pacings = [
            Pacing(
                worker.courier.flusher._database,
                bot_id=BOT,
                rate=float(RATE),
                clock=worker.courier._clock,
                wire=worker.courier.wire,
            )
            for worker in self._workers
        ]
        while self._loop.time() < seconds:
            await asyncio.sleep(self.dice.expovariate(answers))
            number, chat = self.dice.randrange(len(pacings)), self.dice.randint(1, 400)
            answer = self._answer(self._workers[number], pacings[number], chat)
            self._answers.append(asyncio.ensure_future(answer))

    async def _answer(self, worker: Worker, pacing: Pacing, chat: int) -> None:
        async def ask() -> bool:
            await worker.door()
            await asyncio.sleep(self.dice.uniform(*WIRE))
            said = {"chat_id": chat, "text": "notice 9 r1"}
            answer, _ = self.telegram.take(worker.name, "sendMessage", said)
            assert isinstance(answer, Answer)
            return answer.ok

        await pacing._in_turn(chat, ask)


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> str:
    """A database with every table."""
    shutil.copyfile(sqlite_template, tmp_path / "town.db")
    return f"sqlite:///{tmp_path / 'town.db'}"


@pytest.mark.parametrize(
    ("seed", "answers", "least"),
    [
        pytest.param(0, 4.0, 24.0, id="some answers"),
        pytest.param(1, 40.0, 24.0, id="more answers than slots"),
    ],
)
def test_answers_of_other_workers_crowd_no_second_and_no_chat_and_starve_nobody(
    file: str, seed: int, answers: float, least: float
) -> None:
    """Three workers, each of which stands still for a moment now and then."""

    async def run() -> Town:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        database = Database(file)
        inline(database.engine)
        inline(database._readers)
        town = Town(seed, database, loop)
        try:
            await town.live(3, seconds=25.0, answers=answers)
        finally:
            loop.is_over = True
            await asyncio.gather(*town._answers, return_exceptions=True)
            await asyncio.gather(*(one.running for one in town._workers), return_exceptions=True)
            await database.close()
        return town

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        town = runner.run(run())
    assert town.telegram.refused == []
    sent = len(town.telegram.log)
    alerts = sum(entry.subject != 9 for entry in town.telegram.log)
    assert sent / 25.0 > least
    assert alerts > 0.3 * sent
    assert sent - alerts > 0.1 * sent
