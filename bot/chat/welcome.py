"""/start and /help: who we are, what we can; and what a link from elsewhere asked for."""

from __future__ import annotations

from telegram import Update

from bot.chat.day_map import show_map
from bot.chat.privacy import tell_privacy
from bot.chat.reading import latest_of
from bot.chat.settings_page import settings_page
from bot.chat.subject import enrolled, for_admins, in_own_chat, is_private, reader
from bot.chat.subscriptions import add_topic, drop_topic, portrait_of, show_sections, why
from bot.context import Context
from digests.audience.presence import restore
from digests.audience.subscribe import set_language
from digests.vocabulary import Language


async def start(update: Update, context: Context) -> None:
    """/start, also by a link: a topic's name, or one of ``_LINKS`` with what it is about."""
    payload = (context.args or [""])[0]
    name, _, about = payload.partition("_")
    if payload in context.topics:
        await add_topic(update, context, payload)
    elif about and name in _LINKS:
        await _LINKS[name](update, context, about)
    elif payload in _PAGES:
        await _PAGES[payload](update, context)
    else:
        await greet(update, context)


async def greet(update: Update, context: Context) -> None:
    """A newcomer is told what this is; whoever has chosen already sees what they chose."""
    async with context.database.write() as session:
        row = await reader(session, update, context)
        if row is not None:
            await restore(session, row.chat_id, now=context.now())
    me = await portrait_of(update, context)
    if me is not None and me.topics:
        await settings_page(update, context, here=False)
    else:
        await context.answer("chat/welcome.html", private=is_private(update))


@for_admins
async def speak(update: Update, context: Context, language: str) -> None:
    """A tap on the other language under the welcome."""
    if language not in set(Language):
        await context.toast("chat/stale_button.html")
        return
    async with context.database.write() as session:
        set_language(await enrolled(session, update, context), Language(language))
    await context.change("chat/welcome.html", private=is_private(update))


@in_own_chat("help")
async def give_help(update: Update, context: Context) -> None:
    """/help, and the button of that name."""
    await context.answer("chat/help.html", private=is_private(update))


_LINKS = {
    "map": show_map,
    "why": why,
    "unsub": drop_topic,
    "latest": latest_of,
    "sections": show_sections,
}
_PAGES = {"latest": latest_of, "help": give_help, "privacy": tell_privacy}
