"""A courier takes what may go out next (verb): one short transaction under the gate's lock.

The pace is agreed in the row that is locked, in the transaction that takes the messages: so any number
of workers together keep to it, and no message is taken twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple, cast

from sqlalchemy import BigInteger, Table, Update, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox import pace
from digests.outbox.clock import Clock, Reading
from digests.outbox.dispatch import Content, Lane, MessageKind
from digests.outbox.gate import ChatPace, Gate
from digests.outbox.held import is_silent
from digests.outbox.lanes import Wheel
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.waiting import Candidate, waiting
from digests.storage.given import Given
from digests.storage.insertion import Insertion, insertion, insertion_on
from digests.storage.schema import Instant
from digests.vocabulary import Language

LEASE = timedelta(seconds=90)
"""How long a claimed message is its courier's; longer than any request may take."""

LEAD = timedelta(milliseconds=15)
"""The first slot lies at least this far ahead: the commit and the rendering come before it."""


FROZEN = timedelta(seconds=3)
"""A worker that holds the gate's lock and does nothing for so long stands still: PostgreSQL lets it go."""

STOPPED_SECONDS = 1.0
"""Until the next look, where all delivery waits for a person's word."""


class Claimed(NamedTuple):
    """One message to put on the wire at ``slot``, and all that is needed to say it."""

    id: int
    slot_no: int
    slot: float
    """On this process's monotonic clock, like ``lease_until``."""
    lease_until: float
    dispatch_id: int
    content: Content
    subject_id: int
    revision: int
    kind: MessageKind
    part: int
    lane: Lane
    message_id: int | None
    chat_id: int
    thread_id: int | None
    language: Language
    timezone: str
    silent: bool
    plain: bool
    attempt: int
    ambiguous: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What was taken, when the clock was read, and when it is worth asking again (monotonic)."""

    messages: tuple[Claimed, ...]
    read_at: float
    again_at: float
    open_at: float = 0.0
    """Where nothing was taken: when there will be a slot to take at all; else at once."""
    tat: datetime | None = None
    """The next free slot after these; nothing where none was taken."""
    led_until: float = 0.0
    """No other worker asks before; and from then on this one has time to claim again before they do."""
    has_moved: bool = False
    """Another worker claimed last: the slots have moved back for what this one sent late."""
    slot_no: int | None = None
    """The last slot that was given out; nothing where the gate did not tell."""
    others: tuple[tuple[int, float], ...] = ()
    """Slots of the last second, by number, that were taken since this worker's last claim."""


async def locked_gate(session: AsyncSession, bot_id: int, ceiling: float, epoch: datetime) -> Gate:
    """The gate's row, locked; made where this token never sent before."""
    query = select(Gate).where(Gate.bot_id == bot_id).with_for_update()
    query = query.execution_options(populate_existing=True)
    if session.get_bind().dialect.name == "postgresql":
        patience = f"{FROZEN.total_seconds():.0f}s"
        setting = "idle_in_transaction_session_timeout"
        query = query.add_columns(func.set_config(setting, patience, True))
    gate = await session.scalar(query)
    if gate is None:
        first = insertion(session, Gate).values(bot_id=bot_id, rate=ceiling, tat=epoch)
        await session.execute(first.on_conflict_do_nothing())
        gate = (await session.scalars(query)).one()
    return gate


EPOCH = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


