"""What we hold on a chat: said, handed over, erased."""

from __future__ import annotations

from io import BytesIO

import orjson
from telegram import Update

from bot.chat.subject import chat_of, for_admins, in_own_chat, subject_id
from bot.context import Context
from digests.audience.forget import erase
from digests.audience.forget import export as everything_held
from digests.outbox.withdraw import withdraw_from


@in_own_chat("privacy")
async def tell_privacy(_update: Update, context: Context) -> None:
    """/privacy."""
    await context.answer("chat/privacy.html")


@for_admins
async def export(update: Update, context: Context) -> None:
    """/export: a JSON file of every row that names this chat."""
    async with context.database.read() as session:
        held = await everything_held(session, subject_id(update, context))
    if len(held) == 1:
        await context.answer("chat/nothing_held.html")
        return
    data = orjson.dumps(held, option=orjson.OPT_INDENT_2)
    await context.bot.send_document(
        chat_of(update).id,
        BytesIO(data),
        filename="frontwire.json",
        caption=context.words.text("chat/export.html", await context.language()),
        message_thread_id=context.thread_id,
    )


@for_admins
async def forget(update: Update, context: Context, answer: str = "") -> None:
    """/forget asks once more; at the answer everything is erased, or nothing."""
    if not answer:
        await context.answer("chat/forget.html")
    elif answer == "yes":
        await _erase(context, subject_id(update, context))
        await context.change("chat/forgotten.html")
    else:
        await context.change("chat/not_forgotten.html")


async def _erase(context: Context, chat_id: int) -> None:
    async with context.database.write() as session:
        await withdraw_from(session, chat_id, now=context.now(), reason="forgotten")
        await erase(session, chat_id)
