"""``/breaking``: a text, a forwarded or a replied message becomes a draft that its editor looks at."""

from __future__ import annotations

from telegram import Message, Update

from bot.context import Context
from bot.desk.card import put
from bot.desk.door import desk, person
from bot.desk.heard import Heard, heard, words_after_command
from digests.alerts.dialogue import Asked, ask
from digests.alerts.permission import Act
from digests.alerts.propose import draft
from digests.alerts.suggestion import bare_link, suggested


@desk(Act.PROPOSE)
async def breaking(update: Update, context: Context) -> None:
    """Drafts the item; asks for it where the command came alone."""
    message = update.message
    said = _said(message) if message else Heard("")
    if said.text:
        await begin(update, context, said)
    else:
        await _ask(update, context)


async def begin(
    update: Update, context: Context, said: Heard, *, source_url: str | None = None
) -> None:
    """A new draft, shown to its editor in private: nobody else should read it yet.

    A link alone is kept as the source, and asked about: we do not fetch what others wrote.
    """
    user_id = person(update)
    link = source_url or (said.origin.link if said.origin else None)
    bare = bare_link(said.text)
    if bare:
        await _ask(update, context, link=link or bare)
        return
    item = suggested(said.text, context.topics, said_by=said.said_by, source_url=link)
    async with context.database.write() as session:
        alert = await draft(
            session, item, by=user_id, owners=context.settings.owners, now=context.now()
        )
    await put(update, context, alert.id)


async def _ask(update: Update, context: Context, link: str | None = None) -> None:
    user_id = person(update)
    async with context.database.write() as session:
        await ask(
            session,
            Asked.BREAKING,
            chat_id=user_id,
            user_id=user_id,
            now=context.now(),
            link=link,
        )
    await context.answer("desk/ask_breaking.html", link=link)


def _said(message: Message) -> Heard:
    typed = words_after_command(message)
    if typed:
        return Heard(typed)
    return heard(message.reply_to_message) if message.reply_to_message else Heard("")
