"""``/correct`` and ``/retract``, in reply to what was wrong or from the desk: shown first, then confirmed."""

from __future__ import annotations

from typing import Any

from telegram import Update

from bot.context import Context
from bot.desk.below import tell_others
from bot.desk.card import redraw
from bot.desk.correction_preview import controls_of, headline_of, preview
from bot.desk.door import desk, number, person, who
from bot.desk.heard import photo_in, words_after_command
from bot.desk.which import alert_meant, chosen, news_meant, offer_alerts
from digests.alerts.alert import Alert
from digests.alerts.dialogue import Asked, answered, ask
from digests.alerts.permission import Act
from digests.alerts.propose import newest
from digests.alerts.release import ProposalState
from digests.alerts.suggestion import spoken
from digests.corrections import amend
from digests.corrections.amendment import Amendment
from digests.corrections.correction import (
    CorrectedSubject,
    Correction,
    CorrectionKind,
)
from digests.corrections.counted import count
from digests.corrections.meant import News, stories_in
from digests.corrections.proposed import discard
from digests.errors import Incomplete, Stale
from digests.outbox.dispatch import Content
from digests.stories.story import Story
from digests.vocabulary import Standing

_ASKED = {CorrectionKind.CORRECT: Asked.CORRECTION, CorrectionKind.RETRACT: Asked.REASON}


@desk(Act.CORRECT)
async def correct(update: Update, context: Context) -> None:
    """What the replied message said is wrong; the words are what is right."""
    await _begin(update, context, CorrectionKind.CORRECT)


@desk(Act.CORRECT)
async def retract(update: Update, context: Context) -> None:
    """What the replied message said is taken back; the words are why."""
    await _begin(update, context, CorrectionKind.RETRACT)


@desk(Act.CORRECT)
async def ask_correction(update: Update, context: Context, alert: str) -> None:
    """The button under a sent alert: waits for the right words."""
    await _ask(update, context, CorrectionKind.CORRECT, number(alert))


@desk(Act.CORRECT)
async def ask_retraction(update: Update, context: Context, alert: str) -> None:
    """The button under a sent alert: waits for the reason."""
    await _ask(update, context, CorrectionKind.RETRACT, number(alert))


@desk(Act.CORRECT)
async def choose_story(update: Update, context: Context, dialogue: str, story: str) -> None:
    """Of the stories in the replied digest, this one is wrong."""
    async with context.database.write() as session:
        asked = await answered(session, number(dialogue), user_id=person(update))
        found = await session.get(Story, number(story))
    if asked.asked is not Asked.STORY or found is None or found.id not in asked.about["stories"]:
        raise Stale("gone")
    await propose(
        update,
        context,
        CorrectionKind(asked.about["kind"]),
        CorrectedSubject.STORY,
        found.id,
        found.revision,
        asked.about["words"],
    )


@desk(Act.CORRECT)
async def approve_correction(update: Update, context: Context, correction: str) -> None:
    """From here on every copy is put right by itself."""
    async with context.database.read() as session:
        found = await session.get(Correction, number(correction))
        # Before the transaction, in which all delivery waits: the copies may be a million.
        counted = (
            await count(session, found.subject, found.subject_id, now=context.now())
            if found
            else None
        )
    async with context.database.write() as session:
        done = await amend.approve(
            session,
            number(correction),
            **who(update, context),
            two_person=context.settings.two_person,
            counted=counted,
        )
    await context.change("desk/correction_sent.html", correction=done)
    if done.subject is CorrectedSubject.ALERT:
        await redraw(context.services, context.bot, done.subject_id)


@desk(Act.CORRECT)
async def ask_approval(update: Update, context: Context, correction: str) -> None:
    """Asks the others who may correct; each opens it at their own desk."""
    me = person(update)
    async with context.database.write() as session:
        asked = await amend.ask(session, number(correction), **who(update, context))
        said = {"correction": asked.id, "by": me, "words": headline_of(asked)}
        await tell_others(session, context, me, "correction_asked", said)
        controls = await controls_of(context, session, asked, me)
    await context.change("desk/correction.html", **controls)


