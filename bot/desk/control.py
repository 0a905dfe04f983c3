"""Pause, Resume and Recall, under an alert that is going out."""

from __future__ import annotations

from telegram import Update

from bot.context import Context
from bot.desk.card import redraw
from bot.desk.door import desk, number, person
from digests.alerts.audit import record
from digests.alerts.card import measure_anew
from digests.alerts.permission import Act
from digests.corrections.correction import CorrectedSubject
from digests.corrections.counted import count
from digests.corrections.recall import recall
from digests.corrections.spread import chats_with, going_out
from digests.errors import Stale
from digests.outbox import control
from digests.outbox.dispatch import Content

REASON = "the desk"


@desk(Act.APPROVE)
async def pause_alert(update: Update, context: Context, alert: str) -> None:
    """Holds what waits."""
    await _turn(update, context, "pause", number(alert))


@desk(Act.APPROVE)
async def resume_alert(update: Update, context: Context, alert: str) -> None:
    """Lets it go on."""
    await _turn(update, context, "resume", number(alert))


@desk(Act.APPROVE)
async def ask_recall(update: Update, context: Context, alert: str) -> None:  # noqa: ARG001
    """Says what a recall does, and waits for the one confirmation."""
    alert_id = number(alert)
    async with context.database.read() as session:
        if not await going_out(session, alert_id):
            raise Stale("over")
        copies = await chats_with(session, Content.ALERT, [alert_id])
    await context.answer("desk/ask_recall.html", alert=alert_id, copies=copies.get(alert_id, 0))


@desk(Act.APPROVE)
async def recall_alert(update: Update, context: Context, alert: str) -> None:
    """Ends it: who has not got it will not, and who has reads that it is withdrawn."""
    alert_id, owners, now = number(alert), context.settings.owners, context.now()
    async with context.database.write() as session:
        # Nothing more goes out while the copies are counted, which are perhaps a million.
        for dispatch_id in await going_out(session, alert_id):
            await control.pause(session, dispatch_id, now=now, reason="recall")
    async with context.database.read() as session:
        counted = await count(session, CorrectedSubject.ALERT, alert_id, now=now)
    async with context.database.write() as session:
        await recall(session, alert_id, by=person(update), owners=owners, now=now, counted=counted)
    await context.change("desk/recalled.html", alert=alert_id)
    await redraw(context.services, context.bot, alert_id)


@desk(Act.APPROVE)
async def leave_alert(update: Update, context: Context, alert: str) -> None:  # noqa: ARG001
    """No recall after all."""
    await context.change("desk/not_recalled.html", alert=number(alert))


async def _turn(update: Update, context: Context, act: str, alert_id: int) -> None:
    now = context.now()
    async with context.database.write() as session:
        done = [
            await control.pause(session, one, now=now, reason=REASON)
            if act == "pause"
            else await control.resume(session, one, now=now)
            for one in await going_out(session, alert_id)
        ]
        if not any(done):
            raise Stale("decided" if done else "over")
        await record(session, act, f"alert:{alert_id}", by=person(update), now=now)
        await measure_anew(session, alert_id)
    await redraw(context.services, context.bot, alert_id)
