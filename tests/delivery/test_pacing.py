"""Direct answers wait at the same gate as everything else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from telegram.error import RetryAfter
from telegram.ext import ExtBot

from bot.delivery.counts import Counts
from bot.delivery.pacing import Pacing, is_paced
from bot.delivery.transport import Transport, TransportRequest
from bot.delivery.wire import Wire
from bot.sandbox import Fault, Sandbox
from digests.outbox.gate import ChatPace, Gate
from digests.outbox.verdict import Meaning
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock


@pytest.fixture
def bot(
    database: Database, sandbox: Sandbox, transport: Transport, clock: JumpingClock
) -> ExtBot[None]:
    """PTB's bot through our transport and our gate, at 10 messages a second."""
    for chat in range(1, 41):
        sandbox.add_user(chat, f"Reader {chat}")
        sandbox.start_chat(chat)
    return ExtBot(
        "100:sandbox",
        f"{sandbox.url}/bot",
        request=TransportRequest(transport),
        rate_limiter=Pacing(database, bot_id=100, rate=10.0, clock=clock),
    )


async def seconds(clock: JumpingClock, now: datetime) -> float:
    return (clock.now - now).total_seconds()


async def test_answers_to_many_people_are_spaced_by_the_rate(
    bot: ExtBot[None], clock: JumpingClock, now: datetime
) -> None:
    for chat in range(1, 12):
        await bot.send_message(chat, "hello")
    assert await seconds(clock, now) == pytest.approx(10 * 0.101, abs=0.001)


async def test_two_answers_to_one_person_come_at_once_the_third_waits(
    bot: ExtBot[None], clock: JumpingClock, now: datetime
) -> None:
    await bot.send_message(1, "one")
    await bot.send_message(1, "two")
    assert await seconds(clock, now) < 0.2
    await bot.send_message(1, "three")
    assert await seconds(clock, now) == pytest.approx(1.55, abs=0.3)


async def test_an_answer_moves_the_gate_that_couriers_claim_from(
    bot: ExtBot[None], database: Database, now: datetime
) -> None:
    await bot.send_message(1, "hello")
    async with database.read() as session:
        gate = (await session.scalars(select(Gate))).one()
        pace = (await session.scalars(select(ChatPace))).one()
    assert gate.tat > now
    assert pace.chat_id == 1


class Busy(JumpingClock):
    """Of a process that is late, so many times."""

    def __init__(self, now: datetime, *late: float) -> None:
        super().__init__(now)
        self._late = list(late)

    async def sleep_until(self, monotonic: float) -> None:
        await super().sleep_until(monotonic + (self._late.pop(0) if self._late else 0.0))


@pytest.mark.parametrize(
    ("is_alone", "late", "slots", "after"),
    [
        pytest.param(False, [0.004], 1, 0.004, id="hardly late"),
        pytest.param(False, [0.2], 2, 0.2, id="a slot that was missed is not used"),
        pytest.param(False, [0.2, 0.04], 2, 0.24, id="the next one has room"),
        pytest.param(False, [0.2, 0.2, 0.0], 3, 0.4, id="but not for ever"),
        pytest.param(True, [0.2], 1, 0.2, id="nobody else sends"),
    ],
)
async def test_where_others_send_too_an_answer_keeps_to_its_slot(
    database: Database, now: datetime, is_alone: bool, late: list[float], slots: int, after: float
) -> None:
    clock = Busy(now, *late)
    wire = Wire(10.0, clock, is_alone=is_alone)
    pacing = Pacing(database, bot_id=100, rate=10.0, clock=clock, wire=wire)
    left = await pacing._leave(1)
    assert left.at == pytest.approx(after, abs=0.11 if slots > 1 else 1e-6)
    async with database.read() as session:
        gate = (await session.scalars(select(Gate))).one()
    assert gate.slot_no == slots


async def test_an_answer_of_its_own_leaves_a_worker_in_the_lead(
    database: Database, now: datetime
) -> None:
    wire = Wire(10.0, JumpingClock(now), is_alone=False)
    pacing = Pacing(database, bot_id=100, rate=10.0, clock=JumpingClock(now), wire=wire)
    await pacing._leave(1)
    assert wire.leading.tat is None  # it did not lead
    async with database.read() as session:
        gate = (await session.scalars(select(Gate))).one()
    wire.leading.answered(gate.tat)
    await pacing._leave(2)
    async with database.read() as session:
        assert wire.leading.leads((await session.scalars(select(Gate))).one().tat)


async def test_told_to_wait_it_waits_and_asks_again(
    bot: ExtBot[None], sandbox: Sandbox, clock: JumpingClock, now: datetime
) -> None:
    sandbox.fault(Fault("too_many", times=1, retry_after=7))
    await bot.send_message(1, "hello")
    assert clock.now - now >= timedelta(seconds=7)
    assert len(sandbox.accept_log) == 1


async def test_told_to_wait_long_it_says_so_and_everybody_waits(
    bot: ExtBot[None], sandbox: Sandbox, database: Database, now: datetime
) -> None:
    sandbox.fault(Fault("too_many", times=1, retry_after=600))
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "hello")
    async with database.read() as session:
        gate = (await session.scalars(select(Gate))).one()
    assert gate.hold_until is not None
    assert gate.hold_until - now >= timedelta(seconds=600)
    assert gate.rate == 8.0


async def test_a_group_that_is_told_to_wait_makes_nobody_else_wait(
    bot: ExtBot[None], sandbox: Sandbox, database: Database, clock: JumpingClock, now: datetime
) -> None:
    sandbox.add_group(-5, "Group")
    sandbox.world.chats[-5].bot = "member"
    sandbox.fault(Fault("too_many", times=1, retry_after=20))
    await bot.send_message(-5, "hello")
    assert clock.now - now >= timedelta(seconds=20)
    async with database.read() as session:
        gate = (await session.scalars(select(Gate))).one()
    assert (gate.hold_until, gate.rate) == (None, 10.0)


async def test_what_an_answer_was_refused_is_counted_with_the_couriers(
    database: Database, sandbox: Sandbox, transport: Transport, clock: JumpingClock
) -> None:
    counts = Counts()
    pacing = Pacing(database, bot_id=100, rate=10.0, clock=clock, counts=counts)
    bot = ExtBot(
        "100:sandbox",
        f"{sandbox.url}/bot",
        request=TransportRequest(transport),
        rate_limiter=pacing,
    )
    sandbox.add_user(1, "Reader")
    sandbox.start_chat(1)
    sandbox.fault(Fault("too_many", times=2, retry_after=3))
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "hello")
    assert counts.answers[Meaning.LATER] == 2


@pytest.mark.parametrize(
    ("endpoint", "paced"),
    [
        ("sendMessage", True),
        ("sendPhoto", True),
        ("editMessageText", True),
        ("deleteMessage", True),
        ("copyMessage", True),
        ("forwardMessage", True),
        ("answerCallbackQuery", False),
        ("getUpdates", False),
        ("getMe", False),
        ("setMyCommands", False),
        ("sendChatAction", False),
    ],
)
def test_what_telegram_counts_is_paced(endpoint: str, paced: bool) -> None:
    assert is_paced(endpoint) is paced