@desk(Act.CORRECT)
async def open_correction(update: Update, context: Context, correction: str) -> None:
    """Shows what somebody asks to approve."""
    async with context.database.read() as session:
        found = await session.get(Correction, number(correction))
    if found is None or found.state is not ProposalState.PROPOSED:
        raise Stale("decided" if found else "gone")
    await preview(update, context, found)


@desk(Act.CORRECT)
async def discard_correction(update: Update, context: Context, correction: str) -> None:
    """Nothing is changed."""
    async with context.database.write() as session:
        await discard(
            session,
            Correction,
            number(correction),
            **who(update, context),
        )
    await context.change("desk/correction_discarded.html")


async def propose(
    update: Update,
    context: Context,
    kind: CorrectionKind,
    subject: CorrectedSubject,
    subject_id: int,
    revision: int,
    words: str,
    *,
    photo: str | None = None,
    drops_photo: bool = False,
    standing: Standing | None = None,
) -> None:
    """Writes it down and shows its editor what readers will see, with the button that sends it."""
    is_retraction = kind is CorrectionKind.RETRACT
    amendment = Amendment(
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        revision=revision,
        text="" if is_retraction else words,
        note=words if is_retraction else "",
        language=spoken(words),
        photo=photo,
        drops_photo=drops_photo,
        standing=standing,
    )
    async with context.database.write() as session:
        correction = await amend.propose(
            session,
            amendment,
            **who(update, context),
        )
    await preview(update, context, correction)


async def _begin(update: Update, context: Context, kind: CorrectionKind) -> None:
    message = update.message
    wrong = message.reply_to_message if message else None
    if message is None:
        raise Stale("gone")
    words = words_after_command(message)
    photo = photo_in(message) if kind is CorrectionKind.CORRECT else None
    said: dict[str, Any] = {"words": words, "photo": photo}
    if wrong is None:
        what = "desk/correct_what.html"
        await offer_alerts(update, context, what, "amend_alert", kind=kind, **said)
        return
    news = await news_meant(context, wrong)
    if news.content in (Content.EDITION, Content.NEWS):
        await _ask_story(update, context, kind, news, words)
        return
    alert_id = await alert_meant(update, context, news, "amend_alert", kind=kind, **said)
    if alert_id is not None:
        await _correct_alert(update, context, kind, alert_id, **said)


@desk(Act.CORRECT)
async def choose_alert(update: Update, context: Context, dialogue: str, alert: str) -> None:
    """Of the alerts in the replied message, this one is wrong."""
    alert_id, about = await chosen(update, context, dialogue, alert)
    kind, photo = CorrectionKind(about["kind"]), about.get("photo")
    await _correct_alert(update, context, kind, alert_id, about["words"], photo)


async def _correct_alert(
    update: Update,
    context: Context,
    kind: CorrectionKind,
    alert_id: int,
    words: str,
    photo: str | None,
) -> None:
    if not words and not photo:
        await _ask(update, context, kind, alert_id)
        return
    async with context.database.read() as session:
        alert = await session.get_one(Alert, alert_id)
    subject = CorrectedSubject.ALERT
    await propose(update, context, kind, subject, alert.id, alert.revision, words, photo=photo)


async def _ask(update: Update, context: Context, kind: CorrectionKind, alert_id: int) -> None:
    user_id = person(update)
    async with context.database.write() as session:
        alert = await session.get(Alert, alert_id)
        if alert is None:
            raise Stale("gone")
        words = await newest(session, alert)
        await ask(
            session,
            _ASKED[kind],
            user_id,
            now=context.now(),
            alert=alert.id,
            revision=alert.revision,
        )
    await context.answer(
        f"desk/ask_{_ASKED[kind]}.html", alert=alert, pictured=words.photo is not None
    )


async def _ask_story(
    update: Update, context: Context, kind: CorrectionKind, news: News, words: str
) -> None:
    if not words:
        raise Incomplete("correction" if kind is CorrectionKind.CORRECT else "note")
    user_id, language = person(update), await context.language()
    async with context.database.write() as session:
        stories = await stories_in(session, news, language)
        dialogue = await ask(
            session,
            Asked.STORY,
            user_id,
            now=context.now(),
            kind=kind,
            words=words,
            stories=[story_id for story_id, _ in stories],
        )
    await context.answer("desk/ask_story.html", dialogue=dialogue, stories=stories)
