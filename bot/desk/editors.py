"""``/editors``: whom the owners appointed; add by reply or by id, remove by button."""

from __future__ import annotations

from telegram import Update

from bot.context import Context
from bot.desk.door import desk, number, person
from bot.desk.heard import words_after_command
from digests.alerts.editor import Role
from digests.alerts.permission import Act
from digests.alerts.staff import appoint, dismiss, staff
from digests.errors import Incomplete


@desk(Act.APPOINT)
async def editors(update: Update, context: Context) -> None:
    """The list; with ``add`` (an id, or in reply to a person) somebody new."""
    words = words_after_command(update.message).split() if update.message else []
    if words[:1] == ["add"]:
        await _add(update, context, words[1:])
    await context.answer("desk/editors.html", **await _list(context))


@desk(Act.APPOINT)
async def dismiss_editor(update: Update, context: Context, user_id: str) -> None:
    """Takes the role away at once."""
    async with context.database.write() as session:
        await dismiss(
            session,
            number(user_id),
            by=person(update),
            owners=context.settings.owners,
            now=context.now(),
        )
    await context.change("desk/editors.html", **await _list(context))


async def _add(update: Update, context: Context, words: list[str]) -> None:
    role = Role.REVIEWER if "reviewer" in words else Role.EDITOR
    async with context.database.write() as session:
        await appoint(
            session,
            _meant(update, words),
            role,
            by=person(update),
            owners=context.settings.owners,
            now=context.now(),
        )


def _meant(update: Update, words: list[str]) -> int:
    """By numeric id alone: names can be taken by anybody."""
    for word in words:
        if word.isascii() and word.isdigit():
            return number(word)
    replied = update.message.reply_to_message if update.message else None
    user = replied.from_user if replied and replied.sender_chat is None else None
    if user is None or user.is_bot:
        raise Incomplete("person")
    return user.id


async def _list(context: Context) -> dict[str, object]:
    async with context.database.read() as session:
        return {"owners": context.settings.owners, "editors": await staff(session)}
