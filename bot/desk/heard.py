"""What a message says, whoever first said it: typed, forwarded, replied to, or under a photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telegram import Message, MessageOriginChannel, MessageOriginChat


@dataclass(frozen=True, slots=True)
class Origin:
    """The channel that published a forwarded message."""

    chat_id: int
    title: str
    number: int
    published_at: datetime
    link: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """Words, and where they come from."""

    text: str
    origin: Origin | None = None
    said_by: str | None = None
    """The name of the chat that published it, where it was forwarded from one."""
    photo: str | None = None
    """Telegram's id of its largest size."""
    album: str | None = None
    """Shared by the messages of one album, of which only one has the words."""


def words_after_command(message: Message) -> str:
    """What follows ``/command`` or ``/command@bot``, in a text or a caption."""
    said = message.text or message.caption or ""
    return said.partition(" ")[2].strip() if " " in said.split("\n", 1)[0] else _next_lines(said)


def heard(message: Message) -> Heard:
    """A whole message, as somebody else's news."""
    return Heard(
        message.text or message.caption or "",
        _origin(message),
        _said_by(message),
        photo_in(message),
        message.media_group_id,
    )


def photo_in(message: Message) -> str | None:
    """Telegram's id of the photo that the message shows."""
    return message.photo[-1].file_id if message.photo else None


def _next_lines(said: str) -> str:
    return said.partition("\n")[2].strip()


def _origin(message: Message) -> Origin | None:
    origin = message.forward_origin
    if not isinstance(origin, MessageOriginChannel):
        return None
    chat = origin.chat
    link = f"https://t.me/{chat.username}/{origin.message_id}" if chat.username else None
    return Origin(chat.id, chat.title or str(chat.id), origin.message_id, origin.date, link)


def _said_by(message: Message) -> str | None:
    origin = message.forward_origin
    if isinstance(origin, MessageOriginChannel):
        return origin.chat.title
    if isinstance(origin, MessageOriginChat):
        return origin.sender_chat.title
    return None
