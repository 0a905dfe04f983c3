"""``/update``: an alert that was sent gets newer words, quietly or aloud; shown first, then confirmed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.card import redraw
from bot.desk.door import desk, number, person
from bot.desk.heard import photo_in, words_after_command
from bot.desk.showing import manner_of, send
from bot.desk.which import alert_meant, chosen, news_meant, offer_alerts
from bot.rendering import alert as alert_rendering
from digests.alerts.alert import Alert, AlertRevision, AlertState
from digests.alerts.card import language_at
from digests.alerts.dialogue import Asked
from digests.alerts.dialogue import ask as ask_person
from digests.alerts.permission import Act
from digests.alerts.places import offered
from digests.alerts.propose import Item
from digests.alerts.release import alone_from
from digests.alerts.staff import desk_chats
from digests.alerts.suggestion import spoken
from digests.alerts.update import AlertUpdate, UpdateState
from digests.alerts.wording import headline
from digests.corrections import renew
from digests.corrections.correction import CorrectedSubject
from digests.corrections.counted import count
from digests.corrections.spread import chats_with
from digests.errors import Stale
from digests.outbox.dispatch import Content, Lane
from digests.outbox.notice import announce
from digests.vocabulary import Language


@desk(Act.CORRECT)
async def update_alert(update: Update, context: Context) -> None:
    """In reply to an alert, or to its card; the words are the whole newer text."""
    message = update.message
    meant = message.reply_to_message if message else None
    if message is None:
        raise Stale("gone")
    said: dict[str, Any] = {"words": words_after_command(message), "photo": photo_in(message)}
    if meant is None:
        await offer_alerts(update, context, "desk/update_what.html", "update_alert", **said)
        return
    alert_id = await alert_meant(
        update, context, await news_meant(context, meant), "update_alert", **said
    )
    if alert_id is not None:
        await _update(update, context, alert_id, **said)


@desk(Act.CORRECT)
async def choose_alert(update: Update, context: Context, dialogue: str, alert: str) -> None:
    """Of the alerts in the replied message, this one has newer words."""
    alert_id, about = await chosen(update, context, dialogue, alert)
    await _update(update, context, alert_id, about["words"], about.get("photo"))


async def _update(
    update: Update, context: Context, alert_id: int, words: str, photo: str | None
) -> None:
    if not words and not photo:
        await _ask_words(update, context, alert_id)
        return
    async with context.database.read() as session:
        alert = await _sent(session, alert_id)
    await propose(update, context, alert.id, alert.revision, words, photo)


@desk(Act.CORRECT)
async def ask_update(update: Update, context: Context, alert: str) -> None:
    """The button under a sent alert: waits for the newer words."""
    await _ask_words(update, context, number(alert))


@desk(Act.CORRECT)
async def approve_update(update: Update, context: Context, which: str, sounds: str) -> None:
    """From here on every copy is edited by itself."""
    async with context.database.read() as session:
        found = await session.get(AlertUpdate, number(which))
        counted = (
            await count(session, CorrectedSubject.ALERT, found.alert_id, now=context.now())
            if found
            else None
        )
    async with context.database.write() as session:
        done = await renew.approve(
            session,
            number(which),
            sounds=sounds == "aloud",
            two_person=context.settings.two_person,
            counted=counted,
            **_who(update, context),
        )
    await context.change("desk/update_sent.html", update=done)
    await redraw(context.services, context.bot, done.alert_id)


@desk(Act.CORRECT)
async def ask_approval(update: Update, context: Context, which: str) -> None:
    """Asks the others who may correct; each opens it at their own desk."""
    user_id, now = person(update), context.now()
    async with context.database.write() as session:
        asked = await renew.ask(session, number(which), **_who(update, context))
        for chat_id in await desk_chats(session, context.settings.owners):
            if chat_id != user_id:
                await announce(
                    session,
                    chat_id=chat_id,
                    kind="update_asked",
                    values={"update": asked.id, "by": user_id, "words": headline(asked.text)},
                    now=now,
                    lane=Lane.URGENT,
                    language=await language_at(session, chat_id),
                )
        values = await _controls(context, session, asked, user_id)
    await context.change("desk/update.html", **values)


@desk(Act.CORRECT)
async def open_update(update: Update, context: Context, which: str) -> None:
    """Shows what somebody asks to approve."""
    async with context.database.read() as session:
        found = await session.get(AlertUpdate, number(which))
    if found is None or found.state is not UpdateState.PROPOSED:
        raise Stale("decided" if found else "gone")
    await preview(update, context, found)


@desk(Act.CORRECT)
async def discard_update(update: Update, context: Context, which: str) -> None:
    """Nothing is changed."""
    async with context.database.write() as session:
        await renew.discard(session, number(which), **_who(update, context))
    await context.change("desk/correction_discarded.html")


async def propose(
    update: Update,
    context: Context,
    alert_id: int,
    revision: int,
    words: str,
    photo: str | None = None,
) -> None:
    """Writes it down and shows its editor what readers will see, with the buttons that send it."""
    async with context.database.write() as session:
        made = await renew.propose(
            session,
            alert_id,
            revision,
            words,
            language=spoken(words),
            photo=photo,
            **_who(update, context),
        )
    await preview(update, context, made)


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
        values = await _controls(context, session, found, user_id)
    # A chat takes one message a second: the tapped button should not wait for all of them.
    await context.toast()
    for message in shown:
        await send(context.bot, user_id, message)
    language, timezone = manner.language, manner.timezone
    controls = context.words.message("desk/update.html", language, timezone=timezone, **values)
    await send(context.bot, user_id, controls)


def _languages(found: AlertUpdate, first: Language) -> list[Language]:
    item = Item(found.text, found.language, others=found.others)
    return alert_rendering.spoken_to(item, first)


async def _controls(
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


async def _ask_words(update: Update, context: Context, alert_id: int) -> None:
    user_id = person(update)
    async with context.database.write() as session:
        alert = await _sent(session, alert_id)
        await ask_person(
            session,
            Asked.UPDATE,
            chat_id=user_id,
            user_id=user_id,
            now=context.now(),
            alert=alert.id,
            revision=alert.revision,
        )
    await context.answer("desk/ask_update.html")


async def _sent(session: AsyncSession, alert_id: int) -> Alert:
    alert = await session.get(Alert, alert_id)
    if alert is None or alert.state is not AlertState.APPROVED:
        raise Stale("gone")
    return alert


def _who(update: Update, context: Context) -> dict[str, Any]:
    return {"by": person(update), "owners": context.settings.owners, "now": context.now()}
