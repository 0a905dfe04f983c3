"""What all buttons of a draft have in common: change it, ask its editor, show every card of it anew."""

from __future__ import annotations

from typing import Any

from telegram import Update

from bot.context import Context
from bot.desk.card import redraw
from bot.desk.door import number, person, who
from bot.desk.face import Page, View
from bot.desk.showing import manner_of
from digests.alerts import propose
from digests.alerts.belonging import reconsider
from digests.alerts.dialogue import Asked, ask
from digests.alerts.item import Item, item_of


async def change_draft(
    update: Update, context: Context, alert_id: int, revision: int, page: Page, **changes: Any
) -> None:
    """Changes the draft; every card of it shows the new revision, even where this came too late."""
    try:
        async with context.database.write() as session:
            alert = await propose.change(
                session, alert_id, revision, **who(update, context), **changes
            )
            if alert.revision != revision:
                await reconsider(session, alert, now=context.now())
    finally:
        await show(update, context, alert_id, page)


async def change(
    update: Update, context: Context, alert: str, revision: str, page: Page, **changes: Any
) -> None:
    """The same, for a button's words."""
    await change_draft(update, context, number(alert), number(revision), page, **changes)


async def item_now(context: Context, alert_id: int, revision: int) -> Item:
    """What the draft says; ``Stale`` where it is not what the person saw."""
    async with context.database.read() as session:
        found = await propose.seen(session, alert_id, revision)
        return item_of(await propose.newest(session, found))


async def ask_about(
    update: Update, context: Context, asked: Asked, alert: str, revision: str, **about: str
) -> None:
    """Asks the person, in private; their next words answer."""
    user_id = person(update)
    async with context.database.write() as session:
        await propose.seen(session, number(alert), number(revision))
        await ask(
            session,
            asked,
            user_id,
            now=context.now(),
            alert=number(alert),
            revision=number(revision),
            **about,
        )
        manner = await manner_of(session, user_id, await context.language())
    await context.tell(
        user_id,
        f"desk/ask_{asked}.html",
        language=manner.language,
        timezone=manner.timezone,
        moment=context.now(),
        tongue=about.get("language", ""),
        reason=False,
    )


async def show(
    update: Update,
    context: Context,
    alert_id: int,
    page: Page = Page.MAIN,
    *,
    looked_for: str = "",
) -> None:
    """Draws every card of it; the page is for the chat where somebody tapped or answered."""
    chat = update.effective_chat
    await redraw(
        context.services,
        context.bot,
        alert_id,
        view=View(page, looked_for),
        in_chat=chat.id if chat else 0,
    )
