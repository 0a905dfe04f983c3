"""All delivery waits for a person (a database that stood still for hours): the owners are asked, once.

They are asked directly: what goes through the outbox waits too.
"""

from __future__ import annotations

import logging

from sqlalchemy import select, update
from telegram import Bot, Update
from telegram.error import TelegramError

from bot.context import Context, Services
from bot.desk.door import desk, person
from bot.desk.showing import manner_of, send
from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.errors import Stale
from digests.outbox.gate import Gate
from digests.outbox.restored import resume_delivery, stopped_since
from digests.vocabulary import Language

_log = logging.getLogger(__name__)

PAGE = "desk/delivery_stopped.html"


async def ask_owners(services: Services, bot: Bot) -> int:
    """Tells each owner who was not told yet; how many. For the timetable."""
    untold = Gate.stopped_at.is_not(None) & Gate.stopped_told_at.is_(None)
    async with services.database.read() as session:
        if await session.scalar(select(Gate.bot_id).where(untold)) is None:
            return 0
    told = sum([await _ask(services, bot, owner) for owner in services.settings.owners])
    if told or not services.settings.owners:
        async with services.database.write() as session:
            await session.execute(
                update(Gate).where(untold).values(stopped_told_at=services.clock())
            )
    return told


async def _ask(services: Services, bot: Bot, owner: int) -> bool:
    async with services.database.read() as session:
        manner = await manner_of(session, owner, Language.ENGLISH)
        since = await stopped_since(session)
    question = services.words.message(
        PAGE, manner.language, timezone=manner.timezone, now=services.clock(), since=since
    )
    try:
        await send(bot, owner, question)
    except TelegramError as error:
        _log.warning("an owner was not reached", extra={"error": type(error).__name__})
        return False
    return True


@desk(Act.APPOINT)
async def resume(update: Update, context: Context) -> None:
    """What waits is to go out. Owners alone may say so."""
    async with context.database.write() as session:
        if not await resume_delivery(session):
            raise Stale("over")
        await record(session, "resume", "delivery", by=person(update), now=context.now())
    await context.change(PAGE, since=None)
