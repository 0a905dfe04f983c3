"""Subscribers for the tests of this room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscribe import register, subscribe
from digests.audience.subscriber import ChatKind, Subscriber
from digests.vocabulary import Language, Topic

ENERGY, STRIKES, KOREAS = Topic("energy"), Topic("strikes"), Topic("koreas")


async def reader(
    session: AsyncSession, now: datetime, *topics: Topic, chat_id: int = 100
) -> Subscriber:
    """A registered private chat with these topics."""
    subscriber = await register(
        session, chat_id, kind=ChatKind.PRIVATE, language=Language.UKRAINIAN, now=now
    )
    if topics:
        await subscribe(session, subscriber, topics, now=now)
    return subscriber
