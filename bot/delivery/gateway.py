"""Send, edit, delete (edge): a rendered message becomes a Bot API call, and an answer comes back."""

from __future__ import annotations

import html
import re
from typing import Any

from bot.delivery.answer import Answer
from bot.delivery.transport import READ_TIMEOUT, Transport
from bot.rendering.render import Button, Message, Photo

_TAG = re.compile(r"<[^<>]*>")


class Gateway:
    """All that goes out unsolicited goes through here."""

    def __init__(self, transport: Transport, *, timeout: float = READ_TIMEOUT) -> None:
        self._transport = transport
        self.timeout = timeout

    async def send(
        self,
        chat_id: int,
        message: Message,
        *,
        thread_id: int | None = None,
        silent: bool = False,
        reply_to: int | None = None,
        plain: bool = False,
    ) -> Answer:
        """A new message; ``plain`` leaves out what was refused: the markup, and a photo."""
        photo = None if plain else message.photo
        payload = {"chat_id": chat_id} | _shown(message, photo, plain)
        if thread_id is not None:
            payload["message_thread_id"] = thread_id
        if silent:
            payload["disable_notification"] = True
        if reply_to is not None:
            # The reader may have deleted it; what we have to say is said all the same.
            payload["reply_parameters"] = {
                "message_id": reply_to,
                "allow_sending_without_reply": True,
            }
        if photo is None:
            return await self._call("sendMessage", payload)
        if photo.png is not None:
            return await self._call("sendPhoto", payload, files={"photo": photo.png})
        return await self._call("sendPhoto", payload | {"photo": photo.file_id})

    async def edit(
        self, chat_id: int, message_id: int, message: Message, *, plain: bool = False
    ) -> Answer:
        """The message's new text and buttons; a photo stays the one that was sent."""
        photo = None if plain else message.photo
        payload = {"chat_id": chat_id, "message_id": message_id} | _shown(message, photo, plain)
        return await self._call("editMessageCaption" if photo else "editMessageText", payload)

    async def delete(self, chat_id: int, message_id: int) -> Answer:
        """Takes a message back; Telegram allows it for 48 hours."""
        return await self._call("deleteMessage", {"chat_id": chat_id, "message_id": message_id})

    async def _call(
        self, method: str, payload: dict[str, Any], files: dict[str, bytes] | None = None
    ) -> Answer:
        return await self._transport.call(method, payload, files=files, timeout=self.timeout)


def _shown(message: Message, photo: Photo | None, plain: bool) -> dict[str, Any]:
    text = html.unescape(_TAG.sub("", message.text)) if plain else message.text
    shown: dict[str, Any] = {"caption": text} if photo else {"text": text}
    if photo is None:
        shown["link_preview_options"] = {"is_disabled": True}
    if not plain:
        shown["parse_mode"] = "HTML"
    if message.buttons:
        rows = [[_button(button) for button in row] for row in message.buttons]
        shown["reply_markup"] = {"inline_keyboard": rows}
    return shown


def _button(button: Button) -> dict[str, str]:
    if button.url is not None:
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.data or ""}