async def claim(
    session: AsyncSession,
    clock: Clock,
    *,
    bot_id: int,
    owner: str,
    ceiling: float,
    most: int,
    lead: timedelta = LEAD,
    last: datetime | None = None,
    last_no: int | None = None,
    is_alone: bool = False,
    late: timedelta = timedelta(0),
    hurry: bool = False,
) -> Claim:
    """Takes at most ``most`` messages, each with a slot within the next 250 ms, one to a chat. Where
    an alert has just come (``hurry``), the next slot is taken before it comes so near, and the wheel begins
    with the alert: it may go at an earlier message's slot, and the others had every turn until now.

    ``ceiling`` is the rate the operator allows, in messages a second; ``last`` is the ``tat`` of this
    worker's last claim, ``last_no`` its ``slot_no``, ``late`` by how much it missed a slot of the last
    second. It sees to it itself that its own late messages crowd nobody; between two workers the slots move
    apart. Where another claimed last, it takes nothing before slots would be lost; a worker that
    ``is_alone`` has no other.
    """
    gate = await locked_gate(session, bot_id, ceiling, EPOCH)
    if gate.stopped_at is not None:
        again_at = clock.monotonic() + STOPPED_SECONDS
        return Claim((), clock.monotonic(), again_at, again_at)
    reading = await clock.read(session)
    if not reading.is_close:
        return Claim((), clock.monotonic(), clock.monotonic())
    if pace.was_set_back(reading.now, gate.tat):
        await follow_clock(session, gate, reading.now)
    rate = pace.rate_now(gate.rate, gate.rate_changed_at, reading.now, ceiling)
    step = pace.interval(rate)
    others = () if is_alone else _taken_since(last_no, gate, step, reading)
    nothing = Claim((), reading.monotonic, 0.0, slot_no=gate.slot_no, others=others)
    tat = gate.tat
    if has_moved := not is_alone and gate.tat != last:
        is_led = tat > reading.now + pace.OTHERS_EARLY
        tat = pace.pushed(tat, reading.now, max(late, timedelta(seconds=gate.late)))
        gate.tat = pace.pushed(gate.tat, reading.now, late)
        if is_led:
            again_at = reading.monotonic_at(pace.ask_at(gate.tat, lead, leads=False))
            return replace(nothing, again_at=again_at, open_at=again_at, has_moved=True)
    first = pace.first_slot(reading.now + lead, tat, gate.hold_until)
    ahead = pace.ahead(step, hurry=hurry)
    slots = pace.slots(first, reading.now + ahead, step, most)
    if not slots:
        again_at = reading.monotonic_at(pace.ask_at(first, lead, leads=False))
        open_at = reading.monotonic_at(first - ahead)
        return replace(nothing, again_at=again_at, open_at=open_at, has_moved=has_moved)
    queues = await waiting(session, most=len(slots), horizon=slots[-1], now=reading.now)
    chosen, wheel = _choose(queues, slots, 0 if hurry else gate.wheel)
    if not chosen:
        again_at = reading.monotonic + pace.AHEAD.total_seconds()
        return replace(nothing, again_at=again_at, open_at=again_at, has_moved=has_moved)
    numbered = [(one, slot, gate.slot_no + n) for n, (one, slot) in enumerate(chosen, start=1)]
    await _take(session, numbered, owner, reading.now)
    gate.tat, gate.wheel = chosen[-1][1] + step, wheel
    gate.late = 0.0 if has_moved else late.total_seconds()
    gate.slot_no += len(chosen)
    await session.flush()
    messages = tuple(_claimed(one, slot, number, reading) for one, slot, number in numbered)
    return Claim(
        messages,
        reading.monotonic,
        reading.monotonic_at(pace.ask_at(gate.tat, lead, leads=True)),
        tat=gate.tat,
        led_until=reading.monotonic_at(gate.tat - pace.OTHERS_EARLY - 2 * LEAD),
        has_moved=has_moved,
        slot_no=gate.slot_no,
        others=others,
    )


def _taken_since(
    last_no: int | None, gate: Gate, step: timedelta, reading: Reading
) -> tuple[tuple[int, float], ...]:
    """The newest slots before the gate's next one, ``step`` apart: rather too new than too old."""
    most = int(timedelta(seconds=1) / step) + 1
    first = max(gate.slot_no - most, gate.slot_no if last_no == gate.slot_no else last_no or 0)
    times = (
        (number, reading.monotonic_at(gate.tat - step * (gate.slot_no - number + 1)))
        for number in range(first + 1, gate.slot_no + 1)
    )
    return tuple((number, at) for number, at in times if at > reading.monotonic - 1.0)


async def follow_clock(session: AsyncSession, gate: Gate, now: datetime) -> None:
    """The clock was set back: what was to wait for a time on the old one would wait far too long."""
    gate.tat, gate.hold_until = pace.after_set_back(now, gate.hold_until, gate.held_at)
    gate.held_at = now if gate.hold_until else None
    await session.flush()
    furthest = now + pace.FURTHEST
    await session.execute(
        update(OutboxMessage).where(OutboxMessage.not_before > furthest).values(not_before=furthest)
    )
    lease = now + LEASE
    await session.execute(
        update(OutboxMessage).where(OutboxMessage.lease_until > lease).values(lease_until=lease)
    )
    await session.execute(
        update(ChatPace).where(ChatPace.next_send_at > furthest).values(next_send_at=furthest)
    )


Chosen = list[tuple[Candidate, datetime]]


def _choose(
    queues: dict[Lane, list[Candidate]], slots: list[datetime], turn: int
) -> tuple[Chosen, int]:
    """Gives each slot to the first message that may go then, in the wheel's order."""
    wheel, taken, chosen = Wheel(turn), set[int](), Chosen()
    for slot in slots:

        def take(lane: Lane, slot: datetime = slot) -> Candidate | None:
            return _first(queues.get(lane, []), slot, taken)

        if (candidate := wheel.next(take)) is None:
            break
        taken.add(candidate.row.chat_id)
        chosen.append((candidate, slot))
    return chosen, wheel.turn


