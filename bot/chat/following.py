"""A reader follows what an alert tells of, or mutes it, and sees what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.chat.subject import chat_of, for_admins, reader
from bot.context import Context
from digests.alerts.alert import Alert
from digests.alerts.followed import said_of
from digests.audience.following import QUIET_DAYS, Wish, followings, stop, toggle
from digests.corrections.report import copy_in
from digests.outbox.dispatch import Content

SHOWN = 20
"""Lines on one page, each with its button."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One line of the page."""

    about: str
    headline: str
    is_muted: bool
    until: datetime


@for_admins
async def follow(update: Update, context: Context) -> None:
    """The button under an alert; tapped again it ends."""
    await _toggle(update, context, Wish.FOLLOW)


@for_admins
async def mute(update: Update, context: Context) -> None:
    """The other button under an alert."""
    await _toggle(update, context, Wish.MUTE)


@for_admins
async def show_following(update: Update, context: Context) -> None:
    """/following: what this chat follows and mutes."""
    await context.answer("chat/following.html", **await _page(update, context))


@for_admins
async def end_following(update: Update, context: Context, kind: str, number: str) -> None:
    """A tap on one line of the page."""
    async with context.database.write() as session:
        row = await reader(session, update, context)
        if row is not None:
            await stop(session, row.id, f"{kind}:{number}")
    await context.change("chat/following.html", **await _page(update, context))


async def _toggle(update: Update, context: Context, wish: Wish) -> None:
    """What it is about stands in our receipt of that message: the button holds nothing to be forged."""
    tapped = update.effective_message
    async with context.database.write() as session:
        row = await reader(session, update, context)
        about = await _about(session, chat_of(update).id, tapped.message_id) if tapped else None
        if row is not None and about is not None:
            now_is = await toggle(session, row.id, about, wish, now=context.now())
    if row is None or about is None:
        await context.toast("chat/not_followed.html", alert=True)
        return
    # Others' copies have the same buttons, so only here can it be said what stands now.
    values = {"wish": wish, "is_on": now_is is not None, "days": QUIET_DAYS}
    await context.toast("chat/followed.html", alert=True, **values)


async def _about(session: AsyncSession, chat_id: int, message_id: int) -> str | None:
    copy = await copy_in(session, chat_id, message_id)
    if copy is None or copy.content is not Content.ALERT:
        return None
    return (await session.get_one(Alert, copy.subject_id)).about


async def _page(update: Update, context: Context) -> dict[str, object]:
    language = await context.language()
    async with context.database.read() as session:
        row = await reader(session, update, context)
        found = await followings(session, row.id) if row else ()
        shown = [
            Followed(
                about=one.about,
                headline=await said_of(session, one.about, language),
                is_muted=one.wish is Wish.MUTE,
                until=one.until,
            )
            for one in found[:SHOWN]
        ]
    return {"shown": shown, "more": len(found) - len(shown), "days": QUIET_DAYS}
