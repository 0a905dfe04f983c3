"""Copies that were edited: what they show now, and whether they must grow (verbs)."""

from __future__ import annotations

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.dispatch import Dispatch, MessageKind
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Receipt


async def growing(session: AsyncSession, edited: list[tuple[OutboxMessage, Dispatch]]) -> set[int]:
    """Of these rows, those whose chat never had the next part, and has none on the way: the corrected
    content is longer than what was sent. A part that failed or was recalled is not sent by this."""
    if not edited:
        return set()
    chats = {row.chat_id for row, _ in edited}
    subjects = {dispatch.subject_id for _, dispatch in edited}
    copies = await session.execute(
        select(Receipt.chat_id, Receipt.content, Receipt.subject_id, func.max(Receipt.part))
        .where(Receipt.chat_id.in_(chats), Receipt.subject_id.in_(subjects))
        .group_by(Receipt.chat_id, Receipt.content, Receipt.subject_id)
    )
    last = {(chat, content, subject): part for chat, content, subject, part in copies}
    coming = await session.execute(
        select(OutboxMessage.chat_id, Dispatch.content, Dispatch.subject_id)
        .join(Dispatch, Dispatch.id == OutboxMessage.dispatch_id)
        .where(
            OutboxMessage.chat_id.in_(chats),
            or_(Dispatch.kind == MessageKind.SEND, OutboxMessage.kind == MessageKind.SEND),
        )
    )
    on_the_way = {(chat, content, subject) for chat, content, subject in coming}
    return {
        row.id
        for row, dispatch in edited
        if (copy := (row.chat_id, dispatch.content, dispatch.subject_id)) not in on_the_way
        and last.get(copy, 0) == row.part
    }


async def show(
    session: AsyncSession, row: OutboxMessage, dispatch: Dispatch, revision: int
) -> None:
    """The ledger's entry of an edited copy: what it shows now."""
    await session.execute(
        update(Receipt)
        .where(
            Receipt.chat_id == row.chat_id,
            Receipt.message_id == row.message_id,
            Receipt.kind == MessageKind.SEND,
            Receipt.content == dispatch.content,
            Receipt.revision < revision,
        )
        .values(revision=revision)
    )
