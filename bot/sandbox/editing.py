"""Methods that change or remove a message."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox.access import chat_of, check_entry, check_writing
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
from bot.sandbox.params import Params, int_of, json_of
from bot.sandbox.people import Chat
from bot.sandbox.refusal import BadRequest
from bot.sandbox.sending import photo_of
from bot.sandbox.world import World

DELETABLE_SECONDS = 48 * 3600
DELETED_AT_ONCE = 100
_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(world: World, params: Params) -> dict[str, Any]:
    """editMessageText."""
    content = text_content(params)
    markup = markup_of(params)
    message = _own(world, params, "edit")
    check_length(content[0], TEXT_MOST)
    if message.media is not None:
        raise BadRequest("there is no text in the message to edit")
    return _edit(world, "editMessageText", params, message, content, markup)


def edit_message_caption(world: World, params: Params) -> dict[str, Any]:
    """editMessageCaption."""
    content = caption_content(params)
    markup = markup_of(params)
    message = _own(world, params, "edit")
    check_length(content[0], CAPTION_MOST)
    if message.media is None:
        raise BadRequest("there is no caption in the message to edit")
    return _edit(world, "editMessageCaption", params, message, content, markup)


def edit_message_media(world: World, params: Params) -> dict[str, Any]:
    """editMessageMedia, for photos. A text becomes a photo by it; no method makes a text of a photo."""
    asked = json_of(params, "media", "input media")
    if not isinstance(asked, dict) or asked.get("type") != "photo":
        raise BadRequest("can't parse input media: only photos are known here")
    content = caption_content(asked)
    markup = markup_of(params)
    message = _own(world, params, "edit")
    check_length(content[0], CAPTION_MOST)
    check_writing(message.chat, "photos")
    media = photo_of(world, {**params, "photo": asked.get("media")})
    is_same, message.media = message.media == media, media
    return _edit(world, "editMessageMedia", params, message, content, markup, same_media=is_same)


def edit_message_reply_markup(world: World, params: Params) -> dict[str, Any]:
    """editMessageReplyMarkup."""
    markup = markup_of(params)
    message = _own(world, params, "edit")
    content = (message.text, message.entities)
    return _edit(world, "editMessageReplyMarkup", params, message, content, markup)


def delete_message(world: World, params: Params) -> bool:
    """deleteMessage."""
    chat = chat_of(world, params)
    check_entry(chat)
    message = world.message(chat.id, _identifier(params))
    if message is None:
        raise BadRequest("message to delete not found")
    if not _deletable(message):
        raise BadRequest("message can't be deleted")
    _delete(world, "deleteMessage", params, message)
    return True


def delete_messages(world: World, params: Params) -> bool:
    """deleteMessages: those that cannot be deleted are skipped without a word."""
    ids = json_of(params, "message_ids", "message identifiers")
    if not isinstance(ids, list) or not ids:
        raise BadRequest("message identifiers are not specified")
    if len(ids) > DELETED_AT_ONCE:
        raise BadRequest("too many message identifiers specified")
    chat = chat_of(world, params)
    check_entry(chat)
    for message_id in ids:
        message = world.message(chat.id, int_of({"id": message_id}, "id"))
        if message is not None and _deletable(message):
            _delete(world, "deleteMessages", params, message)
    return True


def _edit(
    world: World,
    method: str,
    params: Params,
    message: Message,
    content: Content,
    markup: dict[str, Any] | None,
    *,
    same_media: bool = True,
) -> dict[str, Any]:
    if same_media and (message.text, message.entities, message.markup) == (*content, markup):
        raise BadRequest(_UNCHANGED)
    check_payload(content[1])
    message.text, message.entities = content
    message.markup = markup
    message.edited = int(time.time())
    preview = json_of(params, "link_preview_options", "link preview options")
    if isinstance(preview, dict):
        message.preview = preview
    world.accept(method, params, message.chat.id, message.id, message.text)
    world.changed("edited", message.chat.id, message.id)
    return message.as_json()


def _own(world: World, params: Params, verb: str) -> Message:
    """The bot's own message that a request names; the attempt counts against the pace."""
    chat = chat_of(world, params)
    message_id = _identifier(params)
    world.pace(chat)
    check_entry(chat)
    message = world.message(chat.id, message_id)
    if message is None:
        raise BadRequest(f"message to {verb} not found")
    if not message.by_bot or message.origin is not None or _has_keyboard(message):
        raise BadRequest("message can't be edited")
    return message


def _has_keyboard(message: Message) -> bool:
    return message.markup is not None and "inline_keyboard" not in message.markup


def _identifier(params: Params) -> int:
    message_id = int_of(params, "message_id")
    if message_id <= 0:
        raise BadRequest("message identifier is not specified")
    return message_id


def _deletable(message: Message) -> bool:
    chat: Chat = message.chat
    young = time.time() - message.date < DELETABLE_SECONDS
    if chat.kind in ("private", "group"):
        return young and (chat.kind == "private" or message.by_bot or _may_delete(chat))
    return message.by_bot or _may_delete(chat)


def _may_delete(chat: Chat) -> bool:
    return chat.bot == "administrator" and chat.bot_rights.get("can_delete_messages", False)


def _delete(world: World, method: str, params: Params, message: Message) -> None:
    world.remove(message)
    world.accept(method, params, message.chat.id, message.id, "")
