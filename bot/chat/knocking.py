"""How breaking news may knock: by severity, by topic, and in quiet hours."""

from __future__ import annotations

from collections.abc import Callable, Collection

from telegram import Update

from bot.chat.subject import enrolled, for_admins, show
from bot.chat.subscriptions import portrait_of
from bot.context import Context
from digests.audience.manner import AT_NIGHT, BY_DAY, Manner
from digests.audience.said_hours import read_hours
from digests.audience.subscribe import (
    set_at_night,
    set_by_day,
    set_quiet,
    toggle_breaking,
    topics_of,
)
from digests.audience.subscriber import Subscriber
from digests.errors import UnreadableTime
from digests.outbox.held import wake_up
from digests.vocabulary import Severity, Topic

OFFERED = ("2200-0700", "2300-0700", "2300-0800", "0000-0900")
"""The quiet hours of the page's buttons."""


@for_admins
async def show_knocks(update: Update, context: Context) -> None:
    """The page of breaking news by day."""
    await _page(update, context, "chat/knocks.html", here=True)


@for_admins
async def set_knock(update: Update, context: Context, severity: str, manner: str) -> None:
    """A tap on how one severity comes by day."""
    if await _set(update, context, set_by_day, severity, manner, BY_DAY):
        await _page(update, context, "chat/knocks.html", here=True)


@for_admins
async def show_knock_topics(update: Update, context: Context) -> None:
    """The page of topics whose breaking news comes."""
    await _page(update, context, "chat/knock_topics.html", here=True)


@for_admins
async def toggle_knock_topic(update: Update, context: Context, topic: str) -> None:
    """A tap on one of the reader's topics."""
    async with context.database.write() as session:
        row = await enrolled(session, update, context)
        is_read = topic in await topics_of(session, row)
        if is_read:
            await toggle_breaking(session, row, Topic(topic))
    if not is_read:
        await context.toast("chat/stale_button.html")
        return
    await _page(update, context, "chat/knock_topics.html", here=True)


@for_admins
async def show_nights(update: Update, context: Context, here: str = "") -> None:
    """The page of quiet hours; below what was held, which must stay."""
    await _page(update, context, "chat/nights.html", here=bool(here))


@for_admins
async def set_night(update: Update, context: Context, severity: str, manner: str) -> None:
    """A tap on what one severity may do in quiet hours."""
    if await _set(update, context, set_at_night, severity, manner, AT_NIGHT):
        await _page(update, context, "chat/nights.html", here=True)


@for_admins
async def set_hours(update: Update, context: Context, hours: str) -> None:
    """A tap on quiet hours, or on none."""
    if hours not in (*OFFERED, "off"):
        await context.toast("chat/stale_button.html")
        return
    await _keep(update, context, read_hours(hours))
    await _page(update, context, "chat/nights.html", here=True)


@for_admins
async def say_hours(update: Update, context: Context) -> None:
    """/quiet 23:00-07:00; without words the page with buttons."""
    said = " ".join(context.args or ())
    if not said:
        await _page(update, context, "chat/nights.html", here=False)
        return
    try:
        hours = read_hours(said)
    except UnreadableTime as refusal:
        await context.answer("chat/unreadable_hours.html", said=refusal.said)
        return
    await _keep(update, context, hours)
    await context.answer("chat/hours_set.html", me=await portrait_of(update, context))


async def _set(
    update: Update,
    context: Context,
    act: Callable[[Subscriber, Severity, Manner], None],
    severity: str,
    manner: str,
    among: Collection[Manner],
) -> bool:
    """Whether it was a manner that this severity may have."""
    if severity not in set(Severity) or manner not in among:
        await context.toast("chat/stale_button.html")
        return False
    async with context.database.write() as session:
        act(await enrolled(session, update, context), Severity(severity), Manner(manner))
    return True


async def _keep(update: Update, context: Context, hours: tuple[int, int] | None) -> None:
    """What is held for the old hours comes when the new ones end."""
    async with context.database.write() as session:
        row = await enrolled(session, update, context)
        set_quiet(row, hours)
        await session.flush()
        await wake_up(session, row, now=context.now())


async def _page(update: Update, context: Context, template: str, *, here: bool) -> None:
    me = await portrait_of(update, context)
    offered = [(name, f"{name[:2]}:{name[2:4]}–{name[5:7]}:{name[7:]}") for name in OFFERED]
    await show(
        context,
        template,
        here=here,
        me=me,
        severities=tuple(reversed(Severity)),
        by_day=BY_DAY,
        at_night=AT_NIGHT,
        offered=offered,
    )
