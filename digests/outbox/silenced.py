"""Chats in which we lost the right to write (verb): somebody who can change it is told, once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.presence import NO_RIGHTS
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.outbox.notice import announce

AT_ONCE = 100


async def tell_of_lost_rights(
    session: AsyncSession, *, owners: Collection[int], now: datetime
) -> int:
    """Whoever set us up there; where nobody knows who, or they cannot be reached, the owners. How
    many chats."""
    silenced = await session.scalars(
        select(Subscriber)
        .where(
            Subscriber.state == SubscriberState.SUSPENDED,
            Subscriber.state_reason == NO_RIGHTS,
            Subscriber.suspension_told_at.is_(None),
        )
        .order_by(Subscriber.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    chats = silenced.all()
    for chat in chats:
        adder = await _reachable(session, chat.set_up_by)
        for person in [adder] if adder else owners:
            values = {"chat_id": chat.chat_id, "kind": chat.kind}
            await announce(session, chat_id=person, kind="no_rights", values=values, now=now)
        chat.suspension_told_at = now
    return len(chats)


async def _reachable(session: AsyncSession, person: int | None) -> int | None:
    """Nobody who never spoke with us, or blocked us, can be written to."""
    return await session.scalar(
        select(Subscriber.chat_id).where(
            Subscriber.chat_id == person, Subscriber.state != SubscriberState.SUSPENDED
        )
    )
