"""/settings: everything a reader can set, on buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.chat.subject import enrolled, for_admins, show
from bot.chat.subscriptions import portrait_of
from bot.context import Context
from digests.audience.said_language import nearest_language, read_language
from digests.audience.subscribe import set_empty_day, set_language, set_length, set_map
from digests.audience.subscriber import EmptyDay, Subscriber
from digests.audience.taste import Length
from digests.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing to set: its values by the word a button carries, and how to set and see them."""

    values: tuple[str, ...]
    put: Callable[[AsyncSession, Subscriber, str], Awaitable[None]]
    now: Callable[[Subscriber], str]


async def _put_empty(_session: AsyncSession, row: Subscriber, word: str) -> None:
    set_empty_day(row, EmptyDay(word))


async def _put_language(_session: AsyncSession, row: Subscriber, word: str) -> None:
    set_language(row, Language(word))


async def _put_length(session: AsyncSession, row: Subscriber, word: str) -> None:
    await set_length(session, row, Length(word))


async def _put_map(session: AsyncSession, row: Subscriber, word: str) -> None:
    await set_map(session, row, wanted=word == WITH_MAP)


WITH_MAP, WITHOUT_MAP = "with", "without"
_LONGEST_SAID = 32

WISHES = {
    "empty": Wish(tuple(EmptyDay), _put_empty, lambda row: row.empty_day),
    "language": Wish(tuple(Language), _put_language, lambda row: row.language),
    "length": Wish(tuple(Length), _put_length, lambda row: row.length),
    "map": Wish(
        (WITH_MAP, WITHOUT_MAP),
        _put_map,
        lambda row: WITH_MAP if row.wants_map else WITHOUT_MAP,
    ),
}


@for_admins
async def show_settings(update: Update, context: Context, here: str = "") -> None:
    """The page of everything."""
    await settings_page(update, context, here=bool(here))


async def settings_page(update: Update, context: Context, *, here: bool) -> None:
    """The page itself, for those who have asked who asks."""
    me = await portrait_of(update, context)
    await show(context, "chat/settings.html", here=here, me=me)


@for_admins
async def ask(update: Update, context: Context, what: str) -> None:
    """A tap on one of the wishes: its page with a button for each value."""
    if what not in WISHES:
        await context.toast("chat/stale_button.html")
        return
    await _choice(update, context, what, here=True)


@for_admins
async def put(update: Update, context: Context, what: str, word: str) -> None:
    """A tap on a value."""
    wish = WISHES.get(what)
    if wish is None or word not in wish.values:
        await context.toast("chat/stale_button.html")
        return
    async with context.database.write() as session:
        await wish.put(session, await enrolled(session, update, context), word)
    await context.toast("chat/noted.html")
    await settings_page(update, context, here=True)


@for_admins
async def say_language(update: Update, context: Context) -> None:
    """/language uk; without words, or with one we do not know, the page with buttons."""
    said = " ".join(context.args or ())[:_LONGEST_SAID]
    language = read_language(said)
    if language is None:
        nearest = nearest_language(said) if said else None
        await _choice(update, context, "language", here=False, said=said, nearest=nearest)
        return
    async with context.database.write() as session:
        set_language(await enrolled(session, update, context), language)
    await context.answer("chat/language_set.html", set_to=language)


async def _choice(
    update: Update,
    context: Context,
    what: str,
    *,
    here: bool,
    said: str = "",
    nearest: Language | None = None,
) -> None:
    me = await portrait_of(update, context)
    kept = WISHES[what].now(me.row) if me else ""
    values = WISHES[what].values
    await show(
        context,
        "chat/choice.html",
        here=here,
        what=what,
        kept=kept,
        values=values,
        said=said,
        nearest=nearest,
    )
