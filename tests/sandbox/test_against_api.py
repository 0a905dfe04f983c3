"""Every parameter that the sandbox reads and every field it answers is one that Telegram documents."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, cast

import pytest

import bot.sandbox
from bot.delivery.answer import Answer
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.rendering.render import Button, Message, Photo
from bot.sandbox import Sandbox
from bot.sandbox.methods import METHODS, NAMES
from tests.sandbox.conftest import EDITOR, READER, Call

FOLDER = Path(bot.sandbox.__file__).parent
READERS = {"text_of", "int_of", "bool_of", "json_of"}
# Read from inside parameters, or older spellings that Telegram still takes.
INNER = {
    "id", "command", "description", "allow_sending_without_reply", "reply_to_message_id", "type",
}  # fmt: skip


@pytest.fixture(scope="module")
def api(shared: Path) -> dict[str, Any]:
    """The Bot API, machine-readable."""
    path = shared / "telegram" / "api.json"
    if not path.is_file():
        pytest.skip("no api.json")
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


@pytest.mark.shared
def test_every_method_is_telegrams(api: dict[str, Any]) -> None:
    assert set(NAMES) <= set(api["methods"])
    assert {name.lower() for name in NAMES} == {*METHODS, "getupdates"}


@pytest.mark.shared
def test_every_parameter_read_is_telegrams(api: dict[str, Any]) -> None:
    known = {f["name"] for m in NAMES for f in api["methods"][m].get("fields", ())}
    read = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.args[1] if len(node.args) > 1 else None
                if node.func.id in READERS and isinstance(name, ast.Constant):
                    read.add(name.value)
    assert len(read) > 30
    assert read - INNER <= known


def check(api: dict[str, Any], kind: str, row: dict[str, Any]) -> None:
    """Every field of ``row`` belongs to its type, and none that is required is missing."""
    fields = {field["name"]: field for field in api["types"][kind].get("fields", ())}
    assert set(row) <= set(fields), (kind, set(row) - set(fields))
    for name, field in fields.items():
        if field["required"]:
            assert name in row, (kind, name)
        if name in row:
            check_value(api, field["types"], row[name])


def fits_type(kind: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a row has only fields of this type, and all that it requires."""
    fields = kind.get("fields", ())
    needed = {field["name"] for field in fields if field["required"]}
    return needed <= set(row) <= {field["name"] for field in fields}


def check_value(api: dict[str, Any], types: list[str], value: Any) -> None:
    """Follow a value into its own type."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            named = types[0].removeprefix("Array of ").removeprefix("Array of ")
            kinds = api["types"][named].get("subtypes") or [named]
            fits = [kind for kind in kinds if fits_type(api["types"][kind], item)]
            assert fits, (kinds, item)
            check(api, fits[0], item)


@pytest.mark.shared
async def test_every_field_answered_is_telegrams(
    api: dict[str, Any], call: Call, sandbox: Sandbox
) -> None:
    group, forum, channel = -600, -1001000000000003, -1001000000000004
    sandbox.add_group(group, "Group", members={READER: "creator"})
    sandbox.add_group(forum, "Forum", forum=True, members={READER: "creator"})
    sandbox.add_channel(channel, "Channel", members={EDITOR: "creator"})
    for chat_id in (group, forum, channel):
        sandbox.add_bot_to(chat_id, by=READER)
    html = '<b>x</b><a href="https://e.com">y</a><tg-time unix="5" format="r">z</tg-time>'
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b", "style": "danger"}]]}
    first = await call(
        "sendMessage", chat_id=READER, text=html, parse_mode="HTML", reply_markup=markup
    )
    sent = first["result"]
    check(api, "Message", sent)
    reply = {"message_id": sent["message_id"]}
    answer = await call("sendMessage", chat_id=READER, text="r", reply_parameters=reply)
    check(api, "Message", answer["result"])
    await sandbox.send_photo(READER, "caption")
    kept = {"type": "photo", "media": next(iter(sandbox.world.files)), "caption": "c"}
    edited = await call("editMessageMedia", chat_id=READER, media=kept, **reply)
    check(api, "Message", edited["result"])
    forwarded = {"chat_id": channel, "from_chat_id": READER, "message_id": sent["message_id"]}
    check(api, "Message", (await call("forwardMessage", **forwarded))["result"])
    check(api, "User", (await call("getMe"))["result"])
    check(api, "WebhookInfo", (await call("getWebhookInfo"))["result"])
    for chat_id in (READER, group, forum, channel):
        check(api, "ChatFullInfo", (await call("getChat", chat_id=chat_id))["result"])
    member = await call("getChatMember", chat_id=channel, user_id=sandbox.bot_id)
    check(api, "ChatMemberAdministrator", member["result"])
    await sandbox.say(READER, "/start")
    await sandbox.share_location(READER, 50.45, 30.52)
    await sandbox.send_photo(READER, "caption")
    await sandbox.forward(READER, READER, sent["message_id"])
    await sandbox.post(channel, "post")
    await sandbox.tap(READER, READER, sent["message_id"], "b", timeout=0)
    sandbox.block(READER)
    sandbox.migrate(group, -1001000000000005)
    updates = (await call("getUpdates"))["result"]
    assert len(updates) >= 11
    for update in updates:
        check(api, "Update", update)


@pytest.mark.shared
async def test_every_edit_of_a_photo_we_ask_for_is_telegrams(
    api: dict[str, Any],
) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []

    class Wire:
        async def call(self, method: str, payload: dict[str, Any], **_: Any) -> Answer:
            sent.append((method, payload))
            return Answer(200)

    gateway = Gateway(cast(Transport, Wire()))
    buttons = ((Button("More", data="more"),),)
    for photo in (Photo(file_id="a"), Photo(file_id="a", changed=True), Photo(png=b"x")):
        await gateway.edit(1, 2, Message("<b>c</b>", buttons, photo))
    methods = [method for method, _ in sent]
    assert methods == ["editMessageCaption", "editMessageMedia", "editMessageMedia"]
    for method, payload in sent:
        known = {field["name"] for field in api["methods"][method]["fields"]}
        assert set(payload) <= known
        if "media" in payload:
            check(api, "InputMediaPhoto", payload["media"])
