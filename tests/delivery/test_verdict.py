"""Every answer of Telegram has one meaning; the texts are Telegram's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.delivery.answer import Answer
from bot.delivery.verdict import judge
from digests.outbox.verdict import Meaning, Verdict

S = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "description", "meaning", "reason"),
    [
        (403, "Forbidden: bot was blocked by the user", Meaning.GONE, "blocked"),
        (403, "Forbidden: bot was kicked from the supergroup chat", Meaning.GONE, "kicked"),
        (403, "Forbidden: user is deactivated", Meaning.GONE, "deactivated"),
        (403, "Forbidden: bot is not a member of the channel chat", Meaning.GONE, "not a member"),
        (
            403,
            "Forbidden: bot can't initiate conversation with a user",
            Meaning.GONE,
            "never started",
        ),
        (403, "Forbidden: something new", Meaning.GONE, "forbidden"),
        (400, "Bad Request: chat not found", Meaning.GONE, "chat not found"),
        (400, "Bad Request: PEER_ID_INVALID", Meaning.GONE, "chat not found"),
        (400, "Bad Request: CHANNEL_PRIVATE", Meaning.GONE, "channel private"),
        (400, "Bad Request: TOPIC_CLOSED", Meaning.NO_THREAD, "topic closed"),
        (400, "Bad Request: TOPIC_DELETED", Meaning.NO_THREAD, "topic deleted"),
        (400, "Bad Request: message thread not found", Meaning.NO_THREAD, "topic deleted"),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
            Meaning.NO_RIGHTS,
            "no rights",
        ),
        (400, "Bad Request: have no rights to send a message", Meaning.NO_RIGHTS, "no rights"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Meaning.NO_RIGHTS, "no rights"),
        (
            400,
            'Bad Request: can\'t parse entities: Unsupported start tag "br" at byte offset 5',
            Meaning.UNPARSED,
            "unparsed",
        ),
        (
            400,
            "Bad Request: not enough rights to send photos to the chat",
            Meaning.NO_PHOTO,
            "no photos",
        ),
        (
            400,
            "Bad Request: there is no caption in the message to edit",
            Meaning.NO_PHOTO,
            "no photo there",
        ),
        (400, "Bad Request: message caption is too long", Meaning.REFUSED, "too long"),
        (
            400,
            "Bad Request: wrong remote file identifier specified: Wrong string length",
            Meaning.REFUSED,
            "photo",
        ),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", Meaning.REFUSED, "photo"),
        (400, "Bad Request: IMAGE_PROCESS_FAILED", Meaning.REFUSED, "photo"),
        (400, "Bad Request: message is too long", Meaning.REFUSED, "too long"),
        (400, "Bad Request: ENTITIES_TOO_LONG", Meaning.REFUSED, "too long"),
        (400, "Bad Request: message text is empty", Meaning.REFUSED, "empty"),
        (400, "Bad Request: BUTTON_DATA_INVALID", Meaning.REFUSED, "button data"),
        (
            400,
            "Bad Request: message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message",
            Meaning.DELIVERED,
            "not modified",
        ),
        (400, "Bad Request: message to edit not found", Meaning.COPY_GONE, "copy gone"),
        (400, "Bad Request: message can't be edited", Meaning.COPY_GONE, "copy gone"),
        (400, "Bad Request: message to delete not found", Meaning.COPY_GONE, "copy gone"),
        (400, "Bad Request: something new", Meaning.REFUSED, "bad request"),
        (401, "Unauthorized", Meaning.TOKEN_REFUSED, "token refused"),
        (404, "Not Found", Meaning.TOKEN_REFUSED, "token refused"),
        (
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot "
            "instance is running",
            Meaning.SECOND_POLLER,
            "second poller",
        ),
        (500, "Internal Server Error", Meaning.UNCERTAIN, "status 500"),
        (502, "Bad Gateway", Meaning.UNCERTAIN, "status 502"),
    ],
)
def test_refusals(status: int, description: str, meaning: Meaning, reason: str) -> None:
    answer = Answer(status, description=description)
    assert judge(answer, chat_id=7) == Verdict(meaning, reason)


def test_delivered_with_its_id() -> None:
    answer = Answer(200, {"message_id": 5})
    assert judge(answer, chat_id=7) == Verdict(Meaning.DELIVERED, message_id=5)


@pytest.mark.parametrize(("chat_id", "whole_token"), [(7, True), (-7, False)])
def test_a_private_chat_that_must_wait_speaks_for_the_token(
    chat_id: int, whole_token: bool
) -> None:
    answer = Answer(429, description="Too Many Requests: retry after 9", retry_after=9)
    assert judge(answer, chat_id=chat_id) == Verdict(
        Meaning.LATER, "too many requests", retry_after=9 * S, whole_token=whole_token
    )


def test_a_migration_is_a_move_whatever_its_text() -> None:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    answer = Answer(400, description=text, migrate_to=-1009)
    assert judge(answer, chat_id=-9) == Verdict(Meaning.MOVED, "moved", moved_to=-1009)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, Meaning.UNCERTAIN),
        (403, Meaning.UNCERTAIN),
        pytest.param(429, Meaning.LATER, id="a proxy's own limit"),
        pytest.param(301, Meaning.UNSENT, id="the server is elsewhere"),
        pytest.param(302, Meaning.UNSENT, id="somebody wants a login first"),
        pytest.param(303, Meaning.UNCERTAIN, id="done, and its result is elsewhere"),
    ],
)
def test_what_cannot_be_read_may_have_arrived_unless_its_status_says_otherwise(
    status: int, meaning: Meaning
) -> None:
    assert judge(Answer(status, is_parsed=False), chat_id=7).meaning is meaning


@pytest.mark.parametrize(
    ("may_have_arrived", "meaning"), [(True, Meaning.UNCERTAIN), (False, Meaning.UNSENT)]
)
def test_no_answer_at_all(may_have_arrived: bool, meaning: Meaning) -> None:
    answer = Answer(0, description="X", may_have_arrived=may_have_arrived)
    assert judge(answer, chat_id=7) == Verdict(meaning, "X")
