"""A reader reports an error; it reaches the desk with the message it is about, and is answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update
from telegram.constants import ChatType

from bot.context import Context
from bot.desk.door import desk, number, person
from bot.desk.which import headlines
from digests.alerts.alert import Alert, AlertRevision
from digests.alerts.card import language_at
from digests.alerts.dialogue import Asked, ask, drop
from digests.alerts.permission import Act
from digests.alerts.staff import desk_chats
from digests.alerts.wording import headline, tidied
from digests.corrections import report as reports
from digests.corrections.meant import News, copy_in, stories_in
from digests.corrections.report import Report
from digests.editions.edition import Edition
from digests.errors import Stale
from digests.outbox.dispatch import Content
from digests.outbox.notice import announce, revise_alike

PAGE = 6
"""Reports shown at once; those answered make room for the next."""

ANSWER = 1500
"""Characters of an answer: with the report it must fit into one message."""


async def report_error(update: Update, context: Context) -> None:
    """The button under everything we send: asks what is wrong."""
    query, chat = update.callback_query, update.effective_chat
    if query is None or query.message is None or chat is None:
        return
    async with context.database.read() as session:
        copy = await copy_in(session, chat.id, query.message.message_id)
    if copy is None:
        await context.toast("desk/report_nothing.html", alert=True)
    elif chat.type != ChatType.PRIVATE:
        await context.toast("desk/report_in_private.html", alert=True)
    else:
        async with context.database.write() as session:
            await ask(
                session,
                Asked.REPORT,
                query.from_user.id,
                now=context.now(),
                message=query.message.message_id,
            )
        await context.answer("desk/ask_report.html")


async def drop_report(update: Update, context: Context) -> None:
    """The reader has changed their mind."""
    if update.effective_user is not None:
        async with context.database.write() as session:
            await drop(session, update.effective_user.id)
    await context.change("desk/report_dropped.html")


async def take_report(update: Update, context: Context, message_id: int, words: str) -> None:
    """The reader's words: kept, and brought to the desk once for each subject."""
    chat = update.effective_chat
    if chat is None:
        return
    async with context.database.write() as session:
        made, is_news = await reports.report(session, chat.id, message_id, words, now=context.now())
        if is_news:
            await _tell_desk(session, context, made)
    await context.answer("desk/report_taken.html")


@desk(Act.CORRECT)
async def reports_page(update: Update, context: Context) -> None:  # noqa: ARG001 - a handler's signature
    """What readers reported and nobody has answered, also where the notice about it was lost."""
    async with context.database.read() as session:
        found = await reports.longest_waiting(session, PAGE)
        more = await reports.unanswered(session) - len(found)
        shown = [
            (made, await _headline(session, made), await _digest_at(session, made))
            for made in found
        ]
    await context.answer("desk/reports.html", reports=shown, more=more)


@desk(Act.CORRECT)
async def show_stories(update: Update, context: Context, report: str) -> None:  # noqa: ARG001
    """The stories of the digest that a reader found an error in; each can be opened and put right."""
    language = await context.language()
    async with context.database.read() as session:
        made = await session.get(Report, number(report))
        if made is None or made.content not in (Content.EDITION, Content.NEWS):
            raise Stale("gone")
        stories = await stories_in(session, News(made.content, made.subject_id), language)
    await context.answer("desk/story_find.html", stories=stories, asked=True)


@desk(Act.CORRECT)
async def ask_answer(update: Update, context: Context, report: str) -> None:
    """Waits for the editor's answer to the reader."""
    user_id = person(update)
    async with context.database.write() as session:
        found = await session.get(Report, number(report))
        if found is None or found.answered_at is not None:
            raise Stale("decided" if found else "gone")
        await ask(session, Asked.ANSWER, user_id, now=context.now(), report=found.id)
    await context.answer("desk/ask_answer.html")


async def give_answer(update: Update, context: Context, report_id: int, words: str) -> None:
    """The editor's answer goes back to the reader, once."""
    now, answer = context.now(), tidied(words, ANSWER)
    async with context.database.write() as session:
        owners = context.settings.owners
        found = await reports.answer(session, report_id, by=person(update), owners=owners, now=now)
        # At every desk the notice says so, and its "Answer" goes.
        said = {"answered_at": now.isoformat()}
        await revise_alike(session, "report", ("report", found.id), said, now=now)
        await announce(
            session,
            chat_id=found.chat_id,
            kind="report_answer",
            values={"words": found.words, "answer": answer},
            now=now,
        )
    await context.answer("desk/answer_sent.html")


async def _tell_desk(session: AsyncSession, context: Context, made: Report) -> None:
    digest_at = await _digest_at(session, made)
    for chat_id in await desk_chats(session, context.settings.owners):
        await announce(
            session,
            chat_id=chat_id,
            kind="report",
            values={
                "report": made.id,
                "words": made.words,
                "headline": await _headline(session, made),
                "alert": made.subject_id if made.content is Content.ALERT else None,
                "digest_at": digest_at.isoformat() if digest_at else None,
            },
            now=context.now(),
            language=await language_at(session, chat_id),
        )


async def _headline(session: AsyncSession, made: Report) -> str | None:
    """An alert's headline, or those of all that one message told of; a digest has many."""
    if made.content is Content.WAKING:
        return " · ".join(title for _, title in await headlines(session, made.subject_id))
    if made.content is Content.NEWS:
        return " · ".join(
            title for _, title in await stories_in(session, News(made.content, made.subject_id))
        )
    if made.content is not Content.ALERT:
        return None
    alert = await session.get_one(Alert, made.subject_id)
    revision = await session.get_one(AlertRevision, (alert.id, alert.revision))
    return headline(revision.texts[revision.main_language])


async def _digest_at(session: AsyncSession, made: Report) -> datetime | None:
    """Which digest it is about."""
    if made.content is not Content.EDITION:
        return None
    edition = await session.get(Edition, made.subject_id)
    return edition.window_end if edition else None
