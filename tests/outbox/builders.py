"""Readers and dispatches for the outbox's tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.audience.taste import Taste, TasteTopic, taste_key
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.plan import plan
from digests.outbox.receipt import Outcome, Receipt
from digests.vocabulary import Language, Severity, Topic


async def readers(
    session: AsyncSession,
    chats: Sequence[int],
    *,
    now: datetime,
    topics: Sequence[str] = ("energy",),
) -> list[Subscriber]:
    """Active subscribers of these topics, told up to ``now``."""
    key = taste_key(Topic(topic) for topic in topics)
    taste = await session.scalar(select(Taste).where(Taste.key == key))
    if taste is None:
        taste = Taste(key=key, topics=[TasteTopic(topic=topic) for topic in topics])
        session.add(taste)
        await session.flush()
    made = [
        Subscriber(
            chat_id=chat_id,
            kind=ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP,
            language=Language.ENGLISH,
            timezone="Europe/Kyiv",
            taste_id=taste.id,
            state=SubscriberState.ACTIVE,
            covered_until=now,
            created_at=now,
        )
        for chat_id in chats
    ]
    session.add_all(made)
    await session.flush()
    return made


async def alert(
    session: AsyncSession, *, now: datetime, subject_id: int = 7, **fields: Any
) -> Dispatch:
    """A dispatch to everyone who reads about energy."""
    planned = {
        "content": Content.ALERT,
        "subject_id": subject_id,
        "lane": Lane.URGENT,
        "reach": Reach.MATCHING,
        "topics": ["energy"],
        "severity": Severity.FLASH,
        "created_at": now,
        "plan_key": f"alert:{subject_id}",
    }
    return await plan(session, **(planned | fields))


def ended(at: datetime, outcome: Outcome) -> Receipt:
    """How the message to one reader of an alert ended; it is in doubt where nobody knows."""
    return Receipt(
        dispatch_id=1,
        content=Content.ALERT,
        subject_id=7,
        revision=1,
        chat_id=1,
        kind=MessageKind.SEND,
        outcome=outcome,
        ambiguous=outcome is Outcome.UNKNOWN,
        sent_at=at,
    )
