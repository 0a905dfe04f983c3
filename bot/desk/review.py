"""The buttons of an alert that was not sent. Each carries the alert and the revision that was seen."""

from __future__ import annotations

import asyncio
from typing import Any

from telegram import Update

from bot.context import Context
from bot.desk.card import deal
from bot.desk.door import choice, desk, number, person, who
from bot.desk.drafting import ask_about, change, change_draft, item_now, show
from bot.desk.face import Page, question_of
from bot.desk.heard import Heard
from bot.desk.showing import manner_of
from digests.alerts import propose
from digests.alerts.alert import Alert
from digests.alerts.card import language_at
from digests.alerts.decide import approve
from digests.alerts.dialogue import Asked
from digests.alerts.item import Item, item_of
from digests.alerts.permission import Act
from digests.alerts.said_moment import read_moment
from digests.alerts.suggestion import named
from digests.alerts.wording import headline
from digests.audience.cities import cities
from digests.errors import Stale
from digests.outbox.dispatch import Lane
from digests.outbox.notice import announce
from digests.stories.override import TO_CHOOSE
from digests.vocabulary import Language, Severity


@desk(Act.APPROVE)
async def send_alert(update: Update, context: Context, alert: str, revision: str) -> None:
    """Approves: from here on the alert goes out by itself, at once or at its time."""
    alert_id, seen = number(alert), number(revision)
    audience = await _counted(context, alert_id)
    two_person = context.settings.two_person
    try:
        async with context.database.write() as session:
            me = who(update, context)
            await approve(session, alert_id, seen, **me, two_person=two_person, audience=audience)
    finally:
        await show(update, context, alert_id)


async def _counted(context: Context, alert_id: int) -> int | None:
    """How many its card says it reaches."""
    async with context.database.read() as session:
        alert = await session.get(Alert, alert_id)
        if alert is None:
            return None
        question = question_of(alert, item_of(await propose.newest(session, alert)))
    known = context.services.counting.known(question, now=context.now())
    return known.readers if known else None


@desk(Act.PROPOSE)
async def propose_alert(update: Update, context: Context, alert: str, revision: str) -> None:
    """Asks everybody else who may approve: each gets the card."""
    async with context.database.write() as session:
        await propose.propose(session, number(alert), number(revision), **who(update, context))
    await show(update, context, number(alert))
    await deal(context.services, context.bot)


@desk(Act.APPROVE)
async def ask_rejection(update: Update, context: Context, alert: str, revision: str) -> None:
    """Waits for why not."""
    await ask_about(update, context, Asked.REJECTION, alert, revision)


async def reject_alert(
    update: Update, context: Context, alert_id: int, revision: int, why: str
) -> None:
    """Who proposed it is told why not, and has it as a draft again."""
    me = who(update, context)
    async with context.database.write() as session:
        asked_by = (await propose.seen(session, alert_id, revision)).proposed_by
        alert = await propose.reject(session, alert_id, revision, why=why, **me)
        words = await propose.newest(session, alert)
        if asked_by is not None:
            await announce(
                session,
                chat_id=asked_by,
                kind="rejected",
                values={
                    "alert": alert.id,
                    "by": me["by"],
                    "why": alert.refusal,
                    "headline": headline(words.texts[words.main_language]),
                },
                now=context.now(),
                lane=Lane.URGENT,
                language=await language_at(session, asked_by),
            )
    await show(update, context, alert_id)
    await context.answer("desk/rejected.html", alert=alert)


@desk(Act.PROPOSE)
async def reopen_alert(update: Update, context: Context, alert: str, revision: str) -> None:
    """What was proposed or waits for its time is a draft again."""
    try:
        async with context.database.write() as session:
            await propose.reopen(session, number(alert), number(revision), **who(update, context))
    finally:
        await show(update, context, number(alert))


@desk(Act.PROPOSE)
async def discard_alert(update: Update, context: Context, alert: str, revision: str) -> None:
    """Puts the draft away."""
    async with context.database.write() as session:
        await propose.discard(session, number(alert), number(revision), **who(update, context))
    await show(update, context, number(alert))


@desk(Act.PROPOSE)
async def turn_page(update: Update, context: Context, alert: str, revision: str, page: str) -> None:
    """Opens the topics, severities or labels to choose from; changes nothing."""
    shown = choice(page, Page)
    async with context.database.read() as session:
        await propose.seen(session, number(alert), number(revision))
    await show(update, context, number(alert), shown)


@desk(Act.PROPOSE)
async def toggle_topic(
    update: Update, context: Context, alert: str, revision: str, topic: str
) -> None:
    """Adds the topic, or takes it away."""
    if topic not in context.topics:
        raise Stale("gone")
    async with context.database.read() as session:
        found = await propose.seen(session, number(alert), number(revision))
        had = (await propose.newest(session, found)).topics
    topics = [name for name in had if name != topic] if topic in had else [*had, topic]
    await change(update, context, alert, revision, Page.TOPICS, topics=tuple(topics))


