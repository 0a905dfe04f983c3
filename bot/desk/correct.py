"""``/correct`` and ``/retract``, in reply to what was wrong or from the desk: shown first, then confirmed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.card import redraw
from bot.desk.door import desk, number, person
from bot.desk.heard import words_after_command
from bot.desk.showing import Manner, manner_of, send
from bot.desk.which import alert_meant, chosen, news_meant
from bot.rendering import alert as alert_rendering
from bot.rendering import correction as correction_rendering
from bot.rendering.render import Message
from digests.alerts.alert import Alert, AlertRevision
from digests.alerts.card import language_at
from digests.alerts.dialogue import Asked, answered, ask
from digests.alerts.permission import Act
from digests.alerts.release import alone_from
from digests.alerts.staff import desk_chats
from digests.alerts.suggestion import spoken
from digests.alerts.wording import headline
from digests.corrections import amend
from digests.corrections.amend import Amendment
from digests.corrections.correction import (
    CorrectedSubject,
    Correction,
    CorrectionKind,
    CorrectionState,
)
from digests.corrections.report import News
from digests.corrections.spread import chats_with
from digests.editions.edition import EditionStory
from digests.editions.story_news import StoryNews
from digests.errors import Incomplete, Stale
from digests.outbox.dispatch import Content, Lane
from digests.outbox.notice import announce
from digests.stories.story import Story, StoryRevision
from digests.vocabulary import Language

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
    async with context.database.write() as session:
        done = await amend.approve(
            session,
            number(correction),
            by=person(update),
            owners=context.settings.owners,
            now=context.now(),
            two_person=context.settings.two_person,
        )
    await context.change("desk/correction_sent.html", correction=done)
    if done.subject is CorrectedSubject.ALERT:
        await redraw(context.services, context.bot, done.subject_id)


@desk(Act.CORRECT)
async def ask_approval(update: Update, context: Context, correction: str) -> None:
    """Asks the others who may correct; each opens it at their own desk."""
    user_id, now = person(update), context.now()
    owners = context.settings.owners
    async with context.database.write() as session:
        asked = await amend.ask(session, number(correction), by=user_id, owners=owners, now=now)
        for chat_id in await desk_chats(session, owners):
            if chat_id != user_id:
                await announce(
                    session,
                    chat_id=chat_id,
                    kind="correction_asked",
                    values={"correction": asked.id, "by": user_id, "words": _headline(asked)},
                    now=now,
                    lane=Lane.URGENT,
                    language=await language_at(session, chat_id),
                )
        controls = await _controls(context, session, asked, user_id)
    await context.change("desk/correction.html", **controls)


@desk(Act.CORRECT)
async def open_correction(update: Update, context: Context, correction: str) -> None:
    """Shows what somebody asks to approve."""
    async with context.database.read() as session:
        found = await session.get(Correction, number(correction))
    if found is None or found.state is not CorrectionState.PROPOSED:
        raise Stale("decided" if found else "gone")
    await _preview(update, context, found)


@desk(Act.CORRECT)
async def discard_correction(update: Update, context: Context, correction: str) -> None:
    """Nothing is changed."""
    async with context.database.write() as session:
        await amend.discard(
            session,
            number(correction),
            by=person(update),
            owners=context.settings.owners,
            now=context.now(),
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
    )
    user_id = person(update)
    async with context.database.write() as session:
        correction = await amend.propose(
            session,
            amendment,
            by=user_id,
            owners=context.settings.owners,
            now=context.now(),
        )
    await _preview(update, context, correction)


async def _preview(update: Update, context: Context, correction: Correction) -> None:
    user_id, user = person(update), update.effective_user
    otherwise = Language.nearest(user.language_code if user else None)
    async with context.database.read() as session:
        manner = await manner_of(session, user_id, otherwise)
        shown = await _shown(context, session, correction, manner)
        values = await _controls(context, session, correction, user_id)
    for message in shown:
        await send(context.bot, user_id, message)
    controls = context.words.message(
        "desk/correction.html", manner.language, timezone=manner.timezone, **values
    )
    await send(context.bot, user_id, controls)


async def _controls(
    context: Context, session: AsyncSession, correction: Correction, me: int
) -> dict[str, Any]:
    """What the buttons under a proposed correction need to know."""
    is_new = correction.kind is CorrectionKind.CORRECT
    return {
        "correction": correction,
        "chats": await _chats(session, correction),
        "two_person": context.settings.two_person and is_new,
        "me": me,
        "alone_from": alone_from(correction.asked_at) if correction.asked_at else None,
        "lost": await _lost(session, correction) if is_new else [],
    }


async def _lost(session: AsyncSession, correction: Correction) -> list[str]:
    """Languages the alert speaks now and will not speak any more."""
    if correction.subject is not CorrectedSubject.ALERT:
        return []
    was = await session.get_one(AlertRevision, (correction.subject_id, correction.was_revision))
    return sorted(set(was.texts) - set(correction.texts))


def _headline(correction: Correction) -> str:
    return headline(correction.texts.get(correction.main_language, ""))


async def _shown(
    context: Context, session: AsyncSession, correction: Correction, manner: Manner
) -> list[Message]:
    """What will stand in the copies, where that is one message, and the note that goes with it."""
    now, words = context.now(), context.words
    shown = []
    if correction.subject is CorrectedSubject.ALERT:
        told = await alert_rendering.proposed(session, correction, now)
        shown.append(alert_rendering.render(words, told, manner.language, manner.timezone))
    admitted = await correction_rendering.admitted(session, correction, manner.language, now)
    note = correction_rendering.render(words, admitted, manner.language, manner.timezone)
    return [*shown, note]


async def _chats(session: AsyncSession, correction: Correction) -> int:
    if correction.subject is CorrectedSubject.ALERT:
        counted = await chats_with(session, Content.ALERT, [correction.subject_id])
    else:
        holding = select(EditionStory.edition_id).where(
            EditionStory.story_id == correction.subject_id
        )
        counted = await chats_with(session, Content.EDITION, holding)
        told = select(StoryNews.id).where(StoryNews.story_id == correction.subject_id)
        in_news = await chats_with(session, Content.NEWS, told)
        return sum(counted.values()) + sum(in_news.values())
    return sum(counted.values())


async def _begin(update: Update, context: Context, kind: CorrectionKind) -> None:
    message = update.message
    wrong = message.reply_to_message if message else None
    if message is None or wrong is None:
        await context.answer("desk/correct_what.html", kind=kind)
        return
    words = words_after_command(message)
    news = await news_meant(context, wrong)
    if news.content in (Content.EDITION, Content.NEWS):
        await _ask_story(update, context, kind, news, words)
        return
    alert_id = await alert_meant(update, context, news, "amend_alert", kind=kind, words=words)
    if alert_id is not None:
        await _correct_alert(update, context, kind, alert_id, words)


@desk(Act.CORRECT)
async def choose_alert(update: Update, context: Context, dialogue: str, alert: str) -> None:
    """Of the alerts in the replied message, this one is wrong."""
    alert_id, about = await chosen(update, context, dialogue, alert)
    await _correct_alert(update, context, CorrectionKind(about["kind"]), alert_id, about["words"])


async def _correct_alert(
    update: Update, context: Context, kind: CorrectionKind, alert_id: int, words: str
) -> None:
    if not words:
        await _ask(update, context, kind, alert_id)
        return
    async with context.database.read() as session:
        alert = await session.get_one(Alert, alert_id)
    subject = CorrectedSubject.ALERT
    await propose(update, context, kind, subject, alert.id, alert.revision, words)


async def _ask(update: Update, context: Context, kind: CorrectionKind, alert_id: int) -> None:
    user_id = person(update)
    async with context.database.write() as session:
        alert = await session.get(Alert, alert_id)
        if alert is None:
            raise Stale("gone")
        await ask(
            session,
            _ASKED[kind],
            chat_id=user_id,
            user_id=user_id,
            now=context.now(),
            alert=alert.id,
            revision=alert.revision,
        )
    await context.answer(f"desk/ask_{_ASKED[kind]}.html")


async def _ask_story(
    update: Update, context: Context, kind: CorrectionKind, news: News, words: str
) -> None:
    if not words:
        raise Incomplete("correction" if kind is CorrectionKind.CORRECT else "note")
    user_id = person(update)
    async with context.database.write() as session:
        stories = await stories_in(session, news)
        dialogue = await ask(
            session,
            Asked.STORY,
            chat_id=user_id,
            user_id=user_id,
            now=context.now(),
            kind=kind,
            words=words,
            stories=[story_id for story_id, _ in stories],
        )
    await context.answer("desk/ask_story.html", dialogue=dialogue, stories=stories)


async def stories_in(session: AsyncSession, news: News) -> list[tuple[int, str]]:
    """The stories that a digest tells, in the order of reading, or the one of story news; with their
    titles."""
    wanted = select(StoryRevision.story_id, StoryRevision.title)
    if news.content is Content.NEWS:
        wanted = wanted.join(
            StoryNews,
            (StoryNews.story_id == StoryRevision.story_id)
            & (StoryNews.revision == StoryRevision.revision),
        ).where(StoryNews.id == news.subject_id)
    else:
        wanted = (
            wanted.join(
                EditionStory,
                (StoryRevision.story_id == EditionStory.story_id)
                & (StoryRevision.revision == EditionStory.story_revision),
            )
            .where(EditionStory.edition_id == news.subject_id)
            .order_by(EditionStory.position)
        )
    return [(row[0], row[1]) for row in await session.execute(wanted)]
