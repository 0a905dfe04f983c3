"""Rule: may the bot reach this chat now, and if not, in Telegram's words why."""

from __future__ import annotations

import re

from bot.sandbox.message import Message
from bot.sandbox.params import Params, bool_of, int_of, json_of, text_of
from bot.sandbox.people import Chat
from bot.sandbox.refusal import BadRequest, Forbidden
from bot.sandbox.world import World


def chat_of(world: World, params: Params) -> Chat:
    """The chat that a request names. Raises BadRequest where there is none."""
    raw = params.get("chat_id")
    if raw.__class__ is int:
        chat = world.chat(raw)
    else:
        name = text_of(params, "chat_id")
        if not name:
            raise BadRequest("chat_id is empty")
        if name.startswith("@"):
            chat = world.chat_named(name[1:])
        else:
            chat = world.chat(int(name)) if re.fullmatch(r"-?[0-9]{1,18}", name) else None
    if chat is None:
        raise BadRequest("chat not found")
    if chat.migrated_to is not None:
        raise BadRequest(
            "group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def check_entry(chat: Chat) -> None:
    """Raise Forbidden where the bot is not let into the chat."""
    if chat.person is not None and chat.person.deactivated:
        raise Forbidden("user is deactivated")
    if chat.bot in ("member", "administrator", "creator"):
        return
    if chat.person is not None:
        raise Forbidden(
            "bot was blocked by the user"
            if chat.bot == "kicked"
            else "bot can't initiate conversation with a user"
        )
    kind = chat.kind if chat.kind != "private" else "private"
    if chat.bot == "kicked":
        raise Forbidden(f"bot was kicked from the {kind} chat")
    raise Forbidden(f"bot is not a member of the {kind} chat")


def check_writing(chat: Chat, what: str = "text messages") -> None:
    """Raise where the bot is in the chat but may not send ``what`` there."""
    if chat.kind == "channel" and chat.bot != "administrator":
        raise BadRequest("need administrator rights in the channel chat")
    if not chat.writable or (what == "photos" and not chat.takes_photos):
        raise BadRequest(f"not enough rights to send {what} to the chat")


def thread_of(chat: Chat, params: Params) -> int | None:
    """The forum topic that a request names, or None for the general one."""
    thread_id = int_of(params, "message_thread_id")
    if not thread_id:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise BadRequest("message thread not found")
    if topic.closed and not chat.bot_rights.get("can_manage_topics"):
        raise BadRequest("TOPIC_CLOSED")
    return thread_id


def answered(world: World, chat: Chat, params: Params) -> Message | None:
    """The message that a request replies to."""
    raw = json_of(params, "reply_parameters", "reply parameters")
    if raw is None:
        raw = {
            "message_id": int_of(params, "reply_to_message_id"),
            "allow_sending_without_reply": bool_of(params, "allow_sending_without_reply"),
        }
    if not isinstance(raw, dict):
        raise BadRequest("object expected as reply parameters")
    message_id = int_of(raw, "message_id")
    if not message_id:
        return None
    found = world.message(int_of(raw, "chat_id", chat.id), message_id)
    if found is None and not bool_of(raw, "allow_sending_without_reply"):
        raise BadRequest("message to be replied not found")
    return found
