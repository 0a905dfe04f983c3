"""Whether a subscriber may be told anything (verb): pause, resume, suspend, restore, migrate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.following import leave_messages
from digests.audience.occurrence import floor_minute
from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.storage.schema import Instant

CAUGHT_UP = timedelta(hours=24)
"""How far back the first digest after an absence goes."""

LONGEST_PAUSE_DAYS = 365

NO_RIGHTS = "no rights"
"""Why a chat is suspended whose admins do not let us write."""

_UNTIL_RESUMED = datetime(9999, 1, 1, tzinfo=UTC)
"""Marks, in a suspended row, a pause without an end, so that an unblock does not end it."""


def pause(subscriber: Subscriber, *, now: datetime, days: int | None = None) -> None:
    """Nothing comes until ``resume``, or for so many days. A reader who blocked us stays suspended."""
    if subscriber.state is not SubscriberState.SUSPENDED:
        subscriber.state = SubscriberState.PAUSED
    subscriber.paused_until = None if days is None else now + timedelta(days=days)


def resume(subscriber: Subscriber, *, now: datetime) -> None:
    """Everything comes again, from a day ago on."""
    subscriber.state, subscriber.state_reason = SubscriberState.ACTIVE, None
    subscriber.paused_until = None
    subscriber.covered_until = max(subscriber.covered_until, floor_minute(now) - CAUGHT_UP)


async def resume_due(session: AsyncSession, *, now: datetime) -> int:
    """Resumes all whose pause has run out; how many."""
    since = floor_minute(now) - CAUGHT_UP
    covered = Subscriber.covered_until
    result = await session.execute(
        update(Subscriber)
        .where(Subscriber.state == SubscriberState.PAUSED, Subscriber.paused_until <= now)
        .values(
            state=SubscriberState.ACTIVE,
            paused_until=None,
            covered_until=case((covered < since, literal(since, Instant)), else_=covered),
        )
        .execution_options(synchronize_session=False)
    )
    return result.rowcount  # type: ignore[attr-defined, no-any-return]


async def suspend(session: AsyncSession, chat_id: int, reason: str) -> None:
    """Nothing may go there: blocked, kicked, gone. The settings, and a pause, are kept."""
    paused_until = func.coalesce(Subscriber.paused_until, literal(_UNTIL_RESUMED, Instant))
    await session.execute(
        update(Subscriber)
        .where(Subscriber.chat_id == chat_id)
        .values(
            state=SubscriberState.SUSPENDED,
            state_reason=reason,
            suspension_told_at=case(
                (Subscriber.state == SubscriberState.SUSPENDED, Subscriber.suspension_told_at),
                else_=None,
            ),
            paused_until=case(
                (Subscriber.state == SubscriberState.PAUSED, paused_until),
                else_=Subscriber.paused_until,
            ),
        )
        .execution_options(synchronize_session=False)
    )


async def restore(session: AsyncSession, chat_id: int, *, now: datetime) -> bool:
    """Undoes a suspension: unblocked, added again. Whether there was one."""
    subscriber = await session.scalar(
        select(Subscriber).where(Subscriber.chat_id == chat_id).with_for_update()
    )
    if subscriber is None or subscriber.state is not SubscriberState.SUSPENDED:
        return False
    restore_row(subscriber, now)
    return True


def restore_row(subscriber: Subscriber, now: datetime) -> None:
    """Back to what a suspended subscriber was before: paused, if a pause still runs."""
    until = subscriber.paused_until
    resume(subscriber, now=now)
    if until is not None and until > now:
        subscriber.state = SubscriberState.PAUSED
        subscriber.paused_until = None if until == _UNTIL_RESUMED else until


async def migrate(session: AsyncSession, chat_id: int, new_chat_id: int) -> bool:
    """A group became a supergroup: its row goes on under the new id. Whether there was a row.

    Both ids may have written to us already; the group's settings count.
    """
    rows = {
        subscriber.chat_id: subscriber
        for subscriber in await session.scalars(
            select(Subscriber)
            .where(Subscriber.chat_id.in_((chat_id, new_chat_id)))
            .with_for_update()
        )
    }
    group = rows.get(chat_id)
    if group is None:
        return False
    if new_chat_id in rows:
        await session.execute(delete(Subscriber).where(Subscriber.chat_id == new_chat_id))
    group.chat_id, group.kind = new_chat_id, ChatKind.GROUP
    if group.state is SubscriberState.SUSPENDED:
        group.state, group.state_reason = SubscriberState.ACTIVE, None
    await session.flush()
    await leave_messages(session, group.id)
    return True
