"""What a claimed message asks of Telegram (edge): one send, edit or delete."""

from __future__ import annotations

from bot.delivery.answer import Answer
from bot.delivery.gateway import Gateway
from bot.rendering.render import Message
from digests.outbox.claim import Claimed
from digests.outbox.dispatch import MessageKind


def is_said(message: Claimed, parts: tuple[Message, ...]) -> bool:
    """Whether there is anything to ask: a newer revision may have fewer parts."""
    if message.kind is MessageKind.SEND:
        return message.part < len(parts)
    return message.message_id is not None


async def request(gateway: Gateway, message: Claimed, parts: tuple[Message, ...]) -> Answer:
    """Asks it; the message is one that ``is_said``. A part that is no more is deleted."""
    if message.kind is MessageKind.SEND:
        return await gateway.send(
            message.chat_id,
            parts[message.part],
            thread_id=message.thread_id,
            silent=message.silent,
            reply_to=message.message_id,
            plain=message.plain,
        )
    assert message.message_id is not None  # noqa: S101 - it is said
    if message.kind is MessageKind.EDIT and message.part < len(parts):
        return await gateway.edit(
            message.chat_id, message.message_id, parts[message.part], plain=message.plain
        )
    return await gateway.delete(message.chat_id, message.message_id)
