"""Every Bot API method that the sandbox answers, by its name in small letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox import editing, profile, rooms, sending
from bot.sandbox.params import Params, bool_of, int_of, json_of, text_of
from bot.sandbox.refusal import BadRequest, Conflict
from bot.sandbox.world import Webhook, World

POLL_MOST = 50  # seconds
UPDATES_MOST = 100
ANSWER_MOST = 200
_LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")
_SECRET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")

Method = Callable[[World, Params], Any]


async def get_updates(world: World, params: Params) -> list[dict[str, Any]]:
    """getUpdates, the one method that waits."""
    if world.webhook.url:
        raise Conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
            "webhook first"
        )
    _allow(world, params)
    limit = min(max(int_of(params, "limit", UPDATES_MOST), 1), UPDATES_MOST)
    timeout = min(max(int_of(params, "timeout"), 0), POLL_MOST)
    return await world.updates.poll(int_of(params, "offset"), limit, timeout)


def set_webhook(world: World, params: Params) -> bool:
    """setWebhook. Plain http is taken on loopback only, as a local Bot API server does."""
    url = text_of(params, "url")
    if url and not url.startswith(("https://", *_LOOPBACK)):
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    secret = text_of(params, "secret_token")
    if len(secret) > 256 or not set(secret) <= _SECRET:
        raise BadRequest("secret token contains unallowed characters")
    _allow(world, params)
    if bool_of(params, "drop_pending_updates"):
        world.updates.clear()
    most = min(max(int_of(params, "max_connections", 40), 1), 100)
    world.webhook = Webhook(url, secret, most)
    world.updates.wake()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """deleteWebhook."""
    if bool_of(params, "drop_pending_updates"):
        world.updates.clear()
    world.webhook = Webhook()
    world.updates.wake()
    return True


def get_webhook_info(world: World, _params: Params) -> dict[str, Any]:
    """getWebhookInfo."""
    hook = world.webhook
    row: dict[str, Any] = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if hook.url:
        row["max_connections"] = hook.max_connections
    if hook.last_error:
        row |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if world.updates.allowed:
        row["allowed_updates"] = sorted(world.updates.allowed)
    return row


def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery. Free of the pace; each query is answered once."""
    text = text_of(params, "text")
    if len(text) > ANSWER_MOST:
        raise BadRequest("MESSAGE_TOO_LONG")
    waiting = world.callbacks.pop(text_of(params, "callback_query_id"), None)
    if waiting is None or waiting.done():
        raise BadRequest("query is too old and response timeout expired or query ID is invalid")
    answer: dict[str, Any] = {"text": text, "show_alert": bool_of(params, "show_alert")}
    if url := text_of(params, "url"):
        answer["url"] = url
    waiting.set_result(answer)
    return True


def get_file(world: World, params: Params) -> dict[str, Any]:
    """getFile; the bytes are then at ``/file/bot<token>/<file_path>``."""
    stored = world.files.get(text_of(params, "file_id"))
    if stored is None:
        raise BadRequest("wrong file_id or the file is temporarily unavailable")
    return {
        "file_id": stored.id,
        "file_unique_id": stored.id.replace("file", "unique"),
        "file_size": len(stored.data),
        "file_path": f"files/{stored.id}",
    }


def _yes(_world: World, _params: Params) -> bool:
    """logOut and close: nothing to do here."""
    return True


def _allow(world: World, params: Params) -> None:
    if "allowed_updates" not in params:
        return
    kinds = json_of(params, "allowed_updates", "allowed updates")
    world.updates.allow([str(kind) for kind in kinds] if isinstance(kinds, list) else [])


def chat_id_of(params: Params) -> int | None:
    """The numeric chat of a request, for faults and the log of refusals."""
    value = params.get("chat_id")
    if isinstance(value, int):
        return value
    return int_of(params, "chat_id") or None if value else None


NAMES = (
    "getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo", "sendMessage",
    "sendPhoto", "sendDocument", "editMessageText", "editMessageCaption", "editMessageMedia",
    "editMessageReplyMarkup",
    "deleteMessage", "deleteMessages", "answerCallbackQuery", "setMyCommands", "getMyCommands",
    "deleteMyCommands", "setMyName", "getMyName", "setMyDescription", "getMyDescription",
    "setMyShortDescription", "getMyShortDescription", "getChat", "getChatMember",
    "getChatAdministrators", "getChatMemberCount", "leaveChat", "sendChatAction", "getFile",
    "forwardMessage", "copyMessage", "logOut", "close",
)  # fmt: skip

METHODS: dict[str, Method] = {
    "getme": profile.get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "forwardmessage": sending.forward_message,
    "copymessage": sending.copy_message,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagemedia": editing.edit_message_media,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "answercallbackquery": answer_callback_query,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": profile.set_my_name,
    "getmyname": profile.get_my_name,
    "setmydescription": profile.set_my_description,
    "getmydescription": profile.get_my_description,
    "setmyshortdescription": profile.set_my_short_description,
    "getmyshortdescription": profile.get_my_short_description,
    "getchat": rooms.get_chat,
    "getchatmember": rooms.get_chat_member,
    "getchatadministrators": rooms.get_chat_administrators,
    "getchatmembercount": rooms.get_chat_member_count,
    "leavechat": rooms.leave_chat,
    "getfile": get_file,
    "logout": _yes,
    "close": _yes,
}
