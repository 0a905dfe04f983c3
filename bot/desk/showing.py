"""Messages that the desk keeps up to date: sent once, then edited in place (edge)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.context import NO_PREVIEW, keyboard
from bot.rendering.render import Message
from digests.audience.subscribe import GUESSED_ZONE
from digests.audience.subscriber import Subscriber
from digests.vocabulary import Language


async def send(bot: Bot, chat_id: int, message: Message, *, reply_to: int | None = None) -> int:
    """Sends it and gives the message's id."""
    sent = await bot.send_message(
        chat_id,
        message.text,
        parse_mode=ParseMode.HTML,
        reply_markup=keyboard(message),
        link_preview_options=NO_PREVIEW,
        reply_to_message_id=reply_to,
        allow_sending_without_reply=True,
    )
    return sent.message_id


async def edit(bot: Bot, chat_id: int, message_id: int, message: Message) -> bool:
    """Edits it; False where the message is there no more."""
    try:
        await bot.edit_message_text(
            message.text,
            chat_id,
            message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(message),
            link_preview_options=NO_PREVIEW,
        )
    except BadRequest as refusal:
        # Somebody else at the desk was faster: it shows what it should.
        return "not modified" in refusal.message.lower()
    except Forbidden:
        # They blocked us: nobody sees that card any more.
        return False
    return True


def fingerprint(message: Message) -> str:
    """The same for the same message: what did not change need not be edited."""
    return sha256(repr(message).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a chat is spoken to."""

    language: Language
    timezone: str


async def manner_of(session: AsyncSession, chat_id: int, otherwise: Language) -> Manner:
    """As the chat chose; who works at the desk need not have subscribed to anything."""
    wanted = select(Subscriber.language, Subscriber.timezone).where(Subscriber.chat_id == chat_id)
    row = (await session.execute(wanted)).first()
    return Manner(row.language, row.timezone) if row else Manner(otherwise, GUESSED_ZONE)