@desk(Act.PROPOSE)
async def choose_severity(
    update: Update, context: Context, alert: str, revision: str, severity: str
) -> None:
    """Sets how loudly it knocks, and so whom it reaches."""
    loud = choice(severity, Severity)
    await change(update, context, alert, revision, Page.MAIN, severity=loud)


@desk(Act.PROPOSE)
async def choose_label(
    update: Update, context: Context, alert: str, revision: str, standing: str
) -> None:
    """Sets how far it can be relied upon."""
    sure = choice(standing, TO_CHOOSE)
    await change(update, context, alert, revision, Page.LABEL, standing=sure)


@desk(Act.PROPOSE)
async def nobody_said(update: Update, context: Context, alert: str, revision: str) -> None:
    """Takes away who says so."""
    await change(update, context, alert, revision, Page.LABEL, attribution=None, attributions={})


@desk(Act.PROPOSE)
async def switch_language(update: Update, context: Context, alert: str, revision: str) -> None:
    """The text is in the other language that we speak."""
    async with context.database.read() as session:
        found = await propose.seen(session, number(alert), number(revision))
        was = (await propose.newest(session, found)).main_language
    language = next(one for one in Language if one != was)
    await change(update, context, alert, revision, Page.MAIN, language=language)


@desk(Act.PROPOSE)
async def ask_translation(update: Update, context: Context, alert: str, revision: str) -> None:
    """Waits for the text in the other language that we speak."""
    await ask_about(update, context, Asked.TRANSLATION, alert, revision)


@desk(Act.PROPOSE)
async def drop_translation(update: Update, context: Context, alert: str, revision: str) -> None:
    """Everybody gets the main text."""
    await change(update, context, alert, revision, Page.MAIN, others={}, attributions={})


@desk(Act.PROPOSE)
async def drop_photo(update: Update, context: Context, alert: str, revision: str) -> None:
    """The words go alone."""
    await change(update, context, alert, revision, Page.MAIN, photo=None)


@desk(Act.PROPOSE)
async def ask_time(update: Update, context: Context, alert: str, revision: str) -> None:
    """Waits for when it is to go out."""
    await ask_about(update, context, Asked.RELEASE, alert, revision)


@desk(Act.PROPOSE)
async def drop_time(update: Update, context: Context, alert: str, revision: str) -> None:
    """It goes out as soon as it is approved."""
    await change(update, context, alert, revision, Page.MAIN, release_at=None)


async def set_time(
    update: Update, context: Context, alert_id: int, revision: int, said: str
) -> None:
    """The time an editor wrote, in their own zone unless they named a place."""
    async with context.database.read() as session:
        manner = await manner_of(session, person(update), Language.ENGLISH)
    # Reading the cities takes half a second: not in the loop's own thread.
    table = await asyncio.to_thread(cities)
    moment = read_moment(said, now=context.now(), timezone=manner.timezone, cities=table)
    await change_draft(update, context, alert_id, revision, Page.MAIN, release_at=moment)
    # "7:00" may be tomorrow's: they are to read at once how it was understood.
    await context.answer("desk/release_set.html", alert=alert_id, moment=moment)


async def set_translation(
    update: Update, context: Context, alert_id: int, revision: int, said: str
) -> None:
    """The same in the other language; who says so as well, where the text names them."""
    item = await item_now(context, alert_id, revision)
    other, says = _other(item), named(said)
    changes: dict[str, Any] = {"others": {other: said}}
    if says and item.attribution and other not in item.attributions:
        changes["attributions"] = {other: says}
    await change_draft(update, context, alert_id, revision, Page.MAIN, **changes)


async def set_attribution(
    update: Update, context: Context, alert_id: int, revision: int, language: str, said: str
) -> None:
    """Who says so, in the main language or in the other."""
    item = await item_now(context, alert_id, revision)
    changes: dict[str, Any] = {"attribution": said}
    if language == _other(item):
        changes = {"attributions": {**item.attributions, language: said}}
    await change_draft(update, context, alert_id, revision, Page.LABEL, **changes)


def _other(item: Item) -> str:
    return next(one for one in Language if one != item.language).value


async def set_text(
    update: Update, context: Context, alert_id: int, revision: int, said: Heard
) -> None:
    """New words, and a new photo where one came with them."""
    changes = {"text": said.text} | ({"photo": said.photo} if said.photo else {})
    await change_draft(update, context, alert_id, revision, Page.MAIN, **changes)


@desk(Act.PROPOSE)
async def ask_text(update: Update, context: Context, alert: str, revision: str) -> None:
    """Waits for a new text."""
    await ask_about(update, context, Asked.TEXT, alert, revision)


@desk(Act.PROPOSE)
async def ask_attribution(
    update: Update, context: Context, alert: str, revision: str, language: str = ""
) -> None:
    """Waits for who says so, in the main language or in this one."""
    await ask_about(update, context, Asked.ATTRIBUTION, alert, revision, language=language)
