"""What came of messages that were on the wire is written down (verb): receipts in, outbox rows out.

Every result is fenced by the slot number of its claim. A message that was rescued meanwhile belongs to
another courier: what was delivered all the same is entered into the ledger, so that corrections reach
that copy too, and nothing else is touched.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience import presence
from digests.audience.subscriber import Subscriber
from digests.outbox import pace
from digests.outbox.arrived import Arrival, close_arrived
from digests.outbox.chats import leave_threads, move_chat
from digests.outbox.claim import free_paces, locked_gate, move_paces
from digests.outbox.control import pause, uncover
from digests.outbox.copies import growing, show
from digests.outbox.dispatch import Content, Dispatch, DispatchState, MessageKind, Reach
from digests.outbox.gate import Gate
from digests.outbox.ledger import Entry, dispatches_of, entry, record
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome
from digests.outbox.retry import Decision, decide
from digests.outbox.verdict import Meaning, Verdict

FAULTS_THAT_PAUSE = 3
"""Chats in which the same content was refused: then the content is wrong, not the chat."""

_NEED_THE_GATE = (Meaning.LATER, Meaning.UNPARSED, Meaning.REFUSED)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one claimed message. Without a verdict it was never put on the wire."""

    id: int
    slot_no: int
    revision: int
    """The revision that was rendered."""
    parts: int = 1
    """How many parts that rendering has."""
    part: int = 0
    """Which of them it was."""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What one call did, for the metrics."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    unknown: int = 0
    lost_claim: int = 0


async def settle(
    session: AsyncSession,
    results: Sequence[Result],
    *,
    bot_id: int,
    ceiling: float,
    now: datetime,
    at_most_once: Collection[Content] = (),
) -> Settled:
    """Writes down what came of claimed messages. Doing it twice is doing it once. Of the contents in
    ``at_most_once`` nothing that may have arrived is sent again."""
    if any(result.verdict and result.verdict.meaning in _NEED_THE_GATE for result in results):
        # Before any other lock, as everywhere: two couriers must not wait for each other.
        await locked_gate(session, bot_id, ceiling, now)
    closed = await close_arrived(session, _arrivals(results), now=now)
    rest = [result for result in results if result.id not in closed]
    if not rest:
        return Settled(sent=len(closed))
    batch = await _Batch.load(session, rest, now, at_most_once)
    for result in rest:
        batch.add(result)
    if batch.hold:
        await hold(session, batch.hold, bot_id=bot_id, ceiling=ceiling, now=now)
    await batch.write()
    return batch.counts(closed=len(closed))


def _arrivals(results: Sequence[Result]) -> list[Arrival]:
    return [
        (result.id, result.slot_no, result.revision, result.parts, verdict.message_id)
        for result in results
        if (verdict := result.verdict) and verdict.meaning is Meaning.DELIVERED
        if not verdict.reason
    ]


async def hold(
    session: AsyncSession, verdict: Verdict, *, bot_id: int, ceiling: float, now: datetime
) -> None:
    """Telegram said that the whole token is too fast: nothing goes out before it allows, and then more
    slowly. Answers of one and the same burst lower the rate once."""
    gate: Gate = await locked_gate(session, bot_id, ceiling, now)
    until = now + (verdict.retry_after or pace.AHEAD)
    if gate.hold_until is None or gate.hold_until <= now:
        gate.rate = pace.lowered(pace.rate_now(gate.rate, gate.rate_changed_at, now, ceiling))
        gate.rate_changed_at = now
    if gate.hold_until is None or until > gate.hold_until:
        gate.hold_until, gate.held_at = until, now
    await session.flush()


