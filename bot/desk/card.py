"""An alert's card at the desk: the preview, which is the very message, and beside it what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, Update
from telegram.error import Forbidden

from bot.context import Context, Services
from bot.desk.door import person
from bot.desk.progress import dispatch_of, progress
from bot.desk.showing import Manner, edit, fingerprint, manner_of, send
from bot.rendering import alert as rendering
from bot.rendering.render import Message
from digests.alerts.alert import Alert, AlertState
from digests.alerts.card import Card, cards_of
from digests.alerts.estimate import estimate
from digests.alerts.propose import item_of, newest
from digests.corrections.correction import CorrectedSubject
from digests.corrections.history import history
from digests.vocabulary import Language


class Page(StrEnum):
    """What a draft's card offers at the moment."""

    MAIN = "main"
    TOPICS = "topics"
    SEVERITY = "severity"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Face:
    """A card's two messages."""

    preview: Message
    controls: Message


async def put(update: Update, context: Context, alert_id: int) -> None:
    """Shows the card to the person, in private."""
    user = update.effective_user
    chat_id = person(update)
    otherwise = Language.nearest(user.language_code if user else None)
    async with context.database.read() as session:
        manner = await manner_of(session, chat_id, otherwise)
        face = await draw(context.services, session, alert_id, manner)
        dispatch_id = await dispatch_of(session, alert_id)
    try:
        preview_id = await send(context.bot, chat_id, face.preview)
        message_id = await send(context.bot, chat_id, face.controls, reply_to=preview_id)
    except Forbidden:
        # A bot may not speak first: the draft waits under /desk.
        await context.answer("desk/private_first.html")
        return
    async with context.database.write() as session:
        session.add(
            Card(
                alert_id=alert_id,
                chat_id=chat_id,
                preview_id=preview_id,
                preview_print=fingerprint(face.preview),
                message_id=message_id,
                language=manner.language,
                dispatch_id=dispatch_id,
            )
        )


async def redraw(
    services: Services, bot: Bot, alert_id: int, *, page: Page = Page.MAIN, in_chat: int = 0
) -> None:
    """Every card of the alert shows how things are; ``page`` is for the chat where somebody tapped."""
    async with services.database.read() as session:
        drawn = []
        for card in await cards_of(session, alert_id):
            manner = await manner_of(session, card.chat_id, card.language)
            shown = page if card.chat_id == in_chat else Page.MAIN
            face = await draw(services, session, alert_id, manner, page=shown, card=card)
            drawn.append((card, face))
    for card, face in drawn:
        await edit(bot, card.chat_id, card.message_id, face.controls)
        await _renew_preview(services, bot, card, face.preview)


async def _renew_preview(services: Services, bot: Bot, card: Card, preview: Message) -> None:
    print_ = fingerprint(preview)
    if print_ == card.preview_print:
        return
    await edit(bot, card.chat_id, card.preview_id, preview)
    async with services.database.write() as session:
        (await session.get_one(Card, card.id)).preview_print = print_


async def draw(
    services: Services,
    session: AsyncSession,
    alert_id: int,
    manner: Manner,
    *,
    page: Page = Page.MAIN,
    card: Card | None = None,
) -> Face:
    """The card as things are now."""
    alert = await session.get_one(Alert, alert_id, populate_existing=True)
    told = await rendering.told(session, alert.id, alert.revision)
    preview = rendering.render(services.words, told, manner.language, manner.timezone)
    if alert.state is AlertState.APPROVED:
        controls = await _sent(services, session, alert, manner, card)
    elif alert.state is AlertState.REJECTED:
        controls = services.words.message("desk/card_discarded.html", manner.language, alert=alert)
    else:
        controls = await _draft(services, session, alert, manner, page)
    return Face(preview, controls)


async def _draft(
    services: Services, session: AsyncSession, alert: Alert, manner: Manner, page: Page
) -> Message:
    item = item_of(await newest(session, alert))
    audience = await estimate(session, item.topics, item.severity, now=services.clock())
    return services.words.message(
        "desk/card_draft.html",
        manner.language,
        alert=alert,
        item=item,
        page=page,
        audience=audience,
        rate=services.settings.rate,
        seconds=audience.seconds(services.settings.rate),
        topics=services.topics.names,
    )


async def _sent(
    services: Services, session: AsyncSession, alert: Alert, manner: Manner, card: Card | None
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
