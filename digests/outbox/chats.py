"""What an answer said of a chat holds for all that is to be sent there (verbs)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience import presence
from digests.audience.subscriber import Subscriber
from digests.outbox.dispatch import MessageKind
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.notice import announce


async def move_chat(session: AsyncSession, before: int, after: int) -> None:
    """A group became a supergroup: its settings and what is to be sent go by the new id. Its old
    messages stay where they are, out of reach: edits of them are left to fail."""
    await presence.migrate(session, before, after)
    # One in the air is told by Telegram itself, and moved when it settles.
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.chat_id == before,
            OutboxMessage.state != MessageState.SENDING,
            OutboxMessage.kind == MessageKind.SEND,
        )
        .values(chat_id=after, message_id=None)
    )


async def leave_threads(session: AsyncSession, chats: set[int], *, now: datetime) -> None:
    """Their forum topic is closed: the general one from now on, where its admins are told once why."""
    left = await session.scalars(
        update(Subscriber)
        .where(Subscriber.chat_id.in_(chats), Subscriber.thread_id.is_not(None))
        .values(thread_id=None)
        .returning(Subscriber.chat_id)
        .execution_options(synchronize_session=False)
    )
    for chat_id in left.all():
        await announce(session, chat_id=chat_id, kind="topic_closed", values={}, now=now)
