"""Stories that a reader can follow or mute because a digest told them of these (verb, reading only)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscriber import Subscriber
from digests.editions.edition import Edition, EditionStory
from digests.outbox.dispatch import Content, MessageKind
from digests.outbox.receipt import Outcome, Receipt


@dataclass(frozen=True, slots=True)
class Followable:
    """An edition that reached a chat, and the message with its buttons."""

    edition: Edition
    message_id: int


async def followable(
    session: AsyncSession, subscriber: Subscriber, edition_id: int
) -> Followable | None:
    """The edition, where this chat has it: a button may be forged."""
    theirs = or_(
        Receipt.subscriber_id == subscriber.id,
        # Who asked for a digest before they subscribed has it all the same.
        Receipt.chat_id == subscriber.chat_id,
    )
    row = (
        await session.execute(
            select(Edition, Receipt.message_id)
            .join(Receipt, Receipt.subject_id == Edition.id)
            .where(
                Edition.id == edition_id,
                Receipt.content == Content.EDITION,
                Receipt.subject_id == edition_id,
                Receipt.kind == MessageKind.SEND,
                Receipt.outcome == Outcome.SENT,
                Receipt.message_id.is_not(None),
                theirs,
            )
            .order_by(Receipt.id.desc())
            .limit(1)
        )
    ).first()
    return Followable(row[0], row[1]) if row and row[1] is not None else None


async def revision_in(session: AsyncSession, edition_id: int, story_id: int) -> int | None:
    """Which revision of the story the edition tells; none where it does not."""
    return await session.scalar(
        select(EditionStory.story_revision).where(
            EditionStory.edition_id == edition_id, EditionStory.story_id == story_id
        )
    )
