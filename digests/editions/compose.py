"""Due slots become editions and dispatches (verb): set-based, in the caller's one transaction.

Appointments that are due are counted by (taste, covered_until): each such group is one edition and one
dispatch. One UPDATE stamps the appointments with their dispatch; the slots move on. So the cost grows
with tastes and slots, and only the database ever touches single subscribers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from digests.audience.slot import Appointment, Slot
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.editions.due import Due, due, following
from digests.editions.edition import Edition
from digests.editions.press import Wanted, press
from digests.editions.selection import LONGEST_WINDOW
from digests.editions.window import close_windows
from digests.editions.without import (
    know_by_digest,
    leave_out,
)
from digests.outbox.dispatch import Content, Dispatch, Lane, Reach
from digests.storage.bulk import insert_new
from digests.storage.schema import Instant

SLOTS_AT_ONCE = 1000
"""More that are due wait for the next run, seconds later."""

ATTEMPTS = 5
"""Rounds to catch readers who change while they are planned; after that they have the next digest."""


@dataclass(frozen=True, slots=True)
class ComposeReport:
    """What one run did."""

    slots: int
    """Slots that were due; some had nobody to tell."""
    dispatches: int
    stamped: int
    """Appointments that will be served."""


@dataclass(frozen=True, slots=True)
class _Round:
    """Due slots that share a local date and the end of the window."""

    wanted: Due
    slots: tuple[Slot, ...]

    @property
    def name(self) -> str:
        """The same for no other round: a slot has each local date once."""
        return f"{min(slot.id for slot in self.slots)}:{self.wanted.local_date}"

    @property
    def may_double(self) -> bool:
        """Whether a reader may have two of these slots: a reader's are of one zone, at several minutes."""
        times = {(slot.timezone, slot.minute) for slot in self.slots}
        return len(times) > len({slot.timezone for slot in self.slots})


@dataclass(frozen=True, slots=True)
class _Group:
    """Readers of one taste who were told up to the same minute."""

    taste_id: int
    covered_until: datetime
    appointments: int
    readers: int
    """Fewer where several times of one reader fall together."""
    last_reader: int


async def compose(session: AsyncSession, *, now: datetime) -> ComposeReport:
    """Plans the digest of every slot that is due, and moves the slots on.

    Two workers at once take different slots. What was missed while nothing ran: see ``due.py``.
    """
    slots = await _due_slots(session, now)
    if not slots:
        return ComposeReport(0, 0, 0)
    await close_windows(session)
    dispatches = stamped = 0
    for served in _rounds(slots, now):
        planned, met = await _serve(session, served, now)
        dispatches += planned
        stamped += met
    await _move_on(session, slots, now)
    return ComposeReport(len(slots), dispatches, stamped)


async def _serve(session: AsyncSession, served: _Round, now: datetime) -> tuple[int, int]:
    """Plans one round; how many dispatches there are, and how many appointments have one."""
    dispatches = stamped = 0
    # On PostgreSQL readers may change their taste while this runs: whom the stamp missed, once more.
    for attempt in range(ATTEMPTS):
        groups = await _groups(session, served)
        if not groups:
            break
        planned = await _plan(session, served, groups, attempt, now=now)
        met = await _stamp(session, served, planned)
        own = await leave_out(session, planned, now=now)
        await know_by_digest(session, [*planned, *own], now=now)
        dispatches += len(planned) + len(own)
        stamped += met
        if met == sum(group.appointments for group in groups):
            break
    return dispatches, stamped


async def _due_slots(session: AsyncSession, now: datetime) -> Sequence[Slot]:
    rows = await session.scalars(
        select(Slot)
        .where(Slot.next_due_at <= now)
        .order_by(Slot.next_due_at, Slot.id)
        .limit(SLOTS_AT_ONCE)
        # Compiles to nothing on SQLite, where the writer is alone.
        .with_for_update(skip_locked=True)
    )
    return rows.all()


def _rounds(slots: Sequence[Slot], now: datetime) -> list[_Round]:
    together: dict[Due, list[Slot]] = {}
    for slot in slots:
        wanted = due(
            slot.timezone, slot.minute, slot.weekdays, planned_date=slot.next_local_date, now=now
        )
        if wanted:
            together.setdefault(wanted, []).append(slot)
    return [_Round(wanted, tuple(members)) for wanted, members in together.items()]


