"""A proposed update as its editor sees it: the very message of each language, and what can be done."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.below import lay_before
from bot.desk.door import person
from bot.desk.showing import manner_of
from bot.rendering import alert as alert_rendering
from digests.alerts.alert import AlertRevision
from digests.alerts.item import Item
from digests.alerts.places import offered
from digests.alerts.release import alone_from
from digests.alerts.update import AlertUpdate
from digests.corrections.spread import chats_with
from digests.outbox.dispatch import Content
from digests.vocabulary import Language


async def preview(update: Update, context: Context, found: AlertUpdate) -> None:
    """The very message of each language that it has a text in, and below them what can be done."""
    user_id, user = person(update), update.effective_user
    otherwise = Language.nearest(user.language_code if user else None)
    async with context.database.read() as session:
        manner = await manner_of(session, user_id, otherwise)
        shown = []
        for language in _languages(found, manner.language):
            told = await alert_rendering.renewed(session, found, language, context.now())
            shown.append(alert_rendering.render(context.words, told, language, manner.timezone))
        values = await controls_of(context, session, found, user_id)
    await lay_before(update, context, manner, shown, "desk/update.html", values)


def _languages(found: AlertUpdate, first: Language) -> list[Language]:
    item = Item(found.text, found.language, others=found.others)
    return alert_rendering.spoken_to(item, first)


async def controls_of(
    context: Context, session: AsyncSession, found: AlertUpdate, me: int
) -> dict[str, Any]:
    """What the buttons under a proposed update need to know."""
    was = await session.get_one(AlertRevision, (found.alert_id, found.was_revision))
    counted = await chats_with(session, Content.ALERT, [found.alert_id])
    return {
        "update": found,
        "chats": sum(counted.values()),
        "rises": found.severity.rank > was.severity.rank,
        "lost": sorted(set(was.texts) - {found.language, *found.others}),
        "other": next(one for one in Language if one != found.language),
        "was_photo": was.photo,
        "places": await places_offered(session, found),
        "two_person": context.settings.two_person,
        "me": me,
        "alone_from": alone_from(found.asked_at) if found.asked_at else None,
    }


async def places_offered(session: AsyncSession, found: AlertUpdate) -> list[str]:
    """The places to choose from: those that stand in it or stood before, and those that its texts name."""
    was = await session.get_one(AlertRevision, (found.alert_id, found.was_revision))
    texts = {found.language: found.text, **found.others}
    return offered(found.places, texts, was.places)
