"""Posts of channels: those that an editor accepted as a source become articles."""

from __future__ import annotations

from sqlalchemy import select
from telegram import Update

from bot.context import Context
from digests.intake.receive import Post, receive_post
from digests.intake.source import Source, SourceKind


async def take_post(update: Update, context: Context) -> bool:
    """Keeps a channel's post, new or edited, if the channel is a source. Whether it was a post."""
    message = update.channel_post or update.edited_channel_post
    if message is None:
        return False
    chat = message.chat
    post = Post(
        channel=str(chat.id),
        channel_title=chat.title or str(chat.id),
        number=message.message_id,
        text=message.text or message.caption or "",
        posted_at=message.date,
        link=f"https://t.me/{chat.username}/{message.message_id}" if chat.username else None,
    )
    accepted = select(Source.id).where(
        Source.kind == SourceKind.CHANNEL, Source.address == post.channel
    )
    async with context.database.write() as session:
        if post.text and await session.scalar(accepted) is not None:
            await receive_post(session, post, now=context.now())
    return True


async def take_edited_post(update: Update, context: Context) -> None:
    """An edited post comes again under its number."""
    await take_post(update, context)
