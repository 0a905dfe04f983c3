"""Nouns: people and chats, as Telegram would show them to the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SUPERGROUP_BELOW = -1_000_000_000_000  # ids under this are supergroups and channels

ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip


@dataclass(slots=True)
class Person:
    """Someone who can write to the bot, or the bot itself."""

    id: int
    name: str
    username: str | None = None
    language: str | None = None
    is_bot: bool = False
    deactivated: bool = False

    def as_user(self) -> dict[str, Any]:
        """A Bot API User."""
        user: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            user["username"] = self.username
        if self.language:
            user["language_code"] = self.language
        return user


@dataclass(slots=True)
class Topic:
    """A thread of a forum."""

    id: int
    name: str
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A chat and the bot's standing in it.

    ``bot`` is the bot's member status; in a private chat ``member`` (may write), ``kicked``
    (blocked) or ``left`` (never started). ``writable`` is whether the bot may send where it is in,
    ``takes_photos`` whether photos too.
    """

    id: int
    kind: str
    title: str = ""
    username: str | None = None
    person: Person | None = None
    is_forum: bool = False
    bot: str = "left"
    bot_rights: dict[str, bool] = field(default_factory=dict)
    writable: bool = True
    takes_photos: bool = True
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    migrated_to: int | None = None
    last_id: int = 0

    @property
    def shares_ids(self) -> bool:
        """Private chats and basic groups number their messages from one counter of the account."""
        return self.kind in ("private", "group")

    def as_chat(self) -> dict[str, Any]:
        """A Bot API Chat."""
        chat: dict[str, Any] = {"id": self.id, "type": self.kind}
        if self.person is not None:
            chat["first_name"] = self.person.name
        else:
            chat["title"] = self.title
        username = self.person.username if self.person else self.username
        if username:
            chat["username"] = username
        if self.is_forum:
            chat["is_forum"] = True
        return chat


def member(person: Person, status: str, rights: dict[str, bool] | None = None) -> dict[str, Any]:
    """A Bot API ChatMember of the given status."""
    row: dict[str, Any] = {"user": person.as_user(), "status": status}
    if status == "creator":
        row["is_anonymous"] = False
    elif status == "administrator":
        row |= {"can_be_edited": False, "is_anonymous": False}
        row |= dict.fromkeys(ADMIN_RIGHTS, False) | {"can_manage_chat": True} | (rights or {})
    elif status == "kicked":
        row["until_date"] = 0
    return row
