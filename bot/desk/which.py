"""Which alert an editor means by the message they reply to; where it tells of several, or they replied to
none, they are asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message, Update

from bot.context import Context
from bot.desk.door import number, person
from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.card import card_at
from digests.alerts.dialogue import Asked, answered, ask
from digests.alerts.waking import WakingAlert
from digests.alerts.wording import headline
from digests.corrections.meant import News, copy_in
from digests.errors import Stale
from digests.outbox.dispatch import Content

OFFERED = 6
"""Alerts to choose from; older ones are replied to."""

_AS_THEY_STAND = (
    select(AlertRevision)
    .join(
        Alert,
        (Alert.id == AlertRevision.alert_id) & (Alert.revision == AlertRevision.revision),
    )
    .order_by(Alert.id.desc())
)


async def news_meant(context: Context, meant: Message) -> News:
    """What the replied message carries, an alert's card its alert; ``Stale`` where that is no news."""
    async with context.database.read() as session:
        card = await card_at(session, meant.chat_id, meant.message_id)
        if card is not None:
            return News(Content.ALERT, card.alert_id)
        found = await copy_in(session, meant.chat_id, meant.message_id)
    if found is None:
        raise Stale("gone")
    return found


async def alert_meant(
    update: Update, context: Context, news: News, button: str, **about: Any
) -> int | None:
    """The alert; none where its editor is asked which, by buttons of this name. What is ``about`` the
    question comes back from ``chosen``. ``Stale`` where it is no alert."""
    if news.content is Content.ALERT:
        return news.subject_id
    if news.content is not Content.WAKING:
        raise Stale("gone")
    user_id = person(update)
    async with context.database.write() as session:
        alerts = await headlines(session, news.subject_id)
        dialogue = await ask(
            session,
            Asked.ALERT,
            user_id,
            now=context.now(),
            alerts=[alert_id for alert_id, _ in alerts],
            **about,
        )
    await context.answer(
        "desk/ask_alert.html", dialogue=dialogue, alerts=alerts, button_name=button
    )
    return None


async def offer_alerts(
    update: Update, context: Context, template: str, button: str, **about: Any
) -> None:
    """Nothing was replied to: the newest alerts that were sent, by buttons of this name. What is ``about``
    the question comes back from ``chosen``."""
    user_id = person(update)
    async with context.database.write() as session:
        alerts = await _newest(session)
        dialogue = await ask(
            session,
            Asked.ALERT,
            user_id,
            now=context.now(),
            alerts=[alert_id for alert_id, _ in alerts],
            **about,
        )
    await context.answer(
        template, dialogue=dialogue, alerts=alerts, button_name=button, kind=about.get("kind")
    )


async def chosen(
    update: Update, context: Context, dialogue: str, alert: str
) -> tuple[int, dict[str, Any]]:
    """The alert that was tapped, and what the question was about; ``Stale`` for an old question."""
    async with context.database.write() as session:
        asked = await answered(session, number(dialogue), user_id=person(update))
    if asked.asked is not Asked.ALERT or number(alert) not in asked.about["alerts"]:
        raise Stale("gone")
    return number(alert), asked.about


async def headlines(session: AsyncSession, waking_id: int) -> list[tuple[int, str]]:
    """The alerts of one waking, as they stand now, newest first."""
    of_waking = _AS_THEY_STAND.join(WakingAlert, WakingAlert.alert_id == Alert.id).where(
        WakingAlert.waking_id == waking_id
    )
    return _told(await session.scalars(of_waking))


async def _newest(session: AsyncSession) -> list[tuple[int, str]]:
    """Alerts that were sent and can be put right still."""
    standing = _AS_THEY_STAND.where(
        Alert.state == AlertState.APPROVED, AlertRevision.reason != RevisionReason.RETRACTION
    )
    return _told(await session.scalars(standing.limit(OFFERED)))


def _told(rows: Iterable[AlertRevision]) -> list[tuple[int, str]]:
    return [(one.alert_id, headline(one.texts[one.main_language])) for one in rows]
