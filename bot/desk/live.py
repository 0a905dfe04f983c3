"""Cards of alerts that are going out follow what happens, until nothing is left to happen."""

from __future__ import annotations

import logging

from telegram import Bot
from telegram.error import TelegramError

from bot.context import Services
from bot.desk.card import draw
from bot.desk.progress import progress
from bot.desk.showing import edit, manner_of
from digests.alerts.card import Card, live_cards

_log = logging.getLogger(__name__)


async def refresh(services: Services, bot: Bot) -> int:
    """Edits each live card that no longer shows how things are; how many. For the timetable."""
    async with services.database.read() as session:
        cards = await live_cards(session)
    return sum([await _followed(services, bot, card) for card in cards])


async def _followed(services: Services, bot: Bot, card: Card) -> int:
    """One card that cannot be edited now does not hold up the others."""
    try:
        return await _follow(services, bot, card)
    except TelegramError as error:
        _log.warning("a card stays behind", extra={"error": type(error).__name__})
        return 0


async def _follow(services: Services, bot: Bot, card: Card) -> int:
    assert card.dispatch_id is not None  # noqa: S101 - live cards have one
    now = services.clock()
    async with services.database.read() as session:
        how = await progress(
            session, card.dispatch_id, now=now, ceiling=services.settings.rate, card=card
        )
        if how.fingerprint == card.shown and not how.is_over:
            return 0
        manner = await manner_of(session, card.chat_id, card.language)
        face = await draw(services, session, card.alert_id, manner, card=card)
    is_there = await edit(bot, card.chat_id, card.message_id, face.controls)
    async with services.database.write() as session:
        shown = await session.get_one(Card, card.id)
        shown.shown, shown.shown_sent, shown.shown_at = how.fingerprint, how.counts.sent, now
        if how.is_over or not is_there:
            shown.dispatch_id = None
    return 1
