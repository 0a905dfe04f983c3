"""Send, edit, delete (edge): a rendered message becomes a Bot API call, and an answer comes back."""

from __future__ import annotations

import hashlib
import html
import re
from collections import OrderedDict
from typing import Any

from bot.delivery.answer import Answer
from bot.delivery.transport import READ_TIMEOUT, Transport
from bot.rendering.render import Button, Message, Photo

PICTURES = 1_000
"""Pictures whose ids are remembered: 150 bytes each."""

_TAG = re.compile(r"<[^<>]*>")


class Gateway:
    """All that goes out unsolicited goes through here."""

    def __init__(self, transport: Transport, *, timeout: float = READ_TIMEOUT) -> None:
        self._transport = transport
        self._uploaded: OrderedDict[bytes, str] = OrderedDict()
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
        photo = None if plain or (message.photo and message.photo.covers) else message.photo
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
        if known := self._known(photo):
            return await self._call("sendPhoto", payload | {"photo": known})
        answer = await self._call("sendPhoto", payload, files={"photo": photo.png or b""})
        self._remember(photo, answer)
        return answer

    async def edit(
        self, chat_id: int, message_id: int, message: Message, *, plain: bool = False
    ) -> Answer:
        """The message's new text and buttons; a photo that somebody sent us stays unless it has changed, a
        picture of our own is drawn anew. Telegram turns a text into a photo so, never a photo into a text.
        """
        photo = None if plain else message.photo
        payload = {"chat_id": chat_id, "message_id": message_id} | _shown(message, photo, plain)
        if photo is None or not (photo.png or photo.changed):
            return await self._call("editMessageCaption" if photo else "editMessageText", payload)
        known = self._known(photo)
        media = {"type": "photo", "media": known or "attach://picture"}
        media |= {name: payload.pop(name) for name in ("caption", "parse_mode") if name in payload}
        files = None if known else {"picture": photo.png or b""}
        answer = await self._call("editMessageMedia", payload | {"media": media}, files=files)
        self._remember(photo, answer)
        return answer

    async def delete(self, chat_id: int, message_id: int) -> Answer:
        """Takes a message back; Telegram allows it for 48 hours."""
        return await self._call("deleteMessage", {"chat_id": chat_id, "message_id": message_id})

    def _known(self, photo: Photo) -> str | None:
        """Telegram's id of a picture, once it has it: thousands of readers get it, one upload is enough."""
        return photo.file_id or self._uploaded.get(_print(photo))

    def _remember(self, photo: Photo, answer: Answer) -> None:
        if answer.photo_id:
            self._uploaded[_print(photo)] = answer.photo_id
            if len(self._uploaded) > PICTURES:
                self._uploaded.popitem(last=False)

    async def _call(
        self, method: str, payload: dict[str, Any], files: dict[str, bytes] | None = None
    ) -> Answer:
        return await self._transport.call(method, payload, files=files, timeout=self.timeout)


def _print(photo: Photo) -> bytes:
    return hashlib.sha256(photo.png or b"").digest()


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
