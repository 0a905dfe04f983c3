"""What happens at the desk by itself: alerts go out at their time, and cards follow what happens."""

from __future__ import annotations

import logging

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot
from telegram.error import TelegramError

from bot.context import Services
from bot.desk.card import redraw, show_controls
from bot.desk.face import draw
from bot.desk.progress import progress
from digests.alerts.alert import Alert
from digests.alerts.card import Card, language_at, live_cards
from digests.alerts.decide import Due, release_due
from digests.alerts.propose import newest
from digests.alerts.staff import desk_chats
from digests.alerts.wording import headline
from digests.outbox.notice import announce

_log = logging.getLogger(__name__)


async def release(services: Services, bot: Bot) -> int:
    """Lets alerts go out whose time has come; how many came due. For the timetable."""
    async with services.database.write() as session:
        due = await release_due(session, now=services.clock())
        for one in due:
            if not one.is_sent:
                await _tell_missed(services, session, one)
    for one in due:
        await redraw(services, bot, one.alert_id)
    return len(due)


async def _tell_missed(services: Services, session: AsyncSession, due: Due) -> None:
    words = await newest(session, await session.get_one(Alert, due.alert_id))
    said = headline(words.texts[words.main_language])
    for chat_id in await desk_chats(session, services.settings.owners):
        await announce(
            session,
            chat_id=chat_id,
            kind="release_missed",
            values={"alert": due.alert_id, "headline": said},
            now=services.clock(),
            language=await language_at(session, chat_id),
        )


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
        face = await draw(services, session, card)
    is_there = await show_controls(bot, card, face.controls(None))
    async with services.database.write() as session:
        shown = await session.get(Card, card.id)
        if shown is None:
            return 0
        shown.shown, shown.shown_sent, shown.shown_at = how.fingerprint, how.counts.sent, now
        if how.is_over or not is_there:
            shown.dispatch_id = None
    return 1
