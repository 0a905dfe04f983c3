"""An alert's card at the desk is shown, and kept up to date.

Nobody waits for the count of whom it reaches: a card that has no number yet says so, and is edited as soon
as the number is there. Until then it is marked, so that whoever comes after a crash finishes it.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import delete
from telegram import Bot, Update
from telegram.error import Forbidden, TelegramError

from bot.context import Context, Services
from bot.counting import Count
from bot.desk.door import person
from bot.desk.face import AS_ITSELF, Face, View, draw
from bot.desk.progress import dispatch_of
from bot.desk.showing import edit, fingerprint, manner_of, remove, send
from bot.rendering.render import Message
from digests.alerts.card import DEALING, Card, cards_of, take_wanted
from digests.alerts.estimate import Estimate
from digests.vocabulary import Language

_log = logging.getLogger(__name__)


async def put(update: Update, context: Context, alert_id: int) -> None:
    """Shows the card to the person, in private."""
    user = update.effective_user
    chat_id, now = person(update), context.now()
    otherwise = Language.nearest(user.language_code if user else None)
    async with context.database.write() as session:
        card = Card(
            alert_id=alert_id,
            chat_id=chat_id,
            language=(await manner_of(session, chat_id, otherwise)).language,
            dispatch_id=await dispatch_of(session, alert_id),
            # The person waits for it: nobody else is to send it meanwhile.
            dealing_until=now + DEALING,
        )
        session.add(card)
    if not await _laid(context.services, context.bot, card):
        # A bot may not speak first: the draft waits under /desk.
        await context.answer("desk/private_first.html")


async def deal(services: Services, bot: Bot) -> int:
    """Sends or finishes the cards that are wanted; how many there were. For the timetable, and after a
    proposal."""
    async with services.database.write() as session:
        wanted = await take_wanted(session, now=services.clock())
    for card in wanted:
        try:
            if card.message_id is None:
                await _laid(services, bot, card)
            else:
                await redraw(services, bot, card.alert_id)
        except TelegramError as error:
            # It is still wanted, and comes when its sender is taken for dead.
            _log.warning("a card waits", extra={"error": type(error).__name__})
    return len(wanted)


async def redraw(
    services: Services,
    bot: Bot,
    alert_id: int,
    *,
    view: View = AS_ITSELF,
    in_chat: int = 0,
) -> None:
    """Every card of the alert shows how things are; ``view`` is for the chat where somebody tapped."""
    async with services.database.read() as session:
        drawn = []
        for card in await cards_of(session, alert_id):
            shown = view if card.chat_id == in_chat else AS_ITSELF
            drawn.append((card, shown, await draw(services, session, card, shown)))
    for card, shown, face in drawn:
        if face.shape != card.shape:
            await _laid(services, bot, card, shown)
    kept = [(card, shown, face) for card, shown, face in drawn if face.shape == card.shape]
    if not kept:
        return
    # All cards of an alert have the same number: they wait for it once.
    count = kept[0][2].count
    audience = await _soon(services, count)
    unfinished = {}
    for card, shown, face in kept:
        await _show(services, bot, card, face, audience)
        await _renew_previews(services, bot, card, face)
        if _lacks(face, audience):
            unfinished[card.id] = shown
    if unfinished and count:
        services.counting.follow(_finish(services, bot, unfinished, count))


async def show_controls(bot: Bot, card: Card, controls: Message) -> bool:
    """Edits the message with the buttons; False where it is there no more."""
    assert card.message_id is not None  # noqa: S101 - a card that was sent has one
    return await edit(bot, card.chat_id, card.message_id, controls)


async def _laid(
    services: Services,
    bot: Bot,
    card: Card,
    view: View = AS_ITSELF,
) -> bool:
    """Sends the card's messages anew, and takes the old ones away; False where the person never spoke
    to the bot: then nobody wants it."""
    async with services.database.read() as session:
        face = await draw(services, session, card, view)
    try:
        ids = [await send(bot, card.chat_id, preview) for preview in face.previews]
        audience = await _soon(services, face.count)
        controls_id = await send(bot, card.chat_id, face.controls(audience), reply_to=ids[0])
    except Forbidden:
        async with services.database.write() as session:
            await session.execute(delete(Card).where(Card.id == card.id))
        return False
    lacks = _lacks(face, audience)
    prints = [fingerprint(preview) for preview in face.previews]
    async with services.database.write() as session:
        laid = await session.get(Card, card.id)
        if laid is None:
            # Their role was taken away meanwhile.
            return True
        laid.shape, laid.message_id = face.shape, controls_id
        laid.dealing_until = services.clock() + DEALING if lacks else None
        laid.preview_id, laid.preview_print = ids[0], prints[0]
        laid.other_id, laid.other_print = (ids[1], prints[1]) if ids[1:] else (None, "")
    await remove(bot, card.chat_id, (card.preview_id, card.other_id, card.message_id))
    if lacks and face.count:
        services.counting.follow(_finish(services, bot, {card.id: view}, face.count))
    return True


async def _soon(services: Services, count: Count | None) -> Estimate | None:
    return await count.soon(services.counting.patience) if count else None


def _lacks(face: Face, audience: Estimate | None) -> bool:
    return face.count is not None and audience is None


async def _finish(services: Services, bot: Bot, views: dict[int, View], count: Count) -> None:
    """Puts the number into the cards as they stand once it is there. Whoever changed the alert meanwhile
    asked something else, and sees to it."""
    audience = await count.later()
    drawn = []
    async with services.database.read() as session:
        for card_id, view in views.items():
            card = await session.get(Card, card_id)
            if card is not None:
                drawn.append((card, await draw(services, session, card, view)))
    for card, face in drawn:
        if face.count is not None and face.count.question == count.question:
            await _show(services, bot, card, face, audience)


async def _show(
    services: Services, bot: Bot, card: Card, face: Face, audience: Estimate | None
) -> None:
    lacks = _lacks(face, audience)
    if lacks:
        await _mark(services, card, services.clock() + DEALING)
    await show_controls(bot, card, face.controls(audience))
    if card.dealing_until is not None and not lacks:
        await _mark(services, card, None)


async def _mark(services: Services, card: Card, until: datetime | None) -> None:
    async with services.database.write() as session:
        shown = await session.get(Card, card.id)
        if shown is not None:
            shown.dealing_until = until


async def _renew_previews(services: Services, bot: Bot, card: Card, face: Face) -> None:
    prints = [*map(fingerprint, face.previews), ""][:2]
    was = [card.preview_print, card.other_print]
    if prints == was:
        return
    ids = (card.preview_id, card.other_id)
    for message_id, preview, now, before in zip(ids, face.previews, prints, was, strict=False):
        if message_id is not None and now != before:
            await edit(bot, card.chat_id, message_id, preview)
    async with services.database.write() as session:
        shown = await session.get(Card, card.id)
        if shown is not None:
            shown.preview_print, shown.other_print = prints
