"""Pause, Resume and Recall, under an alert that is going out."""

from __future__ import annotations

from telegram import Update

from bot.context import Context
from bot.desk.card import redraw
from bot.desk.door import desk, number, person
from bot.desk.progress import dispatch_of
from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.errors import Stale
from digests.outbox import control

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
async def recall_alert(update: Update, context: Context, alert: str) -> None:
    """Ends it: who has not got it will not. Those who have are for a correction."""
    await _turn(update, context, "recall", number(alert))


async def _turn(update: Update, context: Context, act: str, alert_id: int) -> None:
    now = context.now()
    async with context.database.write() as session:
        dispatch_id = await dispatch_of(session, alert_id)
        if dispatch_id is None:
            raise Stale("gone")
        if act == "pause":
            done = await control.pause(session, dispatch_id, now=now, reason=REASON)
        elif act == "resume":
            done = await control.resume(session, dispatch_id, now=now)
        else:
            done = await control.cancel(session, dispatch_id, now=now, reason=REASON)
        if not done:
            raise Stale("over")
        await record(session, act, f"alert:{alert_id}", by=person(update), now=now)
    await redraw(context.services, context.bot, alert_id)
