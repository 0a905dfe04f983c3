"""Whatever happens in whatever order: nothing is lost, nothing comes more than twice, the pace is kept.

Scripts drawn by Hypothesis play two workers, an outside record of what Telegram accepted, lost answers,
crashes, stalls, rescues, editors who pause, resume, cancel and correct, and a clock that jumps. After
every step the books must balance; at the end, with all well again, everyone has what they should.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from digests.audience.manner import Manner
from digests.migrations.tables import METADATA
from digests.outbox.claim import Claimed, claim
from digests.outbox.control import cancel, pause, raise_revision, resume
from digests.outbox.depart import depart
from digests.outbox.dispatch import Content, Dispatch, MessageKind
from digests.outbox.expand import expand
from digests.outbox.held import Held
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.outbox.rescue import rescue
from digests.outbox.settle import Result, settle
from digests.outbox.tally import tally
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers

RATE = 30.0
TIMEOUT = 40.0
CHATS = range(1, 9)

ANSWERS: dict[str, tuple[bool, Callable[[int], Verdict]]] = {
    "ok": (True, lambda n: Verdict(Meaning.DELIVERED, message_id=n)),
    "lost after": (True, lambda n: Verdict(Meaning.UNCERTAIN, "lost")),
    "lost before": (False, lambda n: Verdict(Meaning.UNCERTAIN, "lost")),
    "no line": (False, lambda n: Verdict(Meaning.UNSENT, "no line")),
    "chat waits": (
        False,
        lambda n: Verdict(Meaning.LATER, "429", retry_after=timedelta(seconds=3)),
    ),
    "all wait": (
        False,
        lambda n: Verdict(Meaning.LATER, "429", retry_after=timedelta(seconds=3), whole_token=True),
    ),
    "unparsed": (False, lambda n: Verdict(Meaning.UNPARSED, "unparsed")),
}

step = st.one_of(
    st.tuples(st.just("plan"), st.integers(1, 8)),
    st.tuples(st.just("expand"), st.integers(1, 5)),
    st.tuples(st.just("claim"), st.integers(0, 1)),
    st.tuples(st.just("claim"), st.integers(0, 1)),
    st.tuples(st.just("wire"), st.integers(0, 1), st.sampled_from(sorted(ANSWERS))),
    st.tuples(st.just("wire"), st.integers(0, 1), st.just("ok")),
    st.tuples(st.just("settle"), st.integers(0, 1)),
    st.tuples(st.just("settle again"), st.integers(0, 1)),
    st.tuples(st.just("crash"), st.integers(0, 1)),
    st.tuples(st.just("pass"), st.sampled_from([0.05, 1.0, 5.0, 100.0])),
    st.tuples(st.just("rescue")),
    st.tuples(st.just("pause"), st.integers(0, 2)),
    st.tuples(st.just("resume"), st.integers(0, 2)),
    st.tuples(st.just("cancel"), st.integers(0, 2)),
    st.tuples(st.just("correct"), st.integers(0, 2)),
)


@dataclass
class Worker:
    """What one process holds in memory; all of it is lost in a crash."""

    claimed: list[Claimed] = field(default_factory=list)
    pending: list[Result] = field(default_factory=list)
    last: list[Result] = field(default_factory=list)


class World:
    """The database, two workers, and Telegram's own record."""

    def __init__(self, database: Database, clock: JumpingClock, parts: int) -> None:
        self.database, self.clock, self.parts = database, clock, parts
        self.workers = (Worker(), Worker())
        self.dispatches: list[int] = []
        self.revisions: Counter[int] = Counter()
        self.sent: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
        """By dispatch, chat and part: the message ids Telegram accepted."""
        self.shown: dict[int, int] = {}
        """By message id: the revision a reader sees."""
        self.slots: list[datetime] = []

    async def play(self, act: str, *arguments: object) -> None:
        method: Callable[..., Awaitable[None]] = getattr(self, act.replace(" ", "_") + "_")
        await method(*arguments)
        await self.books_balance()

    async def plan_(self, count: int) -> None:
        if len(self.dispatches) >= 3:
            return
        async with self.database.write() as session:
            now, number = self.clock.now, len(self.dispatches)
            made = await readers(session, [c + 100 * number for c in CHATS[:count]], now=now)
            # One sleeps already, another from the next minute on; neither may be disturbed.
            for one, begins in zip(made, (minute_of(now) - 60, minute_of(now) + 1), strict=False):
                one.quiet_from, one.quiet_until = begins, minute_of(now) + 8 * 60
                one.at_night = (Manner.HOLD,) * 3
            dispatch = await alert(session, now=now, subject_id=number)
        self.dispatches.append(dispatch.id)
        self.revisions[dispatch.id] = 1

    async def expand_(self, chunk: int) -> None:
        async with self.database.write() as session:
            await expand(session, now=self.clock.now, rate=RATE, chunk=chunk)

    async def claim_(self, who: int) -> None:
        async with self.database.write() as session:
            taken = await claim(session, self.clock, bot_id=1, owner=str(who), ceiling=RATE, most=5)
        self.workers[who].claimed += taken.messages
        now = self.clock.now
        self.slots += [
            now + timedelta(seconds=m.slot - self.clock.monotonic()) for m in taken.messages
        ]

    async def wire_(self, who: int, answer: str) -> None:
        """The oldest claimed message goes on the wire; its result waits to be settled."""
        worker = self.workers[who]
        if not worker.claimed:
            return
        message = worker.claimed.pop(0)
        if self.clock.monotonic() + TIMEOUT >= message.lease_until:
            worker.pending.append(Result(message.id, message.slot_no, message.revision))
            return
        if message.ambiguous and message.kind is MessageKind.SEND:
            async with self.database.write() as session:
                if not await depart(session, [(message.id, message.slot_no)]):
                    worker.pending.append(Result(message.id, message.slot_no, message.revision))
                    return
        arrives, verdict = ANSWERS[answer]
        number = sum(map(len, self.sent.values())) + 1000
        if arrives and message.kind is MessageKind.SEND:
            self.sent[message.dispatch_id, message.chat_id, message.part].append(number)
            self.shown[number] = message.revision
        elif arrives and message.message_id is not None:
            self.shown[message.message_id] = max(self.shown[message.message_id], message.revision)
        worker.pending.append(
            Result(
                message.id,
                message.slot_no,
                message.revision,
                parts=self.parts,
                part=message.part,
                verdict=verdict(number),
            )
        )

    async def settle_(self, who: int) -> None:
        worker = self.workers[who]
        worker.last, worker.pending = worker.pending, []
        await self.settle_again_(who)

    async def settle_again_(self, who: int) -> None:
        """As after a commit whose answer was lost."""
        if self.workers[who].last:
            async with self.database.write() as session:
                await settle(
                    session, self.workers[who].last, bot_id=1, ceiling=RATE, now=self.clock.now
                )

    async def crash_(self, who: int) -> None:
        self.workers[who].__init__()  # type: ignore[misc]

    async def pass_(self, seconds: float) -> None:
        await self.clock.sleep_until(self.clock.monotonic() + seconds)

    async def rescue_(self) -> None:
        async with self.database.write() as session:
            await rescue(session, now=self.clock.now)

    def _which(self, number: int) -> int | None:
        return self.dispatches[number] if number < len(self.dispatches) else None

    async def pause_(self, number: int) -> None:
        if (which := self._which(number)) is not None:
            async with self.database.write() as session:
                await pause(session, which, now=self.clock.now, reason="editor")

    async def resume_(self, number: int) -> None:
        if (which := self._which(number)) is not None:
            async with self.database.write() as session:
                await resume(session, which, now=self.clock.now)

    async def cancel_(self, number: int) -> None:
        if (which := self._which(number)) is not None:
            async with self.database.write() as session:
                await cancel(session, which, now=self.clock.now, reason="recalled")

    async def correct_(self, number: int) -> None:
        if (which := self._which(number)) is not None:
            self.revisions[which] += 1
            async with self.database.write() as session:
                await raise_revision(session, Content.ALERT, number, self.revisions[which])

    async def books_balance(self) -> None:
        async with self.database.read() as session:
            for which in self.dispatches:
                stand = await tally(session, which)
                total = (
                    stand.waiting + stand.sending + stand.sent + stand.failed
                    + stand.cancelled + stand.unknown + stand.passed_over + stand.held
                )  # fmt: skip
                assert total == stand.audience
            flying = await session.execute(
                select(func.count())
                .where(OutboxMessage.state == MessageState.SENDING)
                .group_by(OutboxMessage.chat_id)
            )
            assert all(count == 1 for (count,) in flying)
        second = timedelta(seconds=1)
        for place, slot in enumerate(self.slots):
            within = sum(slot <= other < slot + second for other in self.slots[place:])
            assert within <= RATE

    async def all_is_well_again(self) -> None:
        """Workers are restarted, editors let go, every answer arrives: until nothing is left."""
        for who in (0, 1):
            await self.settle_(who)
            await self.crash_(who)
        for number in range(3):
            await self.resume_(number)
        for _round in range(60):
            await self.pass_(100.0)
            await self.rescue_()
            await self.expand_(1000)
            await self.claim_(0)
            while self.workers[0].claimed:
                await self.wire_(0, "ok")
            await self.settle_(0)
            if not await self._left():
                return
        raise AssertionError("the outbox never empties")

    async def _left(self) -> int:
        async with self.database.read() as session:
            rows = await session.scalar(select(func.count()).select_from(OutboxMessage))
            open_ = await session.scalar(
                select(func.count()).where(Dispatch.is_expanded.is_(False))
            )
        return (rows or 0) + (open_ or 0)

    async def everyone_has_what_they_should(self) -> None:
        async with self.database.read() as session:
            receipts = (await session.scalars(select(Receipt).order_by(Receipt.id))).all()
            held = (await session.scalars(select(Held))).all()
        closing = Counter((r.dispatch_id, r.chat_id) for r in receipts if r.closes)
        closing.update((one.dispatch_id, one.chat_id) for one in held)
        assert all(count == 1 for count in closing.values()), "counted twice"
        for one in held:
            assert not self.sent.get((one.dispatch_id, one.chat_id, 0)), "held, and it came"
        for key, accepted in self.sent.items():
            assert len(accepted) <= 2, "more than twice"
            mine = [r for r in receipts if (r.dispatch_id, r.chat_id, r.part) == key]
            if len(accepted) == 2:
                assert any(r.ambiguous or r.outcome is Outcome.UNKNOWN for r in mine), "unexplained"
        for receipt in receipts:
            if not receipt.closes or receipt.outcome is not Outcome.SENT:
                continue
            for part in range(self.parts):
                self._has_arrived(receipts, receipt.dispatch_id, receipt.chat_id, part)

    def _has_arrived(
        self, receipts: Sequence[Receipt], dispatch_id: int, chat_id: int, part: int
    ) -> None:
        copies = self.sent[dispatch_id, chat_id, part]
        assert copies, "lost"
        known = {r.message_id for r in receipts if r.message_id} & set(copies)
        assert known, "no receipt of the copy"
        newest = self.revisions[dispatch_id]
        assert any(self.shown[copy] == newest for copy in known), "an old revision stays"


def minute_of(moment: datetime) -> int:
    """Of the day where the readers live."""
    local = moment.astimezone(ZoneInfo("Europe/Kyiv"))
    return local.hour * 60 + local.minute


async def emptied(database: Database) -> None:
    async with database.write() as session:
        for table in reversed(METADATA.sorted_tables):
            if table.name in {
                "outbox",
                "receipt",
                "held",
                "dispatch",
                "gate",
                "chat_pace",
                "subscriber",
            }:
                await session.execute(table.delete())


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=st.lists(step, min_size=8, max_size=40), parts=st.integers(1, 2))
async def test_whatever_happens_nothing_is_lost_and_nothing_comes_more_than_twice(
    database: Database, now: datetime, script: list[tuple[object, ...]], parts: int
) -> None:
    await emptied(database)
    world = World(database, JumpingClock(now), parts)
    await world.plan_(6)
    await world.expand_(1000)
    for act in script:
        await world.play(*act)  # type: ignore[arg-type]
    await world.all_is_well_again()
    await world.everyone_has_what_they_should()
