"""Whom a conversation is about: the chat it is held in, or a channel managed from its admin's chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Chat, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

from bot.context import Context
from digests.audience.subscribe import find, register
from digests.audience.subscriber import ChatKind, Subscriber
from digests.vocabulary import Language

_ADMINS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
_KINDS = {ChatType.PRIVATE: ChatKind.PRIVATE, ChatType.CHANNEL: ChatKind.CHANNEL}


def chat_of(update: Update) -> Chat:
    """The chat in which something was said or tapped."""
    chat = update.effective_chat
    assert chat is not None  # noqa: S101 - nothing without a chat is routed to a handler
    return chat


def subject_id(update: Update, context: Context) -> int:
    """The chat whose subscription is spoken of."""
    return context.about or chat_of(update).id


def is_private(update: Update) -> bool:
    """Whether one person talks with us alone."""
    return chat_of(update).type == ChatType.PRIVATE


async def reader(session: AsyncSession, update: Update, context: Context) -> Subscriber | None:
    """The subject's row, for reading."""
    return await find(session, subject_id(update, context))


async def enrolled(session: AsyncSession, update: Update, context: Context) -> Subscriber:
    """The subject's row, locked, and made where there is none.

    In a forum, the topic in which an admin last set something up is the one we post in.
    """
    user = update.effective_user
    chat = chat_of(update)
    subscriber = await register(
        session,
        subject_id(update, context),
        kind=ChatKind.CHANNEL if context.about else _KINDS.get(ChatType(chat.type), ChatKind.GROUP),
        language=Language.nearest(user.language_code if user else None),
        now=context.now(),
        thread_id=context.thread_id,
    )
    if subscriber.kind is ChatKind.GROUP:
        subscriber.thread_id = context.thread_id
    if subscriber.kind is not ChatKind.PRIVATE and user is not None and not user.is_bot:
        subscriber.set_up_by = user.id
    return subscriber


def for_admins(
    handler: Callable[..., Awaitable[None]],
) -> Callable[..., Any]:
    """A handler that changes what a chat gets: in a group only its admins may."""

    @wraps(handler)
    async def checked(update: Update, context: Context, *words: str) -> None:
        if await may_change(update, context):
            await handler(update, context, *words)
        elif update.callback_query:
            await context.toast("chat/admins_only.html", alert=True)
        else:
            await context.answer("chat/admins_only.html")

    return checked


def in_own_chat(name: str) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Any]]:
    """A button that only reads, tapped under a post that many see: the answer opens in the tapper's
    own chat, by the link ``?start=<name>_<word>`` that /start understands."""

    def wrap(handler: Callable[..., Awaitable[None]]) -> Callable[..., Any]:
        @wraps(handler)
        async def led(update: Update, context: Context, *words: str) -> None:
            if update.callback_query is None or is_private(update):
                await handler(update, context, *words)
            else:
                await context.lead_to("_".join((name, *words)))

        return led

    return wrap


async def show(context: Context, template: str, *, here: bool, **values: Any) -> None:
    """A page: in place of the page that was tapped, else below a digest, which must stay."""
    await (context.change if here else context.answer)(template, **values)


async def may_change(update: Update, context: Context) -> bool:
    """Whether this person may change the subject's settings."""
    chat, user = chat_of(update), update.effective_user
    if context.about is None:
        if chat.type == ChatType.PRIVATE:
            return True
        # In a channel only admins post; an anonymous admin of a group speaks as the group itself.
        said = None if update.callback_query else update.effective_message
        if said and said.sender_chat:
            return said.sender_chat.id == chat.id
    return user is not None and await _is_admin(context, subject_id(update, context), user.id)


async def _is_admin(context: Context, chat_id: int, user_id: int) -> bool:
    try:
        member = await context.bot.get_chat_member(chat_id, user_id)
    except TelegramError:
        return False
    return member.status in _ADMINS
