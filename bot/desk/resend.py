"""``/resend``: an alert once more, to those who missed it; first how many they are, then the sending."""

from __future__ import annotations

from sqlalchemy import update as change_rows
from telegram import Update

from bot.context import Context
from bot.desk.card import redraw
from bot.desk.door import desk, number, who
from bot.desk.which import alert_meant, chosen, news_meant, offer_alerts
from digests.alerts import resend as alerts
from digests.alerts.card import Card
from digests.alerts.permission import Act
from digests.alerts.resend import Missed, who_missed


@desk(Act.APPROVE)
async def resend(update: Update, context: Context) -> None:
    """In reply to an alert, or to its card."""
    message = update.message
    meant = message.reply_to_message if message else None
    if meant is None:
        await offer_alerts(update, context, "desk/resend_what.html", "resend_alert")
        return
    news = await news_meant(context, meant)
    alert_id = await alert_meant(update, context, news, "resend_alert")
    if alert_id is not None:
        await _ask(context, alert_id)


@desk(Act.APPROVE)
async def choose_alert(update: Update, context: Context, dialogue: str, alert: str) -> None:
    """Of the alerts in the replied message, this one is meant."""
    alert_id, _ = await chosen(update, context, dialogue, alert)
    await _ask(context, alert_id)


@desk(Act.APPROVE)
async def ask_resend(update: Update, context: Context, alert: str) -> None:  # noqa: ARG001
    """The button on a card: says whom it would reach."""
    await _ask(context, number(alert))


@desk(Act.APPROVE)
async def approve_resend(
    update: Update, context: Context, alert: str, revision: str, times: str
) -> None:
    """Sends it to them; the alert's cards show how it goes."""
    seen = Missed(number(alert), number(revision), number(times), readers=0)
    async with context.database.write() as session:
        dispatch = await alerts.resend(
            session,
            seen,
            **who(update, context),
        )
        cards = change_rows(Card).where(Card.alert_id == seen.alert_id)
        await session.execute(cards.values(dispatch_id=dispatch.id, shown_at=None, shown_sent=0))
    await context.change("desk/resent.html", readers=dispatch.audience)
    await redraw(context.services, context.bot, seen.alert_id)


async def _ask(context: Context, alert_id: int) -> None:
    async with context.database.read() as session:
        found = await who_missed(session, alert_id)
    await context.answer("desk/resend.html", missed=found)
