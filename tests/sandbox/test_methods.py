"""Each method answers as Telegram does, in its words."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox
from tests.sandbox.conftest import EDITOR, READER, STRANGER, Call

GROUP, CHANNEL, FORUM = -500, -1001000000000001, -1001000000000002


def button(text: str = "b", **action: Any) -> dict[str, Any]:
    """A keyboard of one button."""
    return {"inline_keyboard": [[{"text": text, **action}]]}


NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
REFUSED_SENDS: list[tuple[dict[str, Any], int, str]] = [
    ({"chat_id": READER}, 400, "Bad Request: message text is empty"),
    ({"chat_id": READER, "text": " \n\u2028 "}, 400, "Bad Request: message text is empty"),
    ({"text": "x"}, 400, "Bad Request: chat_id is empty"),
    ({"chat_id": 12345, "text": "x"}, 400, "Bad Request: chat not found"),
    ({"chat_id": "@nobody", "text": "x"}, 400, "Bad Request: chat not found"),
    ({"chat_id": "abc", "text": "x"}, 400, "Bad Request: chat not found"),
    ({"chat_id": READER, "text": "x" * 4097}, 400, "Bad Request: message is too long"),
    ({"chat_id": READER, "text": "ї" * 17_000}, 400, "Bad Request: text is too long"),
    (
        {"chat_id": STRANGER, "text": "x"},
        403,
        "Forbidden: bot can't initiate conversation with a user",
    ),
    (
        {"chat_id": READER, "text": "<b>x", "parse_mode": "HTML"},
        400,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    (
        {"chat_id": READER, "text": "x", "reply_markup": button(callback_data="ї" * 33)},
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        {"chat_id": READER, "text": "x", "reply_markup": button(callback_data="")},
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        {"chat_id": READER, "text": "x", "reply_markup": button(url="ftp://e.com")},
        400,
        "Bad Request: inline keyboard button URL 'ftp://e.com' is invalid: Wrong HTTP URL",
    ),
    (
        {"chat_id": READER, "text": "x", "reply_markup": button()},
        400,
        "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the "
        "inline keyboard",
    ),
    (
        {"chat_id": READER, "text": "x", "reply_markup": "{"},
        400,
        "Bad Request: can't parse reply keyboard markup JSON object",
    ),
    (
        {"chat_id": READER, "text": "x", "reply_parameters": {"message_id": 99}},
        400,
        "Bad Request: message to be replied not found",
    ),
    (
        {"chat_id": READER, "text": "x", "message_thread_id": 3},
        400,
        "Bad Request: message thread not found",
    ),
]


@pytest.mark.parametrize(("params", "code", "description"), REFUSED_SENDS)
async def test_a_bad_send_is_refused_in_telegrams_words(
    call: Call, sandbox: Sandbox, params: dict[str, Any], code: int, description: str
) -> None:
    answer = await call("sendMessage", **params)
    assert answer == {"ok": False, "error_code": code, "description": description}
    assert not sandbox.accept_log
    assert sandbox.refused_log[0].description == description


@pytest.mark.parametrize("text", ["x" * 4096, "🇺🇦" * 2048, "&lt;" * 4096, f"  {'x' * 4096}\n"])
async def test_length_is_counted_in_code_points_after_parsing_and_trimming(
    call: Call, text: str
) -> None:
    answer = await call("sendMessage", chat_id=READER, text=text, parse_mode="HTML")
    assert len(answer["result"]["text"]) == 4096


async def test_entities_are_kept_to_a_hundred_and_their_payload_to_what_fits(call: Call) -> None:
    many = "<b>x</b> " * 120
    kept = await call("sendMessage", chat_id=READER, text=many, parse_mode="HTML")
    assert len(kept["result"]["entities"]) == 100
    links = f'<a href="https://e.com/{"x" * 200}">x</a> ' * 50
    refused = await call("sendMessage", chat_id=READER, text=links, parse_mode="HTML")
    assert refused["description"] == "Bad Request: ENTITIES_TOO_LONG"


async def test_trimming_moves_the_entities_along(call: Call) -> None:
    answer = await call(
        "sendMessage", chat_id=READER, text=" \n🇺🇦<b> x</b>\u202ey  ", parse_mode="HTML"
    )
    assert answer["result"]["text"] == "🇺🇦 xy"
    assert answer["result"]["entities"] == [{"offset": 4, "length": 2, "type": "bold"}]


@pytest.mark.parametrize(
    ("way", "code", "description"),
    [
        ("block", 403, "Forbidden: bot was blocked by the user"),
        ("deactivate", 403, "Forbidden: user is deactivated"),
    ],
)
async def test_a_closed_door_is_forbidden(
    call: Call, sandbox: Sandbox, way: str, code: int, description: str
) -> None:
    getattr(sandbox, way)(READER)
    answer = await call("sendMessage", chat_id=READER, text="x")
    assert (answer["error_code"], answer["description"]) == (code, description)


async def test_a_block_is_told_at_once_and_a_message_lifts_it(call: Call, sandbox: Sandbox) -> None:
    sandbox.block(READER)
    await sandbox.say(READER, "/start")
    rows = (await call("getUpdates"))["result"]
    standing = [
        row["my_chat_member"]["new_chat_member"]["status"]
        for row in rows
        if "my_chat_member" in row
    ]
    assert standing == ["kicked", "member"]
    assert (await call("sendMessage", chat_id=READER, text="x"))["ok"]


async def test_a_group_that_moved_names_its_new_id(call: Call, sandbox: Sandbox) -> None:
    sandbox.add_group(GROUP, "Readers", members={READER: "creator"})
    sandbox.add_bot_to(GROUP, by=READER)
    sandbox.migrate(GROUP, FORUM)
    answer = await call("sendMessage", chat_id=GROUP, text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": FORUM}
    assert (await call("sendMessage", chat_id=FORUM, text="x"))["ok"]


@pytest.mark.parametrize(
    ("state", "description"),
    [
        ("outside", "Forbidden: bot is not a member of the supergroup chat"),
        ("kicked", "Forbidden: bot was kicked from the supergroup chat"),
        ("restricted", "Bad Request: not enough rights to send text messages to the chat"),
        ("closed topic", "Bad Request: TOPIC_CLOSED"),
        ("deleted topic", "Bad Request: message thread not found"),
    ],
)
async def test_groups_refuse_by_their_state(
    call: Call, sandbox: Sandbox, state: str, description: str
) -> None:
    sandbox.add_group(FORUM, "Forum", forum=True, members={READER: "creator"})
    sandbox.add_topic(FORUM, 3, "News")
    if state != "outside":
        sandbox.add_bot_to(FORUM, by=READER)
    if state == "kicked":
        sandbox.remove_bot_from(FORUM, by=READER)
    elif state == "restricted":
        sandbox.restrict(FORUM)
    elif state == "closed topic":
        sandbox.close_topic(FORUM, 3)
    elif state == "deleted topic":
        sandbox.delete_topic(FORUM, 3)
    answer = await call("sendMessage", chat_id=FORUM, text="x", message_thread_id=3)
    assert answer["description"] == description


async def test_a_channel_takes_posts_from_an_administrator_only(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.add_channel(CHANNEL, "News", members={EDITOR: "creator"}, username="news")
    sandbox.add_bot_to(CHANNEL, by=EDITOR, status="member")
    refused = await call("sendMessage", chat_id="@news", text="x")
    assert refused["description"].startswith("Bad Request: need administrator rights")
    sandbox.add_bot_to(CHANNEL, by=EDITOR)
    sent = await call("sendMessage", chat_id="@news", text="x")
    assert sent["result"]["sender_chat"]["id"] == CHANNEL
    await sandbox.post(CHANNEL, "from a person")
    updates = (await call("getUpdates"))["result"]
    assert updates[-1]["channel_post"]["text"] == "from a person"


async def test_an_edit_changes_the_message_and_the_same_again_is_refused(
    call: Call, sandbox: Sandbox
) -> None:
    sent = (await call("sendMessage", chat_id=READER, text="one"))["result"]["message_id"]
    edit = {"chat_id": READER, "message_id": sent, "text": "<i>two</i>", "parse_mode": "HTML"}
    assert (await call("editMessageText", **edit))["result"]["edit_date"]
    assert sandbox.messages(READER)[-1]["text"] == "two"
    assert (await call("editMessageText", **edit))["description"] == NOT_MODIFIED
    theirs = await sandbox.say(READER, "mine")
    refused = await call("editMessageText", chat_id=READER, message_id=theirs, text="x")
    assert refused["description"] == "Bad Request: message can't be edited"
    missing = await call("editMessageText", chat_id=READER, message_id=999, text="x")
    assert missing["description"] == "Bad Request: message to edit not found"
    assert [row.method for row in sandbox.accept_log] == ["sendMessage", "editMessageText"]


async def test_a_deleted_message_is_gone(call: Call, sandbox: Sandbox) -> None:
    sent = (await call("sendMessage", chat_id=READER, text="one"))["result"]["message_id"]
    assert (await call("deleteMessage", chat_id=READER, message_id=sent))["result"] is True
    assert sandbox.messages(READER) == []
    again = await call("deleteMessage", chat_id=READER, message_id=sent)
    assert again["description"] == "Bad Request: message to delete not found"


async def test_a_tap_brings_the_bots_answer(call: Call, sandbox: Sandbox) -> None:
    import asyncio

    markup = button(callback_data="go")
    sent = await call("sendMessage", chat_id=READER, text="x", reply_markup=markup)
    tap = asyncio.create_task(sandbox.tap(READER, READER, sent["result"]["message_id"], "go"))
    query = (await call("getUpdates", timeout=5))["result"][0]["callback_query"]
    assert query["data"] == "go"
    assert query["message"]["reply_markup"] == markup
    answer = {"callback_query_id": query["id"], "text": "done", "show_alert": True}
    assert (await call("answerCallbackQuery", **answer))["ok"]
    assert await tap == {"text": "done", "show_alert": True}
    late = await call("answerCallbackQuery", **answer)
    assert late["description"].startswith("Bad Request: query is too old")


async def test_every_body_encoding_is_read(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    address = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
    markup = json.dumps(button(callback_data="x"))
    fields = {"chat_id": str(READER), "text": "ї", "reply_markup": markup}
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    for kwargs in ({"data": fields}, {"data": multipart}, {"json": fields}, {"params": fields}):
        async with session.post(address, **kwargs) as answer:
            row = (await answer.json())["result"]
            assert (row["text"], bool(row["reply_markup"])) == ("ї", True)
    async with session.get(address, params=fields) as answer:
        assert (await answer.json())["ok"]
    assert len({row.digest for row in sandbox.accept_log}) == 1


async def test_a_photo_is_stored_and_can_be_fetched(
    sandbox: Sandbox, session: aiohttp.ClientSession, call: Call
) -> None:
    form = aiohttp.FormData({"chat_id": str(READER), "caption": "<b>c</b>", "parse_mode": "HTML"})
    form.add_field("photo", b"\x89PNG bytes", filename="p.png", content_type="image/png")
    async with session.post(f"{sandbox.url}/bot{sandbox.token}/sendPhoto", data=form) as answer:
        row = (await answer.json())["result"]
    assert row["caption_entities"] == [{"offset": 0, "length": 1, "type": "bold"}]
    path = (await call("getFile", file_id=row["photo"][0]["file_id"]))["result"]["file_path"]
    async with session.get(f"{sandbox.url}/file/bot{sandbox.token}/{path}") as answer:
        assert await answer.read() == b"\x89PNG bytes"
    long = await call(
        "sendPhoto", chat_id=READER, photo=row["photo"][0]["file_id"], caption="x" * 1025
    )
    assert long["description"] == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        ("/bot100:wrong/getMe", 401, "Unauthorized"),
        ("/bot100:sandbox/noSuchMethod", 404, "Not Found"),
        ("/elsewhere", 404, "Not Found"),
    ],
)
async def test_a_wrong_address_is_answered_as_telegram_does(
    sandbox: Sandbox, session: aiohttp.ClientSession, path: str, code: int, description: str
) -> None:
    async with session.get(sandbox.url + path) as answer:
        assert answer.status == code
        assert await answer.json() == {"ok": False, "error_code": code, "description": description}


async def test_commands_are_kept_by_scope_and_language(call: Call) -> None:
    english, ukrainian = (
        [{"command": "help", "description": "Help"}],
        [{"command": "help", "description": "Допомога"}],
    )
    await call("setMyCommands", commands=english)
    await call("setMyCommands", commands=json.dumps(ukrainian), language_code="uk")
    scope = {"type": "chat", "chat_id": EDITOR}
    await call("setMyCommands", commands=english * 2, scope=scope)
    assert (await call("getMyCommands"))["result"] == english
    assert (await call("getMyCommands", language_code="uk"))["result"] == ukrainian
    assert len((await call("getMyCommands", scope=scope))["result"]) == 2
    wrong = await call("setMyCommands", commands=[{"command": "Їжа", "description": "x"}])
    assert wrong["description"] == "Bad Request: BOT_COMMAND_INVALID"


async def test_chats_and_members_can_be_asked_for(call: Call, sandbox: Sandbox) -> None:
    sandbox.add_group(FORUM, "Forum", forum=True, members={READER: "creator", EDITOR: "member"})
    sandbox.add_bot_to(FORUM, by=READER)
    assert (await call("getChat", chat_id=FORUM))["result"]["is_forum"] is True
    member = await call("getChatMember", chat_id=FORUM, user_id=EDITOR)
    assert member["result"]["status"] == "member"
    admins = (await call("getChatAdministrators", chat_id=FORUM))["result"]
    assert [row["user"]["id"] for row in admins] == [READER]
    assert (await call("getChatMemberCount", chat_id=FORUM))["result"] == 3
    assert (await call("leaveChat", chat_id=FORUM))["result"] is True


async def test_unknown_parameters_are_ignored(call: Call) -> None:
    assert (await call("sendMessage", chat_id=READER, text="x", no_such="thing"))["ok"]


async def test_a_forwarded_message_says_where_it_came_from(call: Call, sandbox: Sandbox) -> None:
    await sandbox.say(EDITOR, "look", forward_from=READER)
    update = (await call("getUpdates"))["result"][0]
    assert update["message"]["forward_origin"]["sender_user"]["id"] == READER
