"""Messages that the desk keeps up to date: sent once, then edited in place (edge)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.context import NO_PREVIEW, Context, keyboard
from bot.rendering.render import Message
from digests.audience.subscribe import GUESSED_ZONE
from digests.audience.subscriber import Subscriber
from digests.vocabulary import Language

_log = logging.getLogger(__name__)


async def send(bot: Bot, chat_id: int, message: Message, *, reply_to: int | None = None) -> int:
    """Sends it and gives the message's id."""
    if message.photo is not None:
        photo = message.photo.file_id or message.photo.png
        assert photo is not None  # noqa: S101 - a photo is one or the other
        pictured = await bot.send_photo(
            chat_id,
            photo,
            filename="picture.png",
            caption=message.text,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(message),
            reply_to_message_id=reply_to,
            allow_sending_without_reply=True,
        )
        return pictured.message_id
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
    """Edits it; False where the message is there no more. A photo stays the one that was sent."""
    try:
        if message.photo is not None:
            await bot.edit_message_caption(
                chat_id,
                message_id,
                caption=message.text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(message),
            )
        else:
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


async def retire(context: Context, chat_id: int, message_id: int | None) -> None:
    """Takes the buttons from a preview in whose place another one comes; none given: the tapped one."""
    if message_id is None:
        await context.change("desk/replaced.html")
        return
    language = await context.language()
    await edit(
        context.bot, chat_id, message_id, context.words.message("desk/replaced.html", language)
    )


async def remove(bot: Bot, chat_id: int, message_ids: Iterable[int | None]) -> None:
    """Takes messages away where that can still be done."""
    for message_id in filter(None, message_ids):
        try:
            await bot.delete_message(chat_id, message_id)
        except (BadRequest, Forbidden) as refusal:
            # Older than two days, or gone: it stays as it is, and its buttons are refused.
            _log.info("a message stays", extra={"error": type(refusal).__name__})


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
