"""Not now, not any more, and again: /pause, /stop, /resume."""

from __future__ import annotations

import re

from telegram import Update

from bot.chat.subject import enrolled, for_admins, reader, subject_id
from bot.chat.subscriptions import portrait_of
from bot.context import Context
from digests.audience import presence
from digests.audience.presence import LONGEST_PAUSE_DAYS
from digests.audience.subscribe import found
from digests.outbox.held import wake_now

_DAYS = re.compile(r"\d{1,4}")


@for_admins
async def pause(update: Update, context: Context) -> None:
    """/pause 3; without a number it asks: a tap on the bare word must not silence us for good."""
    said = " ".join(context.args or ())
    number = _DAYS.search(said)
    if number:
        await _pause(update, context, int(number[0]))
    elif said:
        await context.answer("chat/unreadable_days.html", said=said[:64])
    else:
        me = await portrait_of(update, context)
        await context.answer("chat/ask_pause.html" if me else "chat/paused.html", me=me)


@for_admins
async def ask_pause(_update: Update, context: Context) -> None:
    """A tap on "Pause": for how long?"""
    await context.change("chat/ask_pause.html")


@for_admins
async def pause_days(update: Update, context: Context, days: str) -> None:
    """A tap on a number of days; 0 is without an end."""
    if not _DAYS.fullmatch(days):
        await context.toast("chat/stale_button.html")
        return
    await _pause(update, context, int(days) or None)


@for_admins
async def resume(update: Update, context: Context) -> None:
    """/resume."""
    async with context.database.write() as session:
        row = await reader(session, update, context)
        if row is not None:
            row = await enrolled(session, update, context)
            presence.resume(row, now=context.now())
            await wake_now(session, row, now=context.now())
    await context.answer("chat/resumed.html", me=await portrait_of(update, context))


@for_admins
async def stop(update: Update, context: Context) -> None:
    """/stop: nothing comes from now on."""
    async with context.database.write() as session:
        row = await found(session, subject_id(update, context))
        if row is not None:
            presence.pause(row, now=context.now())
    await context.answer("chat/stopped.html", known=row is not None)


async def _pause(update: Update, context: Context, days: int | None) -> None:
    days = min(max(days, 1), LONGEST_PAUSE_DAYS) if days is not None else None
    async with context.database.write() as session:
        row = await reader(session, update, context)
        if row is not None:
            presence.pause(await enrolled(session, update, context), now=context.now(), days=days)
    await context.answer("chat/paused.html", me=await portrait_of(update, context), days=days)
