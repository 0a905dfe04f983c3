"""A reader follows what an alert or story news tells of, or mutes it, and sees what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.chat.subject import chat_of, for_admins, reader
from bot.context import Context
from digests.alerts.followed import Meant, meant_by_alert, said_of
from digests.audience.following import QUIET_DAYS, Wish, followings, stop, story_about, toggle
from digests.corrections.meant import copy_in
from digests.editions.story_news import StoryNews
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
    """The button under an alert or story news; tapped again it ends."""
    await _toggle(update, context, Wish.FOLLOW)


@for_admins
async def mute(update: Update, context: Context) -> None:
    """The other button there."""
    await _toggle(update, context, Wish.MUTE)


@for_admins
async def unfollow(update: Update, context: Context) -> None:
    """The button under story news: tapped twice it still ends it."""
    tapped = update.effective_message
    async with context.database.write() as session:
        row = await reader(session, update, context)
        meant = await _meant(session, chat_of(update).id, tapped.message_id) if tapped else None
        if row is not None and meant is not None:
            await stop(session, row.id, meant.about)
    if meant is None:
        await context.toast("chat/not_followed.html", alert=True)
        return
    await context.toast("chat/followed.html", alert=True, wish=Wish.FOLLOW, is_on=False)


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
        meant = await _meant(session, chat_of(update).id, tapped.message_id) if tapped else None
        if row is not None and tapped is not None and meant is not None:
            now_is = await toggle(
                session,
                row.id,
                meant.about,
                wish,
                now=context.now(),
                message_id=tapped.message_id,
                knows=meant.revision,
            )
    if row is None or meant is None:
        await context.toast("chat/not_followed.html", alert=True)
        return
    # Others' copies have the same buttons, so only here can it be said what stands now.
    values = {"wish": wish, "is_on": now_is is not None, "days": QUIET_DAYS}
    values["is_story"] = meant.revision is not None
    await context.toast("chat/followed.html", alert=True, **values)


async def _meant(session: AsyncSession, chat_id: int, message_id: int) -> Meant | None:
    copy = await copy_in(session, chat_id, message_id)
    if copy is not None and copy.content is Content.ALERT:
        return await meant_by_alert(session, copy.subject_id)
    if copy is not None and copy.content is Content.NEWS:
        news = await session.get_one(StoryNews, copy.subject_id)
        return Meant(story_about(news.story_id), news.revision)
    return None


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
