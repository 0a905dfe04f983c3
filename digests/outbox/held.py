"""What is held: breaking news for a reader whose quiet hours it may not disturb.

held ──wake──> woken       it stands in the message that comes when the quiet hours end
  └──────────> dropped     by then withdrawn, told otherwise, risen, out of date, or the reader is gone

A row counts in its dispatch as an outbox message does that became a receipt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, and_, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.audience.following import wake
from digests.audience.manner import Manner, Manners, manner_of
from digests.audience.subscriber import Subscriber
from digests.outbox.dispatch import Dispatch, MessageKind, Reach
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.quiet import is_quiet, wakes_at
from digests.storage.bulk import insert_all
from digests.storage.schema import Base, word
from digests.vocabulary import Severity


class HeldState(StrEnum):
    """Where it stands."""

    HELD = "held"
    WOKEN = "woken"
    DROPPED = "dropped"


class Held(Base):
    """One subject kept for one reader."""

    __tablename__ = "held"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(BigInteger, index=True)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """The alert."""
    severity: Mapped[Severity] = mapped_column(word(Severity))
    """What it was then: when it rises, its reader may want it at once."""
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger, info={"forgotten_as": None})
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True, info={"forgotten_as": 0})
    state: Mapped[HeldState] = mapped_column(word(HeldState), default=HeldState.HELD)
    held_at: Mapped[datetime]
    wakes_at: Mapped[datetime]
    """When the quiet hours end, as they were set when it was held or since."""
    woken_by: Mapped[int | None] = mapped_column(BigInteger)
    """The dispatch that brings it."""

    __table_args__ = (
        Index(
            "ix_held_waking",
            "wakes_at",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index(
            "ix_held_waiting",
            "subscriber_id",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index("ix_held_subject", "subject_id", "subscriber_id"),
        Index(
            "ix_held_woken",
            "woken_by",
            "subscriber_id",
            sqlite_where=text("woken_by IS NOT NULL"),
            postgresql_where=text("woken_by IS NOT NULL"),
        ),
    )


def must_wait(dispatch: Dispatch, reader: Any, now: datetime) -> bool:
    """Whether this may not come before the reader wakes. ``reader`` has the zone, the quiet hours and
    the manners of a subscriber."""
    if dispatch.severity is None or dispatch.reach not in (Reach.MATCHING, Reach.MISSED):
        return False
    night = is_quiet(now, reader.timezone, reader.quiet_from, reader.quiet_until)
    return night and _manner(dispatch, reader, quiet=True) is Manner.HOLD


def is_silent(dispatch: Dispatch, reader: Any, now: datetime) -> bool:
    """Whether this comes without a sound: in quiet hours all does, but what the reader lets through."""
    if dispatch.silent or reader.timezone is None:
        return dispatch.silent
    quiet = is_quiet(now, reader.timezone, reader.quiet_from, reader.quiet_until)
    if dispatch.severity is None:
        return quiet
    return _manner(dispatch, reader, quiet=quiet) is not Manner.SOUND


def _manner(dispatch: Dispatch, reader: Any, *, quiet: bool) -> Manner:
    assert dispatch.severity is not None  # noqa: S101 - asked before
    by_day: Manners = reader.alerts
    return manner_of(dispatch.severity, by_day, reader.at_night, quiet=quiet)


async def hold(
    session: AsyncSession, dispatch: Dispatch, readers: Iterable[Any], *, now: datetime
) -> int:
    """Keeps the dispatch's subject for these readers; how many there are."""
    rows = [
        {
            "dispatch_id": dispatch.id,
            "subject_id": dispatch.subject_id,
            "severity": dispatch.severity,
            "subscriber_id": reader.subscriber_id,
            "chat_id": reader.chat_id,
            "state": HeldState.HELD,
            "held_at": now,
            "wakes_at": wakes_at(now, reader.timezone, reader.quiet_until),
        }
        for reader in readers
    ]
    await insert_all(session, Held, rows)
    return len(rows)


async def lift(session: AsyncSession, dispatch: Dispatch, readers: Collection[int]) -> set[int]:
    """It is kept for these readers no longer, it goes to them now; but for those, given back, who have
    just been woken with it."""
    theirs = and_(Held.subject_id == dispatch.subject_id, Held.subscriber_id.in_(readers))
    # Waits for a waking under way, which has then told them; one that comes later finds nothing.
    await session.execute(
        update(Held)
        .where(theirs, Held.state == HeldState.HELD)
        .values(state=HeldState.DROPPED)
        .execution_options(synchronize_session=False)
    )
    woken = select(Held.subscriber_id).where(theirs, Held.state == HeldState.WOKEN)
    return {reader for reader in await session.scalars(woken) if reader is not None}


async def hold_back(
    session: AsyncSession, late: dict[int, tuple[Dispatch, list[Any]]], *, now: datetime
) -> None:
    """Messages whose readers' quiet hours began while they waited in the outbox, by dispatch. Under the
    gate's lock: nobody else takes what waits."""
    for dispatch, rows in late.values():
        await hold(session, dispatch, rows, now=now)
        ids = [row.id for row in rows]
        await session.execute(
            delete(OutboxMessage)
            .where(OutboxMessage.id.in_(ids), OutboxMessage.state == MessageState.READY)
            .execution_options(synchronize_session=False)
        )


def has_begun(row: Any) -> bool:
    """Whether a message is past holding: a part of it, or all, may be there."""
    return bool(row.kind is not MessageKind.SEND or row.part or row.ambiguous)


async def wake_up(session: AsyncSession, subscriber: Subscriber, *, now: datetime) -> None:
    """The reader is up, or has set other hours or another zone: what is held comes when those end."""
    zone, start, end = subscriber.timezone, subscriber.quiet_from, subscriber.quiet_until
    until = now if end is None or not is_quiet(now, zone, start, end) else wakes_at(now, zone, end)
    await _reset(session, subscriber, until)


async def wake_now(session: AsyncSession, subscriber: Subscriber, *, now: datetime) -> None:
    """The reader asks for it: whatever the hour."""
    await _reset(session, subscriber, now)


async def _reset(session: AsyncSession, subscriber: Subscriber, until: datetime) -> None:
    await session.execute(
        update(Held)
        .where(Held.subscriber_id == subscriber.id, Held.state == HeldState.HELD)
        .values(wakes_at=until)
        .execution_options(synchronize_session=False)
    )
    await wake(session, subscriber.id, until)


async def drop_held(session: AsyncSession, chat_id: int) -> None:
    """Nothing more goes to this chat."""
    whose = select(Subscriber.id).where(Subscriber.chat_id == chat_id)
    await session.execute(
        update(Held)
        .where(Held.subscriber_id.in_(whose), Held.state == HeldState.HELD)
        .values(state=HeldState.DROPPED)
        .execution_options(synchronize_session=False)
    )
