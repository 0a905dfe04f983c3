"""Broadcasts to break: readers, alerts for all of them, and how they end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, update

from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.outbox.dispatch import Dispatch, DispatchState
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database
from digests.vocabulary import Language
from tests.outbox.builders import alert, readers

_AT_ONCE = 10_000


async def readership(database: Database, chats: Sequence[int]) -> None:
    """One reader of energy news in each chat, and no other: whoever read before has gone."""
    now = datetime.now(UTC)
    async with database.write() as session:
        await session.execute(update(Subscriber).values(state=SubscriberState.SUSPENDED))
        [first] = await readers(session, chats[:1], now=now)
        taste_id = first.taste_id
    for start in range(1, len(chats), _AT_ONCE):
        rows = [
            {
                "chat_id": chat,
                "kind": ChatKind.PRIVATE if chat > 0 else ChatKind.GROUP,
                "language": Language.ENGLISH,
                "timezone": "Europe/Kyiv",
                "taste_id": taste_id,
                "state": SubscriberState.ACTIVE,
                "covered_until": now,
                "created_at": now,
            }
            for chat in chats[start : start + _AT_ONCE]
        ]
        async with database.write() as session:
            await session.execute(insert(Subscriber), rows)


async def broadcast(database: Database, subject_id: int = 7) -> int:
    """An alert to all of them, planned; the dispatch's id."""
    async with database.write() as session:
        planned = await alert(session, now=datetime.now(UTC), subject_id=subject_id)
        return planned.id


async def lease_time_passes(database: Database) -> int:
    """As if ninety seconds had gone by since those in flight were claimed; only where their workers are
    dead. How many there were."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with database.write() as session:
        orphans = await session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state == MessageState.SENDING)
            .values(lease_until=past)
        )
    return int(orphans.rowcount)  # type: ignore[attr-defined]


async def finished(database: Database, seconds: float) -> float:
    """Waits until no dispatch is under way; how long it took."""
    began = time.monotonic()
    running = select(func.count()).where(Dispatch.state == DispatchState.RUNNING)
    async with asyncio.timeout(seconds):
        while True:
            async with database.read() as session:
                if not await session.scalar(running):
                    return time.monotonic() - began
            await asyncio.sleep(0.1)


async def unknown_chats(database: Database) -> set[int]:
    """Where nobody may say whether the message arrived: shown at the desk."""
    async with database.read() as session:
        chats = await session.scalars(
            select(Receipt.chat_id).where(Receipt.outcome == Outcome.UNKNOWN)
        )
        return set(chats)
