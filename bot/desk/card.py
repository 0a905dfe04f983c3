"""An alert's card at the desk: the previews, which are the very messages, and beside them what can be
done."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, Update
from telegram.error import Forbidden, TelegramError

from bot.context import Context, Services
from bot.desk.door import person
from bot.desk.progress import dispatch_of, progress
from bot.desk.showing import Manner, edit, fingerprint, manner_of, remove, send
from bot.rendering import alert as rendering
from bot.rendering.render import Message
from digests.alerts.alert import Alert, AlertState
from digests.alerts.belonging import candidates, story_of
from digests.alerts.card import DEALING, Card, cards_of, take_wanted
from digests.alerts.places import offered
from digests.alerts.propose import item_of, newest
from digests.alerts.release import alone_from
from digests.alerts.staff import approvers
from digests.corrections.correction import CorrectedSubject
from digests.corrections.history import history
from digests.vocabulary import Language

_log = logging.getLogger(__name__)


class Page(StrEnum):
    """What a draft's card offers at the moment."""

    MAIN = "main"
    TOPICS = "topics"
    PLACES = "places"
    SEVERITY = "severity"
    LABEL = "label"
    STORY = "story"


@dataclass(frozen=True, slots=True)
class Face:
    """A card's messages: a preview in each language that the alert has a text in, and the controls."""

    previews: tuple[Message, ...]
    controls: Message

    @property
    def shape(self) -> str:
        """What no edit can change: how many previews, and of which photo."""
        photo = self.previews[0].photo
        pictured = f":{sha256(repr(photo).encode()).hexdigest()[:32]}" if photo else ""
        return f"{len(self.previews)}{pictured}"


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
    """Sends the cards that are wanted; how many there were. For the timetable, and after a proposal."""
    async with services.database.write() as session:
        wanted = await take_wanted(session, now=services.clock())
    for card in wanted:
        try:
            await _laid(services, bot, card)
        except TelegramError as error:
            # It is still wanted, and comes when its sender is taken for dead.
            _log.warning("a card waits", extra={"error": type(error).__name__})
    return len(wanted)


async def redraw(
    services: Services,
    bot: Bot,
    alert_id: int,
    *,
    page: Page = Page.MAIN,
    in_chat: int = 0,
    looked_for: str = "",
) -> None:
    """Every card of the alert shows how things are; ``page`` is for the chat where somebody tapped, and
    so are the stories with the words ``looked_for``."""
    async with services.database.read() as session:
        drawn = []
        for card in await cards_of(session, alert_id):
            shown = page if card.chat_id == in_chat else Page.MAIN
            drawn.append((card, await _face(services, session, card, shown, looked_for)))
    for card, face in drawn:
        if face.shape == card.shape:
            await show_controls(bot, card, face)
            await _renew_previews(services, bot, card, face)
        else:
            await _laid(services, bot, card, page if card.chat_id == in_chat else Page.MAIN)


async def show_controls(bot: Bot, card: Card, face: Face) -> bool:
    """Edits the message with the buttons; False where it is there no more."""
    assert card.message_id is not None  # noqa: S101 - a card that was sent has one
    return await edit(bot, card.chat_id, card.message_id, face.controls)


async def _laid(services: Services, bot: Bot, card: Card, page: Page = Page.MAIN) -> bool:
    """Sends the card's messages anew, and takes the old ones away; False where the person never spoke
    to the bot: then nobody wants it."""
    async with services.database.read() as session:
        face = await _face(services, session, card, page)
    try:
        ids = [await send(bot, card.chat_id, preview) for preview in face.previews]
        controls_id = await send(bot, card.chat_id, face.controls, reply_to=ids[0])
    except Forbidden:
        async with services.database.write() as session:
            await session.delete(await session.get_one(Card, card.id))
        return False
    prints = [fingerprint(preview) for preview in face.previews]
    async with services.database.write() as session:
        laid = await session.get_one(Card, card.id)
        laid.shape, laid.message_id, laid.dealing_until = face.shape, controls_id, None
        laid.preview_id, laid.preview_print = ids[0], prints[0]
        laid.other_id, laid.other_print = (ids[1], prints[1]) if ids[1:] else (None, "")
    await remove(bot, card.chat_id, (card.preview_id, card.other_id, card.message_id))
    return True


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
        shown = await session.get_one(Card, card.id)
        shown.preview_print, shown.other_print = prints


async def _face(
    services: Services, session: AsyncSession, card: Card, page: Page, looked_for: str = ""
) -> Face:
    manner = await manner_of(session, card.chat_id, card.language)
    return await draw(services, session, card, manner, page=page, looked_for=looked_for)


async def draw(
    services: Services,
    session: AsyncSession,
    card: Card,
    manner: Manner,
    *,
    page: Page = Page.MAIN,
    looked_for: str = "",
) -> Face:
    """The card as things are now."""
    alert = await session.get_one(Alert, card.alert_id, populate_existing=True)
    told = await rendering.told(session, alert.id, alert.revision, manner.language)
    previews = []
    for language in rendering.spoken_to(told.item, manner.language):
        told = await rendering.told(session, alert.id, alert.revision, language)
        previews.append(rendering.render(services.words, told, language, manner.timezone))
    if alert.state is AlertState.APPROVED:
        controls = await _sent(services, session, alert, manner, card)
    elif alert.state is AlertState.REJECTED:
        controls = services.words.message("desk/card_discarded.html", manner.language, alert=alert)
    else:
        controls = await _unsent(services, session, alert, manner, card, page, looked_for)
    return Face(tuple(previews), controls)


async def _unsent(
    services: Services,
    session: AsyncSession,
    alert: Alert,
    manner: Manner,
    card: Card,
    page: Page,
    looked_for: str,
) -> Message:
    words = await newest(session, alert)
    item, now = item_of(words), services.clock()
    audience = await services.estimates.of(
        session, words, now=item.release_at or now, about=alert.about
    )
    asked = await approvers(session, services.settings.owners)
    told_of = await story_of(session, alert, manner.language)
    others = (
        await candidates(session, alert, item, manner.language, now=now, looked_for=looked_for)
        if page is Page.STORY
        else []
    )
    return services.words.message(
        f"desk/card_{alert.state}.html",
        manner.language,
        timezone=manner.timezone,
        now=now,
        alert=alert,
        item=item,
        page=page,
        story=told_of,
        stories=others,
        looked_for=looked_for,
        places=offered(item.places, item.texts) if page is Page.PLACES else [],
        audience=audience,
        rate=services.settings.rate,
        seconds=audience.seconds(services.settings.rate),
        topics=services.topics.names,
        two_person=services.settings.two_person,
        writer=words.made_by,
        me=card.chat_id,
        others=len([one for one in asked if one != (alert.proposed_by or words.made_by)]),
        alone_from=alone_from(alert.proposed_at) if alert.proposed_at else None,
        other_language=next(one for one in Language if one != item.language),
    )


async def _sent(
    services: Services, session: AsyncSession, alert: Alert, manner: Manner, card: Card
) -> Message:
    now = services.clock()
    dispatch_id = await dispatch_of(session, alert.id)
    assert dispatch_id is not None  # noqa: S101 - approving plans it in the same transaction
    ceiling = services.settings.rate
    corrections = await history(session, CorrectedSubject.ALERT, alert.id, alert.revision)
    return services.words.message(
        "desk/card_sent.html",
        manner.language,
        timezone=manner.timezone,
        now=now,
        alert=alert,
        progress=await progress(session, dispatch_id, now=now, ceiling=ceiling, card=card),
        corrections=corrections,
    )
