"""What Telegram's answers mean (rule): judged here, in this order, and nowhere else.

Order matters. A 429 may come with any text; a migration comes as a 400; and of the 400s only those
named here say something about the chat: the rest blame the content.
"""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.answer import Answer
from digests.outbox.verdict import Meaning, Verdict

_UNSAID = timedelta(seconds=5)
"""How long to wait where Telegram says "too many requests" and not for how long."""

_ELSEWHERE = (301, 302, 307, 308)
"""Whoever sends us to another address has done nothing; we do not go there with a token."""

# Fragments of Telegram's descriptions, in lower case, and the ledger's word for each.
_FORBIDDEN = (
    ("blocked", "blocked"),
    ("kicked", "kicked"),
    ("deactivated", "deactivated"),
    ("not a member", "not a member"),
    ("can't initiate", "never started"),
)

_BAD_REQUEST = (
    ("message is not modified", Meaning.DELIVERED, "not modified"),
    ("chat not found", Meaning.GONE, "chat not found"),
    ("peer_id_invalid", Meaning.GONE, "chat not found"),
    ("channel_private", Meaning.GONE, "channel private"),
    ("topic_closed", Meaning.NO_THREAD, "topic closed"),
    ("topic_deleted", Meaning.NO_THREAD, "topic deleted"),
    ("message thread not found", Meaning.NO_THREAD, "topic deleted"),
    # Before the rights in general: a group may take words and no photos.
    ("rights to send photos", Meaning.NO_PHOTO, "no photos"),
    ("chat_send_photos_forbidden", Meaning.NO_PHOTO, "no photos"),
    ("there is no caption in the message", Meaning.NO_PHOTO, "no photo there"),
    # A server of before 2021 puts no photo into a text; ours and Telegram's do.
    ("there is no media in the message", Meaning.NO_PHOTO, "no photo there"),
    ("not enough rights to send", Meaning.NO_RIGHTS, "no rights"),
    ("no rights to send", Meaning.NO_RIGHTS, "no rights"),
    ("need administrator rights", Meaning.NO_RIGHTS, "no rights"),
    ("chat_write_forbidden", Meaning.NO_RIGHTS, "no rights"),
    ("can't parse entities", Meaning.UNPARSED, "unparsed"),
    ("message to edit not found", Meaning.COPY_GONE, "copy gone"),
    ("message can't be edited", Meaning.COPY_GONE, "copy gone"),
    ("message to delete not found", Meaning.COPY_GONE, "copy gone"),
    ("message can't be deleted", Meaning.COPY_GONE, "copy gone"),
    ("message_id_invalid", Meaning.COPY_GONE, "copy gone"),
    ("too long", Meaning.REFUSED, "too long"),
    ("too_long", Meaning.REFUSED, "too long"),
    ("text is empty", Meaning.REFUSED, "empty"),
    ("button_data_invalid", Meaning.REFUSED, "button data"),
    ("file identifier", Meaning.REFUSED, "photo"),
    ("photo_", Meaning.REFUSED, "photo"),
    ("image_process_failed", Meaning.REFUSED, "photo"),
)


def judge(answer: Answer, *, chat_id: int) -> Verdict:
    """The verdict on a send, an edit or a deletion in ``chat_id``."""
    if answer.ok:
        return Verdict(Meaning.DELIVERED, message_id=answer.message_id)
    if answer.status == 0:
        meaning = Meaning.UNCERTAIN if answer.may_have_arrived else Meaning.UNSENT
        return Verdict(meaning, answer.description)
    if answer.status == 429 or answer.retry_after is not None:
        return _later(answer, chat_id)
    if answer.status in _ELSEWHERE:
        return Verdict(Meaning.UNSENT, f"status {answer.status}")
    if answer.status >= 500 or not answer.is_parsed:
        return Verdict(Meaning.UNCERTAIN, f"status {answer.status}")
    return _refusal(answer)


def _later(answer: Answer, chat_id: int) -> Verdict:
    wait = timedelta(seconds=answer.retry_after) if answer.retry_after else _UNSAID
    # A group has a limit of its own; a private chat that is told to wait speaks for the token.
    return Verdict(Meaning.LATER, "too many requests", retry_after=wait, whole_token=chat_id > 0)


def _refusal(answer: Answer) -> Verdict:
    if answer.migrate_to is not None:
        return Verdict(Meaning.MOVED, "moved", moved_to=answer.migrate_to)
    text = answer.description.lower()
    match answer.status:
        case 401 | 404:
            return Verdict(Meaning.TOKEN_REFUSED, "token refused")
        case 409:
            return Verdict(Meaning.SECOND_POLLER, "second poller")
        case 403:
            reasons = (reason for fragment, reason in _FORBIDDEN if fragment in text)
            return Verdict(Meaning.GONE, next(reasons, "forbidden"))
    for fragment, meaning, reason in _BAD_REQUEST:
        if fragment in text:
            return Verdict(meaning, reason)
    return Verdict(Meaning.REFUSED, "bad request")
