"""``/editors``: whom the owners appointed; add by link, by reply or by id, remove by button."""

from __future__ import annotations

from telegram import Update

from bot.context import Context
from bot.desk.door import desk, number, person, refuse, who
from bot.desk.heard import words_after_command
from digests.alerts.card import language_at
from digests.alerts.editor import Role
from digests.alerts.invite import accept, invite, open_invitations, revoke
from digests.alerts.permission import Act
from digests.alerts.staff import appoint, dismiss, staff
from digests.errors import Incomplete, RequestError, Stale
from digests.outbox.notice import announce

LINK = "desk_"
"""What a link to the desk begins with, before the invitation's code."""


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
            **who(update, context),
        )
    await context.change("desk/editors.html", **await _list(context))


@desk(Act.APPOINT)
async def invite_editor(update: Update, context: Context, role: str) -> None:
    """A new link, told once: its code is kept nowhere."""
    if role not in (Role.EDITOR, Role.REVIEWER):
        raise Stale("gone")
    async with context.database.write() as session:
        made, code = await invite(
            session,
            Role(role),
            **who(update, context),
        )
    link = f"https://t.me/{context.bot.username}?start={LINK}{code}"
    # Never into a group: whoever reads it first may open it.
    await context.tell(
        person(update),
        "desk/invitation.html",
        language=await context.language(),
        timezone="UTC",
        invitation=made,
        link=link,
    )


@desk(Act.APPOINT)
async def revoke_invitation(update: Update, context: Context, invitation: str) -> None:
    """The link opens nothing any more."""
    async with context.database.write() as session:
        await revoke(
            session,
            number(invitation),
            **who(update, context),
        )
    await context.change("desk/editors.html", **await _list(context))


async def join(update: Update, context: Context, code: str) -> None:
    """Somebody opened a link to the desk."""
    try:
        user_id, now = person(update), context.now()
        # They work at one desk: who never told us their language likely speaks the other's.
        theirs = await context.language()
        async with context.database.write() as session:
            owners = context.settings.owners
            found = await accept(session, code, by=user_id, owners=owners, now=now)
            await announce(
                session,
                chat_id=found.made_by,
                kind="joined",
                values={"person": user_id, "role": found.role.value},
                now=now,
                language=await language_at(session, found.made_by) or theirs,
            )
        await context.answer("desk/joined.html", role=found.role)
    except RequestError as error:
        # Not with the code: what is written down must open nothing.
        await refuse(update, context, error, wish="join")


async def _add(update: Update, context: Context, words: list[str]) -> None:
    role = Role.REVIEWER if "reviewer" in words else Role.EDITOR
    user_id, now = _meant(update, words), context.now()
    # They work at one desk: who never told us their language likely speaks the owner's.
    ours = await context.language()
    async with context.database.write() as session:
        owners = context.settings.owners
        await appoint(session, user_id, role, by=person(update), owners=owners, now=now)
        await announce(
            session,
            chat_id=user_id,
            kind="appointed",
            values={"role": role.value},
            now=now,
            language=await language_at(session, user_id) or ours,
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
        return {
            "owners": context.settings.owners,
            "editors": await staff(session),
            "invitations": await open_invitations(session, now=context.now()),
        }
