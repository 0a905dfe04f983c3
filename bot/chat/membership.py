"""Where we are let in and thrown out: blocks, groups, channels, a group that becomes a supergroup."""

from __future__ import annotations

import logging

from telegram import Chat, ChatMember, ChatMemberAdministrator, ChatMemberRestricted, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

from bot.chat.portrait import portrait
from bot.context import Context
from digests.audience import presence
from digests.audience.subscribe import find
from digests.outbox.chats import move_chat

_log = logging.getLogger(__name__)

_OUT = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def standing_changed(update: Update, context: Context) -> None:
    """Our own standing in a chat changed: suspended or restored at once."""
    change = update.my_chat_member
    if change is None:
        return
    chat, was, now_is = change.chat, change.old_chat_member, change.new_chat_member
    if not _may_write(chat, now_is):
        async with context.database.write() as session:
            await presence.suspend(session, chat.id, _reason(chat, now_is))
        return
    async with context.database.write() as session:
        await presence.restore(session, chat.id, now=context.now())
    if not _may_write(chat, was):
        await _greet(update, context, chat)


async def became_supergroup(update: Update, context: Context) -> None:
    """A group got a new id: its row and what waits for it go along, in one transaction."""
    message = update.effective_message
    if message is None:
        return
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    async with context.database.write() as session:
        await move_chat(session, old, new)


def _may_write(chat: Chat, member: ChatMember) -> bool:
    if member.status in _OUT:
        return False
    if chat.type == ChatType.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    return not isinstance(member, ChatMemberRestricted) or member.can_send_messages


def _reason(chat: Chat, member: ChatMember) -> str:
    if member.status not in _OUT:
        return presence.NO_RIGHTS
    return "blocked" if chat.type == ChatType.PRIVATE else "removed"


async def _greet(update: Update, context: Context, chat: Chat) -> None:
    """A group is greeted in it, a channel's admin in their own chat; an unblock needs no words."""
    if chat.type == ChatType.PRIVATE:
        return
    if chat.type != ChatType.CHANNEL:
        await context.answer("chat/group_welcome.html")
        return
    adder = update.effective_user
    if adder is None or adder.is_bot:
        return
    context.about = chat.id
    try:
        await _tell_admin(context, adder.id, chat)
    except TelegramError as refusal:
        # Whoever never started us cannot be written to; posting commands in the channel works too.
        _log.info("channel admin not reached", extra={"error": type(refusal).__name__})
    finally:
        context.about = None


async def _tell_admin(context: Context, user_id: int, chat: Chat) -> None:
    async with context.database.read() as session:
        admin = await find(session, user_id)
        row = await find(session, chat.id)
        language = admin.language if admin else await context.language()
        timezone = admin.timezone if admin else "UTC"
        me = await portrait(session, row, language, now=context.now()) if row else None
    title = chat.title or ""
    await context.tell(
        user_id,
        "chat/channel_welcome.html",
        language=language,
        timezone=timezone,
        title=title,
        me=me,
    )