class _Batch:
    """Decisions first, then a few statements for all of them."""

    def __init__(
        self,
        session: AsyncSession,
        rows: dict[int, OutboxMessage],
        dispatches: dict[int, Dispatch],
        now: datetime,
        at_most_once: Collection[Content],
    ) -> None:
        self._at_most_once = at_most_once
        self._session, self._rows, self._dispatches, self._now = session, rows, dispatches, now
        self._receipts: list[Entry] = []
        self._finished: list[int] = []
        self._edited: list[tuple[OutboxMessage, Dispatch, int]] = []
        self._untold: dict[int, list[int]] = {}
        self._gone: dict[int, str] = {}
        self._moved: dict[int, int] = {}
        self._threadless: set[int] = set()
        self._chat_holds: dict[int, datetime] = {}
        self._unsent: dict[int, datetime] = {}
        self._faulty: list[Dispatch] = []
        self._growing: set[int] = set()
        self.hold: Verdict | None = None
        self._again = self._lost = 0

    @classmethod
    async def load(
        cls,
        session: AsyncSession,
        results: Sequence[Result],
        now: datetime,
        at_most_once: Collection[Content],
    ) -> _Batch:
        ids = [result.id for result in results]
        rows = await session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.id.in_(ids))
            .order_by(OutboxMessage.id)
            .with_for_update()
        )
        by_id = {row.id: row for row in rows}
        dispatches = await dispatches_of(session, by_id.values())
        batch = cls(session, by_id, dispatches, now, at_most_once)
        batch._growing = await growing(session, batch._edited_short_of_the_end(results))
        return batch

    def _edited_short_of_the_end(
        self, results: Sequence[Result]
    ) -> list[tuple[OutboxMessage, Dispatch]]:
        """Copies that a correction's edit reached, of a content that has further parts."""
        return [
            (row, dispatch)
            for result in results
            if (row := self._rows.get(result.id)) is not None
            and (dispatch := self._dispatches[row.dispatch_id]).kind is MessageKind.EDIT
            and row.kind is MessageKind.EDIT
            and row.part + 1 < result.parts
        ]

    def add(self, result: Result) -> None:
        row = self._rows.get(result.id)
        if row is None:
            self._lost += 1
        elif row.state is not MessageState.SENDING or row.slot_no != result.slot_no:
            self._lose(row, result)
        elif result.verdict is None:
            row.attempt -= 1
            if row.slot is not None:
                self._unsent[row.chat_id] = row.slot
            self._return(row)
        else:
            self._judge(row, result, result.verdict)

    def _judge(self, row: OutboxMessage, result: Result, verdict: Verdict) -> None:
        decision = decide(
            verdict,
            kind=row.kind,
            attempt=row.attempt,
            ambiguous=row.ambiguous,
            plain=row.plain,
            at_most_once=self._dispatches[row.dispatch_id].content in self._at_most_once,
        )
        self._note(row, verdict)
        if decision.outcome is None:
            self._again_later(row, decision, verdict)
        elif decision.outcome is Outcome.SENT:
            self._delivered(row, result, verdict)
        else:
            row.ambiguous += decision.ambiguous
            self._close(row, decision.outcome, decision.reason, result.revision)

    def _note(self, row: OutboxMessage, verdict: Verdict) -> None:
        """What the verdict says about the chat, the token or the content."""
        match verdict.meaning:
            case Meaning.LATER if verdict.whole_token:
                self.hold = verdict
            case Meaning.LATER if verdict.retry_after:
                self._chat_holds[row.chat_id] = self._now + verdict.retry_after
            case Meaning.GONE | Meaning.NO_RIGHTS:
                self._gone[row.chat_id] = verdict.reason
            case Meaning.MOVED if verdict.moved_to:
                self._moved[row.chat_id] = verdict.moved_to
            case Meaning.NO_THREAD:
                self._threadless.add(row.chat_id)
            case Meaning.UNPARSED | Meaning.REFUSED if not row.plain:
                self._faulty.append(self._dispatches[row.dispatch_id])

    def _again_later(self, row: OutboxMessage, decision: Decision, verdict: Verdict) -> None:
        row.ambiguous += decision.ambiguous
        row.plain = row.plain or decision.plain
        row.not_before = self._now + decision.wait if decision.wait else None
        if verdict.meaning is Meaning.LATER:
            row.attempt -= 1
        self._return(row)

    def _return(self, row: OutboxMessage) -> None:
        row.state = MessageState.READY
        row.owner = row.lease_until = row.slot = row.slot_no = None
        self._again += 1

    def _delivered(self, row: OutboxMessage, result: Result, verdict: Verdict) -> None:
        """It arrived. A copy that shows an old revision is edited next, a further part follows."""
        dispatch = self._dispatches[row.dispatch_id]
        is_send = row.kind is MessageKind.SEND
        message_id = verdict.message_id if is_send else row.message_id
        stale = result.revision < dispatch.revision and row.kind is not MessageKind.DELETE
        goes_on = is_send or dispatch.kind is MessageKind.SEND or row.id in self._growing
        more = goes_on and row.part + 1 < result.parts
        closes = not stale and not more
        if is_send or dispatch.kind is not MessageKind.SEND:
            self._enter(row, Outcome.SENT, verdict.reason, result.revision, message_id, closes)
        if not is_send:
            self._edited.append((row, dispatch, result.revision))
        if closes:
            if not is_send and dispatch.kind is MessageKind.SEND:
                self._enter(row, Outcome.SENT, "edited", result.revision, None, closes)
            self._finished.append(row.id)
            return
        row.attempt = row.ambiguous = 0
        row.plain, row.not_before = False, None
        if stale:
            row.kind, row.message_id = MessageKind.EDIT, message_id
        else:
            # What a correction adds stands below the copy it belongs to, however long ago that came.
            row.message_id = message_id if dispatch.kind is MessageKind.EDIT else None
            row.kind, row.part = MessageKind.SEND, row.part + 1
        self._return(row)

    def _close(self, row: OutboxMessage, outcome: Outcome, reason: str, revision: int) -> None:
        self._enter(row, outcome, reason, revision, row.message_id, closes=True)
        self._finished.append(row.id)
        dispatch = self._dispatches[row.dispatch_id]
        told = outcome is Outcome.UNKNOWN or row.part > 0 or row.kind is not MessageKind.SEND
        if dispatch.reach is Reach.STAMPED and row.subscriber_id and not told:
            self._untold.setdefault(dispatch.id, []).append(row.subscriber_id)

    def _lose(self, row: OutboxMessage, result: Result) -> None:
        """Rescued meanwhile. If it arrived and nobody has sent it again yet, it is finished. A row that
        was not rescued, or went on to another part, was settled by this very result before."""
        self._lost += 1
        verdict = result.verdict
        is_rescued = row.ambiguous > 0 and row.part == result.part and row.kind is MessageKind.SEND
        if verdict is None or verdict.meaning is not Meaning.DELIVERED or not is_rescued:
            return
        if row.state is not MessageState.SENDING:
            self._delivered(row, result, verdict)
        else:
            self._enter(
                row, Outcome.SENT, "second copy", result.revision, verdict.message_id, closes=False
            )

    def _enter(
        self,
        row: OutboxMessage,
        outcome: Outcome,
        reason: str,
        revision: int,
        message_id: int | None,
        closes: bool,
    ) -> None:
        self._receipts.append(
            entry(
                row,
                self._dispatches[row.dispatch_id],
                outcome,
                reason,
                revision=revision,
                message_id=message_id,
                closes=closes,
                now=self._now,
            )
        )

    async def write(self) -> None:
        """All of it, in a few statements."""
        session = self._session
        await self._close_gone()
        await record(session, self._receipts, self._finished)
        for row, dispatch, revision in self._edited:
            await show(session, row, dispatch, revision)
        for dispatch_id, readers in self._untold.items():
            await uncover(session, self._dispatches[dispatch_id], Subscriber.id.in_(readers))
        await self._write_chats()
        for dispatch in self._faulty:
            await _count_fault(session, dispatch, now=self._now)

    async def _close_gone(self) -> None:
        """What else waits for a chat that is gone would be refused one by one."""
        if not self._gone:
            return
        waiting = await self._session.scalars(
            select(OutboxMessage)
            .where(
                OutboxMessage.chat_id.in_(self._gone),
                OutboxMessage.kind == MessageKind.SEND,
                OutboxMessage.state.in_((MessageState.READY, MessageState.HELD)),
                OutboxMessage.id.not_in(self._rows),
            )
            .order_by(OutboxMessage.id)
            # Waiting for whoever has it could be mutual; Telegram refuses it in its turn then.
            .with_for_update(skip_locked=True)
        )
        rows = waiting.all()
        missing = {row.dispatch_id for row in rows} - self._dispatches.keys()
        if missing:
            # Not locked: what becomes of the rest of these dispatches is not decided here.
            found = await self._session.scalars(select(Dispatch).where(Dispatch.id.in_(missing)))
            self._dispatches |= {dispatch.id: dispatch for dispatch in found}
        for row in rows:
            dispatch = self._dispatches[row.dispatch_id]
            self._close(row, Outcome.FAILED, self._gone[row.chat_id], dispatch.revision)

    async def _write_chats(self) -> None:
        if self._chat_holds:
            await move_paces(self._session, self._chat_holds)
        await free_paces(self._session, self._unsent)
        for chat_id, reason in self._gone.items():
            await presence.suspend(self._session, chat_id, reason)
        for before, after in self._moved.items():
            await move_chat(self._session, before, after)
        if self._threadless:
            await leave_threads(self._session, self._threadless, now=self._now)

    def counts(self, *, closed: int) -> Settled:
        """How it went; ``closed`` had arrived without further ado."""
        ended = [entry["outcome"] for entry in self._receipts if entry["closes"]]
        return Settled(
            sent=closed + ended.count(Outcome.SENT),
            again=self._again,
            failed=ended.count(Outcome.FAILED),
            unknown=ended.count(Outcome.UNKNOWN),
            lost_claim=self._lost,
        )


async def _count_fault(session: AsyncSession, dispatch: Dispatch, *, now: datetime) -> None:
    faults = await session.scalar(
        update(Dispatch)
        .where(Dispatch.id == dispatch.id)
        .values(faults=Dispatch.faults + 1)
        .returning(Dispatch.faults)
    )
    if (faults or 0) >= FAULTS_THAT_PAUSE and dispatch.state is DispatchState.RUNNING:
        await pause(session, dispatch.id, now=now, reason="content refused")
