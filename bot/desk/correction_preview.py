"""A proposed correction as its editor sees it: the very messages of each language, and what can be done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.below import lay_before
from bot.desk.door import person
from bot.desk.showing import Manner, manner_of
from bot.rendering import alert as alert_rendering
from bot.rendering import correction as correction_rendering
from bot.rendering.render import Message
from digests.alerts.alert import AlertRevision
from digests.alerts.item import item_of
from digests.alerts.places import offered
from digests.alerts.release import alone_from
from digests.alerts.wording import headline
from digests.corrections import amend
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.corrections.spread import chats_with
from digests.editions.edition import EditionStory
from digests.editions.story_news import StoryNews
from digests.outbox.dispatch import Content
from digests.stories.story import StoryRevision
from digests.vocabulary import Language


async def preview(update: Update, context: Context, correction: Correction) -> None:
    """The very messages of each language, and below them what can be done."""
    user_id, user = person(update), update.effective_user
    otherwise = Language.nearest(user.language_code if user else None)
    async with context.database.read() as session:
        manner = await manner_of(session, user_id, otherwise)
        values = await controls_of(context, session, correction, user_id)
        shown = await _shown(context, session, correction, manner) if not values["nothing"] else []
    await lay_before(update, context, manner, shown, "desk/correction.html", values)


async def controls_of(
    context: Context, session: AsyncSession, correction: Correction, me: int
) -> dict[str, Any]:
    """What the buttons under a proposed correction need to know."""
    is_new = correction.kind is CorrectionKind.CORRECT
    was = await _was(session, correction)
    said = correction.texts if is_new else correction.notes
    return {
        "correction": correction,
        "said": said,
        "main": correction.main_language,
        "other": next(one for one in Language if one != correction.main_language),
        "new_words": was is None or was.texts != correction.texts,
        "was_photo": was is not None and was.photo is not None,
        "chats": await _chats(session, correction),
        # There may be nothing to show and to send yet.
        "nothing": was is not None and is_new and not amend.tells_something(correction, was),
        "places": await places_offered(session, correction),
        "two_person": context.settings.two_person and is_new,
        "me": me,
        "alone_from": alone_from(correction.asked_at) if correction.asked_at else None,
        "lost": sorted(await _spoken(session, correction) - set(said)) if is_new else [],
    }


async def places_offered(session: AsyncSession, correction: Correction) -> list[str]:
    """The places to choose from: those that stand in it or stood before, and those that its texts name."""
    was = await _was(session, correction)
    if was is None or correction.label is None:
        return []
    return offered(correction.places, correction.texts, was.places)


async def _was(session: AsyncSession, correction: Correction) -> AlertRevision | None:
    if correction.subject is not CorrectedSubject.ALERT:
        return None
    return await session.get_one(AlertRevision, (correction.subject_id, correction.was_revision))


async def _spoken(session: AsyncSession, correction: Correction) -> set[str]:
    """Of the languages we speak those that the alert or story is told in now."""
    key = (correction.subject_id, correction.was_revision)
    if correction.subject is CorrectedSubject.ALERT:
        return set((await session.get_one(AlertRevision, key)).texts)
    story = await session.get_one(StoryRevision, key)
    return {story.language, *story.tellings} & set(Language)


def headline_of(correction: Correction) -> str:
    """What it says is right, in one line."""
    return headline(correction.texts.get(correction.main_language, ""))


async def _shown(
    context: Context, session: AsyncSession, correction: Correction, manner: Manner
) -> list[Message]:
    """What will stand in the copies, where that is one message, and the note that goes with it."""
    now, words = context.now(), context.words
    copies, notes = [], []
    for language in await _languages(session, correction, manner.language):
        if correction.subject is CorrectedSubject.ALERT:
            told = await alert_rendering.proposed(session, correction, language, now)
            copies.append(alert_rendering.render(words, told, language, manner.timezone))
        admitted = await correction_rendering.admitted(session, correction, language, now)
        notes.append(correction_rendering.render(words, admitted, language, manner.timezone))
    return [*copies, *notes]


async def _languages(
    session: AsyncSession, correction: Correction, first: Language
) -> list[Language]:
    """The editor's own, and any other whose readers get other words than theirs."""
    was = await _was(session, correction)
    stands = item_of(was) if was is not None and not correction.texts else None

    def words_of(language: Language) -> tuple[str, str]:
        return correction.spoken_in(language), stands.spoken_in(language) if stands else ""

    return [first, *(one for one in Language if words_of(one) != words_of(first))]


async def _chats(session: AsyncSession, correction: Correction) -> int:
    if correction.subject is CorrectedSubject.ALERT:
        copies = await chats_with(session, Content.ALERT, [correction.subject_id])
        return sum(copies.values())
    holding = select(EditionStory.edition_id).where(EditionStory.story_id == correction.subject_id)
    in_digests = await chats_with(session, Content.EDITION, holding)
    told = select(StoryNews.id).where(StoryNews.story_id == correction.subject_id)
    in_news = await chats_with(session, Content.NEWS, told)
    return sum(in_digests.values()) + sum(in_news.values())
