"""Noun: a message in a chat, from either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.entities import Entity
from bot.sandbox.people import Chat, Person


@dataclass(slots=True)
class Message:
    """One message. ``sender`` is None for a channel's own posts; ``media`` holds a photo, a document
    or a location under its Bot API name, whose caption then is ``text``."""

    id: int
    chat: Chat
    date: int
    sender: Person | None
    text: str
    entities: list[Entity]
    markup: dict[str, Any] | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
    media: dict[str, Any] | None = None
    origin: dict[str, Any] | None = None
    preview: dict[str, Any] | None = None
    edited: int | None = None
    by_bot: bool = False
    silent: bool = False
    protected: bool = False

    def as_json(self, *, deep: bool = True) -> dict[str, Any]:
        """A Bot API Message. ``deep`` includes the message it answers, one level as Telegram does."""
        row: dict[str, Any] = {"message_id": self.id}
        if self.sender is not None:
            row["from"] = self.sender.as_user()
        else:
            row["sender_chat"] = self.chat.as_chat()
        row["chat"] = self.chat.as_chat()
        row["date"] = self.date
        if self.thread_id is not None:
            row["message_thread_id"] = self.thread_id
            row["is_topic_message"] = True
        if self.origin is not None:
            row["forward_origin"] = self.origin
        if deep and self.reply_to is not None:
            row["reply_to_message"] = self.reply_to.as_json(deep=False)
        if self.edited is not None:
            row["edit_date"] = self.edited
        self._put_content(row)
        return row

    def _put_content(self, row: dict[str, Any]) -> None:
        if self.protected:
            row["has_protected_content"] = True
        if self.media is None:
            row["text"] = self.text
            if self.entities:
                row["entities"] = self.entities
        else:
            row |= self.media
            if self.text:
                row["caption"] = self.text
            if self.entities:
                row["caption_entities"] = self.entities
        if self.preview is not None:
            row["link_preview_options"] = self.preview
        if self.markup is not None:
            row["reply_markup"] = self.markup
