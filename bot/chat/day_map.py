"""/map: where the stories of a digest happened."""

from __future__ import annotations

from telegram import Update

from bot.chat.subject import in_own_chat, subject_id
from bot.context import Context
from digests.editions.edition import Edition
from digests.editions.picture import ask_map, has_places, newest_edition

LONGEST = 15
"""Digits of an id, in a button that anybody may forge."""


@in_own_chat("map")
async def show_map(update: Update, context: Context, edition_id: str = "") -> None:
    """The map of the digest under which the button stands; said as a command, of the last digest."""
    async with context.database.write() as session:
        if edition_id.isdecimal() and len(edition_id) <= LONGEST:
            edition = await session.get(Edition, int(edition_id))
        else:
            edition = await newest_edition(session, subject_id(update, context))
        is_drawn = edition is not None and await has_places(session, edition)
        if edition is not None and is_drawn:
            chat = update.effective_chat
            assert chat is not None  # noqa: S101 - nothing without a chat is routed to a handler
            await ask_map(session, edition, chat.id, now=context.now())
    if is_drawn:
        await context.toast("chat/map_on_its_way.html")
    elif update.callback_query is not None:
        await context.toast("chat/no_map.html", alert=True, digest=edition is not None)
    else:
        await context.answer("chat/no_map.html", digest=edition is not None)
