"""What somebody at the desk says without a command: the answer to a question, or a forwarded post."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telegram import Update
from telegram.constants import ChatType

from bot.context import Context
from bot.desk import placing, renewing, review, righting
from bot.desk.breaking import begin, breaking
from bot.desk.channels import offer_post
from bot.desk.correct import correct, propose
from bot.desk.door import refuse
from bot.desk.heard import heard
from bot.desk.reports import give_answer, take_report
from bot.desk.update import propose as renew_alert
from bot.desk.update import update_alert
from digests.alerts.dialogue import Asked, Dialogue, close, open_question
from digests.alerts.permission import Act, may
from digests.alerts.staff import role_of
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.errors import (
    Incomplete,
    RequestError,
    Stale,
    TooLong,
    TooManyPlaces,
    UnknownPlace,
    UnreadableTime,
)

_WITH_BUTTONS = (Asked.STORY, Asked.ALERT, Asked.KEEP)
_BY_PHOTO = (Asked.BREAKING, Asked.UPDATE, Asked.CORRECTION)
"""What a photo without words answers too: the words stay, or come next."""
_OF_A_DRAFT = {
    Asked.BELONGS: placing.look_for_story,
    Asked.RELEASE: review.set_time,
    Asked.REJECTION: review.reject_alert,
}
_UNDER_PHOTOS = {"/breaking": breaking, "/update": update_alert, "/correct": correct}
"""Telegram's commands are texts; a photo's caption is none."""


async def listen(update: Update, context: Context) -> bool:
    """Whether this was for the desk. Only private chats: elsewhere people talk to each other."""
    chat, user, message = update.effective_chat, update.effective_user, update.message
    if chat is None or user is None or message is None or chat.type != ChatType.PRIVATE:
        return False
    command = next(iter((message.caption or "").split()), "").partition("@")[0]
    if command in _UNDER_PHOTOS:
        await _UNDER_PHOTOS[command](update, context)
        return True
    async with context.database.read() as session:
        asked = await open_question(session, user.id, now=context.now())
        role = await role_of(session, user.id, context.settings.owners)
    said = heard(message)
    if role is not None and said.album is not None and not said.text:
        # The further photos of an album whose words were heard already.
        return True
    if said.origin is not None and may(role, Act.SOURCES) and not _awaits_news(asked):
        await offer_post(update, context, said, said.origin)
        return True
    if asked is None or asked.asked in _WITH_BUTTONS:
        return False
    await _take(update, context, asked)
    return True


def _awaits_news(asked: Dialogue | None) -> bool:
    return asked is not None and asked.asked is Asked.BREAKING


async def _take(update: Update, context: Context, asked: Dialogue) -> None:
    """Hands the answer to whoever asked. After one too long or empty, the next may be better."""
    assert update.message is not None  # noqa: S101 - ``listen`` saw it
    said = heard(update.message)
    try:
        if not said.text.strip() and not (said.photo and asked.asked in _BY_PHOTO):
            raise Incomplete("text")
        if asked.asked is Asked.REPORT:
            await take_report(update, context, asked.about["message"], said.text)
        else:
            await _desk_answer(update, context, asked)
        await _close(context, asked)
    except (Incomplete, TooLong, UnreadableTime, UnknownPlace, TooManyPlaces) as error:
        await refuse(update, context, error, wish=asked.asked)
    except RequestError as error:
        # "Say a later one" waits for it: what they say next must not be taken for small talk.
        if not (isinstance(error, Stale) and error.how in ("time", "far")):
            await _close(context, asked)
        await refuse(update, context, error, wish=asked.asked)


async def _close(context: Context, asked: Dialogue) -> None:
    async with context.database.write() as session:
        await close(session, asked.id)


async def _desk_answer(update: Update, context: Context, asked: Dialogue) -> None:
    assert update.message is not None  # noqa: S101 - ``listen`` saw it
    said, about = heard(update.message), asked.about
    match asked.asked:
        case Asked.BREAKING:
            said = replace(said, photo=said.photo or about.get("photo"))
            await begin(update, context, said, source_url=about.get("link"))
        case Asked.TRANSLATION | Asked.ATTRIBUTION | Asked.PLACE:
            await _further_words(update, context, asked.asked, about, said.text)
        case Asked.UPDATE:
            await renew_alert(
                update, context, about["alert"], about["revision"], said.text, said.photo
            )
        case Asked.TEXT:
            await review.set_text(update, context, about["alert"], about["revision"], said)
        case _ if change := _OF_A_DRAFT.get(asked.asked):
            await change(update, context, about["alert"], about["revision"], said.text)
        case Asked.ANSWER:
            await give_answer(update, context, about["report"], said.text)
        case Asked.CORRECTION | Asked.REASON:
            is_right = asked.asked is Asked.CORRECTION
            await propose(
                update,
                context,
                CorrectionKind.CORRECT if is_right else CorrectionKind.RETRACT,
                CorrectedSubject.STORY if "story" in about else CorrectedSubject.ALERT,
                about["story"] if "story" in about else about["alert"],
                about["revision"],
                said.text,
                photo=said.photo if is_right else None,
            )


async def _further_words(
    update: Update, context: Context, asked: Asked, about: dict[str, Any], said: str
) -> None:
    """The same in the other language, who says so, or where: of a draft, an update or a correction."""
    language = about.get("language", "")
    match asked, about:
        case Asked.TRANSLATION, {"update": which, "preview": preview}:
            await renewing.set_translation(update, context, which, said, preview)
        case Asked.TRANSLATION, {"correction": which, "preview": preview}:
            await righting.set_translation(update, context, which, said, preview)
        case Asked.TRANSLATION, {"alert": which, "revision": revision}:
            await review.set_translation(update, context, which, revision, said)
        case Asked.PLACE, {"update": which, "preview": preview}:
            await renewing.add_places(update, context, which, said, preview)
        case Asked.PLACE, {"correction": which, "preview": preview}:
            await righting.add_places(update, context, which, said, preview)
        case Asked.PLACE, {"alert": which, "revision": revision}:
            await placing.add_places(update, context, which, revision, said)
        case _, {"correction": which, "preview": preview}:
            await righting.set_attribution(update, context, which, language, said, preview)
        case _, {"update": which, "preview": preview}:
            await renewing.set_attribution(update, context, which, language, said, preview)
        case _, {"alert": which, "revision": revision}:
            await review.set_attribution(update, context, which, revision, language, said)
