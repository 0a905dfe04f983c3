"""Methods that put a message into a chat."""

from __future__ import annotations

import struct
from typing import Any

from bot.sandbox.access import answered, chat_of, check_entry, check_writing, thread_of
from bot.sandbox.content import (
    CAPTION_MOST,
    TEXT_MOST,
    Content,
    caption_content,
    check_length,
    check_payload,
    text_content,
)
from bot.sandbox.markup import markup_of
from bot.sandbox.message import Message
from bot.sandbox.params import Params, Upload, bool_of, int_of, json_of, text_of
from bot.sandbox.people import Chat
from bot.sandbox.refusal import BadRequest
from bot.sandbox.world import StoredFile, World

ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note",
        "upload_video_note",
    }
)  # fmt: skip


def send_message(world: World, params: Params) -> dict[str, Any]:
    """sendMessage."""
    content = text_content(params)
    markup = markup_of(params)
    preview = json_of(params, "link_preview_options", "link preview options")
    chat = chat_of(world, params)
    check_length(content[0], TEXT_MOST)
    extra = {"preview": preview} if isinstance(preview, dict) else {}
    return _send(world, "sendMessage", params, chat, content, markup, extra).as_json()


def send_photo(world: World, params: Params) -> dict[str, Any]:
    """sendPhoto."""
    return _send_media(world, "sendPhoto", params, photo_of(world, params), "photos")


def photo_of(world: World, params: Params, name: str = "photo") -> dict[str, Any]:
    """The photo that a request carries or names, as a message's media."""
    stored = _file(world, params, name)
    width, height = _picture_size(stored.data)
    return {"photo": [{**_file_json(stored), "width": width, "height": height}]}


def send_document(world: World, params: Params) -> dict[str, Any]:
    """sendDocument."""
    stored = _file(world, params, "document")
    row = {**_file_json(stored), "file_name": stored.name, "mime_type": stored.content_type}
    return _send_media(world, "sendDocument", params, {"document": row}, "documents")


def forward_message(world: World, params: Params) -> dict[str, Any]:
    """forwardMessage."""
    source = _source(world, params, "forward")
    chat = chat_of(world, params)
    extra = {"origin": origin_of(source), "media": source.media}
    content = (source.text, source.entities)
    return _send(world, "forwardMessage", params, chat, content, None, extra).as_json()


def copy_message(world: World, params: Params) -> dict[str, Any]:
    """copyMessage."""
    source = _source(world, params, "copy")
    chat = chat_of(world, params)
    content: Content = (source.text, source.entities)
    if "caption" in params and source.media is not None:
        content = caption_content(params)
        check_length(content[0], CAPTION_MOST)
    extra = {"media": source.media}
    sent = _send(world, "copyMessage", params, chat, content, markup_of(params), extra)
    return {"message_id": sent.id}


def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction. Not paced: it leaves nothing behind."""
    action = text_of(params, "action")
    chat = chat_of(world, params)
    if action not in ACTIONS:
        raise BadRequest("wrong parameter action in request")
    check_entry(chat)
    world.changed(f"action:{action}", chat.id, 0)
    return True


def origin_of(message: Message) -> dict[str, Any]:
    """Where a forwarded message came from, as a Bot API MessageOrigin."""
    if message.origin is not None:
        return message.origin
    if message.sender is not None:
        return {"type": "user", "date": message.date, "sender_user": message.sender.as_user()}
    return {
        "type": "channel",
        "date": message.date,
        "chat": message.chat.as_chat(),
        "message_id": message.id,
    }


def _send_media(
    world: World, method: str, params: Params, media: dict[str, Any], what: str
) -> dict[str, Any]:
    content = caption_content(params)
    markup = markup_of(params)
    chat = chat_of(world, params)
    check_length(content[0], CAPTION_MOST)
    return _send(world, method, params, chat, content, markup, {"media": media}, what).as_json()


def _send(
    world: World,
    method: str,
    params: Params,
    chat: Chat,
    content: Content,
    markup: dict[str, Any] | None,
    extra: dict[str, Any],
    what: str = "text messages",
) -> Message:
    # Telegram's servers see the request only now, so only now does it count against the pace.
    world.pace(chat)
    check_entry(chat)
    check_writing(chat, what)
    check_payload(content[1])
    message = world.post(
        chat,
        world.bot if chat.kind != "channel" else None,
        content[0],
        content[1],
        by_bot=True,
        markup=markup,
        thread_id=thread_of(chat, params),
        reply_to=answered(world, chat, params),
        silent=bool_of(params, "disable_notification"),
        protected=bool_of(params, "protect_content"),
        **extra,
    )
    world.accept(method, params, chat.id, message.id, content[0])
    return message


def _source(world: World, params: Params, verb: str) -> Message:
    named = {"chat_id": params.get("from_chat_id")}
    chat = chat_of(world, named)
    found = world.message(chat.id, int_of(params, "message_id"))
    if found is None:
        raise BadRequest(f"message to {verb} not found")
    if found.protected:
        raise BadRequest(f"message can't be {'forwarded' if verb == 'forward' else 'copied'}")
    return found


def _file(world: World, params: Params, name: str) -> StoredFile:
    value = params.get(name)
    if isinstance(value, str) and value.startswith("attach://"):
        value = params.get(value.removeprefix("attach://"))
    if isinstance(value, Upload):
        if not value.data:
            raise BadRequest("file must be non-empty")
        return world.keep_file(value.name, value.content_type, value.data)
    if not value:
        raise BadRequest(f"there is no {name} in the request")
    stored = world.files.get(str(value))
    if stored is None:
        raise BadRequest("wrong remote file identifier specified: Wrong string length")
    return stored


def _file_json(stored: StoredFile) -> dict[str, Any]:
    return {
        "file_id": stored.id,
        "file_unique_id": stored.id.replace("file", "unique"),
        "file_size": len(stored.data),
    }


def _picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG, which is all the tests send; other pictures count as a square."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    return 512, 512
