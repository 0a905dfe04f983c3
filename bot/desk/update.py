"""``/update``: an alert that was sent gets newer words, quietly or aloud; shown first, then confirmed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.below import tell_others
from bot.desk.card import redraw
from bot.desk.door import desk, number, person, who
from bot.desk.heard import photo_in, words_after_command
from bot.desk.update_preview import controls_of, preview
from bot.desk.which import alert_meant, chosen, news_meant, offer_alerts
from digests.alerts.alert import Alert, AlertState
from digests.alerts.dialogue import Asked
from digests.alerts.dialogue import ask as ask_person
from digests.alerts.permission import Act
from digests.alerts.release import ProposalState
from digests.alerts.suggestion import spoken
from digests.alerts.update import AlertUpdate
from digests.alerts.wording import headline
from digests.corrections import renew
from digests.corrections.correction import CorrectedSubject
from digests.corrections.counted import count
from digests.corrections.proposed import discard
from digests.errors import Stale


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
            **who(update, context),
        )
    await context.change("desk/update_sent.html", update=done)
    await redraw(context.services, context.bot, done.alert_id)


@desk(Act.CORRECT)
async def ask_approval(update: Update, context: Context, which: str) -> None:
    """Asks the others who may correct; each opens it at their own desk."""
    me = person(update)
    async with context.database.write() as session:
        asked = await renew.ask(session, number(which), **who(update, context))
        said = {"update": asked.id, "by": me, "words": headline(asked.text)}
        await tell_others(session, context, me, "update_asked", said)
        controls = await controls_of(context, session, asked, me)
    await context.change("desk/update.html", **controls)


@desk(Act.CORRECT)
async def open_update(update: Update, context: Context, which: str) -> None:
    """Shows what somebody asks to approve."""
    async with context.database.read() as session:
        found = await session.get(AlertUpdate, number(which))
    if found is None or found.state is not ProposalState.PROPOSED:
        raise Stale("decided" if found else "gone")
    await preview(update, context, found)


@desk(Act.CORRECT)
async def discard_update(update: Update, context: Context, which: str) -> None:
    """Nothing is changed."""
    async with context.database.write() as session:
        await discard(session, AlertUpdate, number(which), **who(update, context))
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
            **who(update, context),
        )
    await preview(update, context, made)


async def _ask_words(update: Update, context: Context, alert_id: int) -> None:
    user_id = person(update)
    async with context.database.write() as session:
        alert = await _sent(session, alert_id)
        await ask_person(
            session,
            Asked.UPDATE,
            user_id,
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