def _first(queue: list[Candidate], slot: datetime, taken: set[int]) -> Candidate | None:
    for place, candidate in enumerate(queue):
        row = candidate.row
        if (
            row.chat_id not in taken
            and (row.not_before is None or row.not_before <= slot)
            and (row.next_send_at is None or row.next_send_at <= slot)
        ):
            return queue.pop(place)
    return None


_TAKEN = Given(id=BigInteger(), slot=Instant(), slot_no=BigInteger())
_PACES = Given(chat_id=BigInteger(), next_send_at=Instant())


async def _take(
    session: AsyncSession,
    numbered: list[tuple[Candidate, datetime, int]],
    owner: str,
    now: datetime,
) -> None:
    dialect = session.get_bind().dialect.name
    connection = await session.connection()
    await connection.execute(
        _take_given(dialect),
        _TAKEN.bound(dialect, [(one.row.id, slot, number) for one, slot, number in numbered])
        | {"_owner": owner, "_lease": now + LEASE},
    )
    await move_paces(
        session,
        {
            one.row.chat_id: pace.next_in_chat(one.row.chat_id, None, slot)
            for one, slot, _ in numbered
        },
    )


@cache
def _take_given(dialect: str) -> Update:
    outbox, taken = cast(Table, OutboxMessage.__table__), _TAKEN.table(dialect)
    return (
        update(outbox)
        .where(outbox.c.id == taken.c.id)
        .values(
            state=MessageState.SENDING,
            owner=bindparam("_owner"),
            lease_until=bindparam("_lease"),
            slot=taken.c.slot,
            slot_no=taken.c.slot_no,
            attempt=outbox.c.attempt + 1,
            departed=False,
        )
    )


async def move_paces(session: AsyncSession, paces: dict[int, datetime]) -> None:
    """Sets when these chats may be sent to again."""
    if not paces:
        return
    dialect = session.get_bind().dialect.name
    connection = await session.connection()
    await connection.execute(_move_given(dialect), _PACES.bound(dialect, list(paces.items())))


@cache
def _move_given(dialect: str) -> Insertion:
    paces, given = cast(Table, ChatPace.__table__), _PACES.table(dialect)
    # SQLite needs the condition: without it ON would begin a join.
    moved = select(given.c.chat_id, given.c.next_send_at).where(given.c.chat_id.is_not(None))
    statement = insertion_on(dialect, paces).from_select(["chat_id", "next_send_at"], moved)
    return statement.on_conflict_do_update(
        index_elements=["chat_id"], set_={"next_send_at": statement.excluded.next_send_at}
    )


async def free_paces(session: AsyncSession, unsent: dict[int, datetime]) -> None:
    """What was claimed for these slots did not leave: the chats need not wait for it, unless something else
    was sent there meanwhile."""
    if not unsent:
        return
    dialect = session.get_bind().dialect.name
    rows = [
        (chat, slot, pace.next_in_chat(chat, None, slot)) for chat, slot in sorted(unsent.items())
    ]
    connection = await session.connection()
    await connection.execute(_free_given(dialect), _FREED.bound(dialect, rows))


_FREED = Given(chat_id=BigInteger(), slot=Instant(), moved_to=Instant())


@cache
def _free_given(dialect: str) -> Update:
    paces, given = cast(Table, ChatPace.__table__), _FREED.table(dialect)
    return (
        update(paces)
        .where(paces.c.chat_id == given.c.chat_id, paces.c.next_send_at == given.c.moved_to)
        .values(next_send_at=given.c.slot)
    )


def _claimed(candidate: Candidate, slot: datetime, number: int, reading: Reading) -> Claimed:
    row, dispatch = candidate.row, candidate.dispatch
    timezone = row.timezone or "UTC"
    return Claimed(
        id=row.id,
        slot_no=number,
        slot=reading.monotonic_at(slot),
        lease_until=reading.monotonic + LEASE.total_seconds(),
        dispatch_id=dispatch.id,
        content=dispatch.content,
        subject_id=dispatch.subject_id,
        revision=dispatch.revision,
        kind=row.kind,
        part=row.part,
        lane=row.lane,
        message_id=row.message_id,
        chat_id=row.chat_id,
        thread_id=row.thread_id,
        language=row.language or dispatch.language or Language.ENGLISH,
        timezone=timezone,
        silent=row.lane is not Lane.INTERACTIVE and is_silent(dispatch, row, slot),
        plain=row.plain,
        attempt=row.attempt + 1,
        ambiguous=row.ambiguous,
    )
