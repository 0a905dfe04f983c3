"""When the digest comes: by word ("/time 08:30 weekdays") and by button."""

from __future__ import annotations

from telegram import Update

from bot.chat.portrait import clock
from bot.chat.subject import enrolled, for_admins, show
from bot.chat.subscriptions import portrait_of
from bot.context import Context
from digests.audience.said_times import MOST_TIMES, Time, read_times
from digests.audience.schedule import set_times, times_of
from digests.audience.slot import EVERY_DAY
from digests.errors import TooManyTimes, UnreadableTime

OFFERED = tuple(hour * 60 for hour in (6, 7, 8, 9, 12, 18, 20, 21, 22))
"""The times of the page's buttons."""


@for_admins
async def say_times(update: Update, context: Context) -> None:
    """/time 08:30 20:00; without words the page with buttons."""
    said = " ".join(context.args or ())
    if not said:
        await _page(update, context, here=False)
        return
    try:
        times = read_times(said)
    except UnreadableTime as refusal:
        await context.answer("chat/unreadable_time.html", said=refusal.said)
        return
    except TooManyTimes as refusal:
        await context.answer("chat/too_many_times.html", most=refusal.most)
        return
    await _keep(update, context, times)
    await context.answer("chat/times_set.html", me=await portrait_of(update, context))


@for_admins
async def show_times(update: Update, context: Context, here: str = "") -> None:
    """The page of times."""
    await _page(update, context, here=bool(here))


@for_admins
async def toggle_hour(update: Update, context: Context, minute: str) -> None:
    """A tap on one of the page's times."""
    if minute not in map(str, OFFERED):
        await context.toast("chat/stale_button.html")
        return
    async with context.database.write() as session:
        row = await enrolled(session, update, context)
        kept = {time.minute: time for time in await times_of(session, row)}
        if kept.pop(int(minute), None) is None:
            kept[int(minute)] = Time(int(minute))
        too_many = len(kept) > MOST_TIMES
        if not too_many:
            await set_times(session, row, kept.values(), now=context.now())
    if too_many:
        await context.toast("chat/too_many_times.html", alert=True, most=MOST_TIMES)
        return
    await _page(update, context, here=True)


@for_admins
async def no_times(update: Update, context: Context) -> None:
    """A tap on "No digest": alerts may still come."""
    await _keep(update, context, ())
    await _page(update, context, here=True)


@for_admins
async def accept_times(update: Update, context: Context, written: str) -> None:
    """A tap on times that we understood in a sentence, such as ``510-127,1200-31``."""
    times = _read_written(written)
    if not times:
        await context.toast("chat/stale_button.html")
        return
    await _keep(update, context, times)
    await context.change("chat/times_set.html", me=await portrait_of(update, context))


async def _page(update: Update, context: Context, *, here: bool) -> None:
    me = await portrait_of(update, context)
    kept = {time.clock for time in me.times} if me else set()
    offered = [(minute, clock(minute)) for minute in OFFERED]
    await show(context, "chat/times.html", here=here, me=me, kept=kept, offered=offered)


def written(times: tuple[Time, ...]) -> str:
    """Times as a button carries them."""
    return ",".join(f"{time.minute}-{time.weekdays}" for time in times)


def _read_written(text: str) -> tuple[Time, ...]:
    times = []
    for part in text.split(","):
        minute, _, weekdays = part.partition("-")
        if not all(
            word.isascii() and word.isdigit() and len(word) < 5 for word in (minute, weekdays)
        ):
            return ()
        times.append(Time(int(minute), int(weekdays)))
    fits = all(time.minute < 1440 and 0 < time.weekdays <= EVERY_DAY for time in times)
    return tuple(times) if fits and len(times) <= MOST_TIMES else ()


async def _keep(update: Update, context: Context, times: tuple[Time, ...]) -> None:
    async with context.database.write() as session:
        row = await enrolled(session, update, context)
        await set_times(session, row, times, now=context.now())
