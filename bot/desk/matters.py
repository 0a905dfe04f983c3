"""What waits for a decision at the desk: listed, and decided by buttons.

A button under a notice leaves the notice to the outbox, which edits it for everybody; one on the desk's own
page, marked ``p``, shows the page anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.card import put
from bot.desk.correct import propose as propose_correction
from bot.desk.door import choice, desk, number, person
from bot.rendering.contents import with_moments
from digests.alerts import propose
from digests.alerts.dialogue import Asked, ask
from digests.alerts.matter import Matter, MatterKind, open_matters, undecided
from digests.alerts.permission import Act
from digests.alerts.settling import decide, item_of_story
from digests.alerts.telling import line
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.errors import Stale
from digests.intake import sources
from digests.intake.article import Article
from digests.intake.source import Source
from digests.outbox.again import Fate, let_stand, send_again
from digests.stories.lead import lead
from digests.stories.story import Story

PAGE = 8
"""Matters on one page; those decided make room for the next."""

ON_PAGE = "p"

AFTER_READING = timedelta(hours=1)
"""So long a source that is read at once has to say something new."""

A_DAY = timedelta(days=1)


@desk(Act.WATCH)
async def matters_page(update: Update, context: Context, kind: str) -> None:  # noqa: ARG001
    """The open matters of one kind."""
    await _show_page(context, choice(kind, MatterKind))


@desk(Act.PROPOSE)
async def make_alert(update: Update, context: Context, matter: str, where: str = "") -> None:
    """The story becomes a draft that its editor looks at."""
    now, user_id = context.now(), person(update)
    async with context.database.write() as session:
        found = await _decide(session, update, now, matter, MatterKind.FLASH, "alert")
        item = await item_of_story(session, found.values["story"])
        owners = context.settings.owners
        alert = await propose.draft(session, item, by=user_id, owners=owners, now=now)
        alert.story_id, alert.story_chosen = found.values["story"], True
    await _noted(context, MatterKind.FLASH, where)
    await put(update, context, alert.id)


@desk(Act.PROPOSE)
async def not_breaking(update: Update, context: Context, matter: str, where: str = "") -> None:
    """The story goes into the digests like any other."""
    await _only_decide(update, context, matter, where, MatterKind.FLASH, "not_breaking")


@desk(Act.CORRECT)
async def correct_story(update: Update, context: Context, matter: str, where: str = "") -> None:  # noqa: ARG001
    """Asks for the right words, with what the source said and says before one's eyes. The matter stays
    open until the correction is sent."""
    await _ask(update, context, matter, Asked.CORRECTION)


@desk(Act.CORRECT)
async def withdraw_story(update: Update, context: Context, matter: str, where: str = "") -> None:  # noqa: ARG001
    """Asks why the story is withdrawn."""
    await _ask(update, context, matter, Asked.REASON)


@desk(Act.CORRECT)
async def take_words(update: Update, context: Context, matter: str, where: str = "") -> None:  # noqa: ARG001
    """Proposes what the source says now as the correction, to be looked at and confirmed."""
    async with context.database.read() as session:
        found = await undecided(session, number(matter), MatterKind.EDIT, now=context.now())
        story = await _story(session, found)
        article = await session.get(Article, found.values["article"])
        if article is None:
            raise Stale("gone")
        words = _words_now(article)
    kind, subject = CorrectionKind.CORRECT, CorrectedSubject.STORY
    await propose_correction(update, context, kind, subject, story.id, story.revision, words)


@desk(Act.CORRECT)
async def ignore_edit(update: Update, context: Context, matter: str, where: str = "") -> None:
    """What was told stands."""
    await _only_decide(update, context, matter, where, MatterKind.EDIT, "ignore")


@desk(Act.SOURCES)
async def read_now(update: Update, context: Context, matter: str, where: str = "") -> None:
    """The source is due at once; if it still says nothing, it is told again."""
    await _with_source(update, context, matter, where, "read", sources.resume, AFTER_READING)


@desk(Act.SOURCES)
async def stop_reading(update: Update, context: Context, matter: str, where: str = "") -> None:
    """The source is paused."""
    await _with_source(update, context, matter, where, "pause", sources.pause, None)


@desk(Act.SOURCES)
async def not_today(update: Update, context: Context, matter: str, where: str = "") -> None:
    """Told again tomorrow, if it is still so."""
    await _only_decide(update, context, matter, where, MatterKind.SOURCE, "tomorrow", A_DAY)


@desk(Act.APPROVE)
async def try_again(update: Update, context: Context, matter: str, where: str = "") -> None:
    """What was refused goes into the outbox once more."""
    await _with_messages(update, context, matter, where, MatterKind.DEAD, "again")


@desk(Act.APPROVE)
async def drop_dead(update: Update, context: Context, matter: str, where: str = "") -> None:
    """What was refused stays unsent."""
    await _with_messages(update, context, matter, where, MatterKind.DEAD, "drop")


@desk(Act.APPROVE)
async def send_uncertain(update: Update, context: Context, matter: str, where: str = "") -> None:
    """What may not have arrived goes out once more; some may get it twice."""
    await _with_messages(update, context, matter, where, MatterKind.UNCERTAIN, "again")


@desk(Act.APPROVE)
async def accept_uncertain(update: Update, context: Context, matter: str, where: str = "") -> None:
    """What may have arrived is let stand."""
    await _with_messages(update, context, matter, where, MatterKind.UNCERTAIN, "accept")


@desk(Act.APPROVE)
async def accept_all(update: Update, context: Context, newest: str) -> None:
    """After a bad hour: everything uncertain up to the newest that was seen is let stand."""
    now = context.now()
    async with context.database.write() as session:
        found = await open_matters(session, MatterKind.UNCERTAIN)
        seen = [str(matter.id) for matter in found if matter.id <= number(newest)]
        if not seen:
            raise Stale("decided")
        for matter_id in seen:
            await _settle_messages(session, update, now, matter_id, MatterKind.UNCERTAIN, "accept")
    await _noted(context, MatterKind.UNCERTAIN, ON_PAGE)


async def _only_decide(
    update: Update,
    context: Context,
    matter: str,
    where: str,
    kind: MatterKind,
    decision: str,
    later: timedelta | None = None,
) -> None:
    async with context.database.write() as session:
        await _decide(session, update, context.now(), matter, kind, decision, later)
    await _noted(context, kind, where)


async def _with_source(
    update: Update,
    context: Context,
    matter: str,
    where: str,
    decision: str,
    act: Callable[..., Awaitable[None]],
    later: timedelta | None,
) -> None:
    now = context.now()
    async with context.database.write() as session:
        found = await _decide(session, update, now, matter, MatterKind.SOURCE, decision, later)
        source = await session.get(Source, found.values["source"], with_for_update=True)
        if source is None:
            raise Stale("gone")
        await act(session, source, now=now)
    await _noted(context, MatterKind.SOURCE, where)


async def _with_messages(
    update: Update, context: Context, matter: str, where: str, kind: MatterKind, decision: str
) -> None:
    async with context.database.write() as session:
        await _settle_messages(session, update, context.now(), matter, kind, decision)
    await _noted(context, kind, where)


async def _settle_messages(
    session: AsyncSession,
    update: Update,
    now: datetime,
    matter: str,
    kind: MatterKind,
    decision: str,
) -> None:
    fate = Fate.DEAD if kind is MatterKind.DEAD else Fate.UNCERTAIN
    found = await undecided(session, number(matter), kind, now=now)
    dispatch_id = found.values["dispatch"]
    if decision == "again":
        if not found.values["may_go_again"]:
            raise Stale("over")
        await send_again(session, dispatch_id, fate, now=now)
    else:
        await let_stand(session, dispatch_id, fate, now=now)
    await _decide(session, update, now, matter, kind, decision)


async def _decide(
    session: AsyncSession,
    update: Update,
    now: datetime,
    matter: str,
    kind: MatterKind,
    decision: str,
    later: timedelta | None = None,
) -> Matter:
    by = person(update)
    return await decide(session, number(matter), kind, decision, by=by, now=now, later=later)


async def _ask(update: Update, context: Context, matter: str, asked: Asked) -> None:
    user_id, now = person(update), context.now()
    async with context.database.write() as session:
        found = await undecided(session, number(matter), MatterKind.EDIT, now=now)
        story = await _story(session, found)
        await ask(session, asked, user_id, now=now, story=story.id, revision=story.revision)
    values = line(found)
    await context.answer("desk/ask_edit.html", matter=with_moments(values), asked=asked)


async def _story(session: AsyncSession, matter: Matter) -> Story:
    story = await session.get(Story, matter.values["story"])
    if story is None:
        raise Stale("gone")
    return story


def _words_now(article: Article) -> str:
    title = article.later_title or article.title
    summary = article.later_summary or article.summary
    told = lead(title, summary, article.later_text or article.text)
    return "\n".join(part for part in (title, told) if part)


async def _noted(context: Context, kind: MatterKind, where: str) -> None:
    if where == ON_PAGE:
        await _show_page(context, kind)
    await context.toast("chat/noted.html")


async def _show_page(context: Context, kind: MatterKind) -> None:
    now = context.now()
    async with context.database.read() as session:
        found = [m for m in await open_matters(session, kind) if _waits(m, now)]
    shown = [with_moments(line(matter)) for matter in found[:PAGE]]
    values: dict[str, Any] = {
        "kind": kind,
        "matters": shown,
        "more": len(found) - len(shown),
        "newest": found[-1].id if found else 0,
    }
    await context.change("desk/matters.html", **values)


def _waits(matter: Matter, now: datetime) -> bool:
    return matter.waits_until is None or matter.waits_until <= now