def _is_meant(served: _Round) -> ColumnElement[bool]:
    """An appointment of these slots, not yet served on this date, whose reader can be told more."""
    return and_(
        Appointment.slot_id.in_([slot.id for slot in served.slots]),
        or_(
            Appointment.last_local_date.is_(None),
            Appointment.last_local_date < served.wanted.local_date,
        ),
        Subscriber.id == Appointment.subscriber_id,
        Subscriber.state == SubscriberState.ACTIVE,
        Subscriber.taste_id.is_not(None),
        Subscriber.covered_until < served.wanted.ends_at,
    )


async def _groups(session: AsyncSession, served: _Round) -> list[_Group]:
    by = (Subscriber.taste_id, Subscriber.covered_until)
    who = Appointment.subscriber_id
    readers = func.count(who.distinct()) if served.may_double else func.count()
    rows = await session.execute(
        select(*by, func.count(), readers, func.max(who)).where(_is_meant(served)).group_by(*by)
    )
    return [
        _Group(taste_id, covered_until, appointments, people, last)
        for taste_id, covered_until, appointments, people, last in rows
        if taste_id is not None
    ]


async def _plan(
    session: AsyncSession,
    served: _Round,
    groups: Sequence[_Group],
    attempt: int,
    *,
    now: datetime,
) -> list[int]:
    """One edition and one dispatch for each group; the dispatches' ids."""
    ends_at = served.wanted.ends_at
    wanted = [Wanted.since(group.taste_id, group.covered_until, ends_at) for group in groups]
    editions = await press(session, wanted, now=now)
    empty = await _empty(session, ends_at)
    rows = [
        {
            "content": Content.EDITION,
            "subject_id": editions[window],
            "lane": Lane.DIGESTS,
            "reach": Reach.STAMPED,
            "covers_from": group.covered_until,
            "covers_until": ends_at,
            "is_empty": editions[window] in empty,
            "audience": group.readers,
            "cursor_end": group.last_reader,
            "created_at": now,
            "plan_key": f"edition:{editions[window]}:{group.covered_until:%Y%m%dT%H%M}"
            f":{served.name}:{attempt}",
        }
        for group, window in zip(groups, wanted, strict=True)
    ]
    return [row.id for row in await insert_new(session, Dispatch, rows, ("id",))]


async def _empty(session: AsyncSession, ends_at: datetime) -> set[int]:
    ids = select(Edition.id).where(Edition.window_end == ends_at, Edition.story_count == 0)
    return set(await session.scalars(ids))


async def _stamp(session: AsyncSession, served: _Round, planned: Sequence[int]) -> int:
    """Every appointment meant gets its dispatch, in one UPDATE; how many there were."""
    ends_at = served.wanted.ends_at
    # Typed, or SQLite would compare a text with a number.
    longest = literal(ends_at - LONGEST_WINDOW, Instant())
    start = case((Subscriber.covered_until > longest, Subscriber.covered_until), else_=longest)
    result: Any = await session.execute(
        update(Appointment)
        .values(dispatch_id=Dispatch.id, last_local_date=served.wanted.local_date)
        .where(
            _is_meant(served),
            Edition.taste_id == Subscriber.taste_id,
            Edition.left_out == "",
            Edition.window_start == start,
            Edition.window_end == ends_at,
            Dispatch.content == Content.EDITION,
            Dispatch.subject_id == Edition.id,
            Dispatch.covers_from == Subscriber.covered_until,
            # Another worker may have written between ours: its slots are not these.
            Dispatch.id.between(min(planned), max(planned)),
            Dispatch.plan_key.like(f"%:{served.name}:_"),
        ),
        execution_options={"synchronize_session": False},
    )
    if served.may_double:
        await _unstamp_doubles(session, planned)
    return int(result.rowcount)


async def _unstamp_doubles(session: AsyncSession, planned: Sequence[int]) -> None:
    """A reader of several times that fall together (a gap, a late start) is served by the last."""
    later = aliased(Appointment)
    await session.execute(
        update(Appointment)
        .values(dispatch_id=None)
        .where(
            Appointment.dispatch_id.between(min(planned), max(planned)),
            select(later.minute)
            .where(
                later.subscriber_id == Appointment.subscriber_id,
                later.dispatch_id == Appointment.dispatch_id,
                later.minute > Appointment.minute,
            )
            .exists(),
        ),
        execution_options={"synchronize_session": False},
    )


async def _move_on(session: AsyncSession, slots: Sequence[Slot], now: datetime) -> None:
    for slot in slots:
        slot.next_due_at, slot.next_local_date = following(
            slot.timezone, slot.minute, slot.weekdays, now=now
        )
    await session.flush()
