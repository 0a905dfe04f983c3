"""``/breaking``: a text, a forwarded or a replied message becomes a draft that its editor looks at."""

from __future__ import annotations

from dataclasses import replace

from telegram import Message, Update

from bot.context import Context
from bot.desk.card import put
from bot.desk.door import desk, person
from bot.desk.heard import Heard, heard, words_after_command
from digests.alerts.belonging import propose_story
from digests.alerts.dialogue import Asked, ask
from digests.alerts.permission import Act
from digests.alerts.propose import draft
from digests.alerts.suggestion import bare_link, suggested
from digests.alerts.wording import UNDER_PHOTO


@desk(Act.PROPOSE)
async def breaking(update: Update, context: Context) -> None:
    """Drafts the item; asks for it where the command came alone."""
    message = update.message
    said = _said(message) if message else Heard("")
    if said.text:
        await begin(update, context, said)
    else:
        await _ask(update, context, photo=said.photo)


async def begin(
    update: Update, context: Context, said: Heard, *, source_url: str | None = None
) -> None:
    """A new draft, shown to its editor in private: nobody else should read it yet.

    A photo or a link alone is kept, and its words are asked for: we do not fetch what others wrote.
    """
    user_id = person(update)
    if not said.text.strip():
        await _ask(update, context, link=source_url, photo=said.photo)
        return
    link = source_url or (said.origin.link if said.origin else None)
    bare = bare_link(said.text)
    if bare:
        await _ask(update, context, link=link or bare, photo=said.photo)
        return
    item = suggested(said.text, context.topics, said_by=said.said_by, source_url=link)
    fits = len(item.text) <= UNDER_PHOTO
    item = replace(item, photo=said.photo if fits else None)
    async with context.database.write() as session:
        alert = await draft(
            session, item, by=user_id, owners=context.settings.owners, now=context.now()
        )
        await propose_story(session, alert, now=context.now())
    if said.photo and not fits:
        await context.answer("desk/no_room.html", said=len(item.text), most=UNDER_PHOTO)
    elif said.photo and said.album:
        await context.answer("desk/album.html")
    await put(update, context, alert.id)


async def _ask(
    update: Update, context: Context, link: str | None = None, photo: str | None = None
) -> None:
    user_id = person(update)
    async with context.database.write() as session:
        await ask(session, Asked.BREAKING, user_id, now=context.now(), link=link, photo=photo)
    await context.answer("desk/ask_breaking.html", link=link, photo=photo)


def _said(message: Message) -> Heard:
    typed, here = words_after_command(message), heard(message)
    there = heard(message.reply_to_message) if message.reply_to_message else Heard("")
    if not typed:
        return replace(there, photo=here.photo or there.photo)
    return Heard(typed, photo=here.photo or there.photo, album=here.album)
