"""Everything behind the Bot API: people, chats, messages, files, and who waits for what."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.entities import Entity
from bot.sandbox.faults import Faults
from bot.sandbox.limits import Limits, Windows
from bot.sandbox.message import Message
from bot.sandbox.people import Chat, Person
from bot.sandbox.refusal import TooMany
from bot.sandbox.tape import Accepted, RefusedLog, digest_of
from bot.sandbox.updates import UpdateQueue

MESSAGES_KEPT = 1_000  # per chat; the oldest are forgotten, as no test looks that far back


@dataclass(slots=True)
class StoredFile:
    """The bytes behind a file_id."""

    id: str
    name: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed; ``url`` is empty while the bot polls."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0


@dataclass(slots=True)
class Profile:
    """What a bot says of itself, by language code ('' is everywhere else)."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)


Listener = Callable[[str, int, int], None]


class World:
    """The state of the sandbox. All changes are synchronous, so one request is one step."""

    def __init__(
        self,
        *,
        bot: Person,
        limits: Limits,
        seed: int,
        clock: Callable[[], float] | None,
        open_chats: bool = False,
    ) -> None:
        self.bot = bot
        self.clock = clock or time.monotonic
        self.open_chats = open_chats
        self.people: dict[int, Person] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.messages: dict[int, dict[int, Message]] = {}
        self.updates = UpdateQueue(self.clock)
        self.windows = Windows(limits)
        self.faults = Faults(seed)
        self.accepted: list[Accepted] = []
        self.refused = RefusedLog()
        self.files: dict[str, StoredFile] = {}
        self.webhook = Webhook()
        self.profile = Profile()
        self.callbacks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.listeners: list[Listener] = []
        self._account_id = 0
        self._callback_ids = itertools.count(1)
        self._file_ids = itertools.count(1)

    # people and chats

    def chat(self, chat_id: int) -> Chat | None:
        """A chat by id; in an open world any positive id is someone who has started the bot."""
        found = self.chats.get(chat_id)
        if found is None and self.open_chats and chat_id > 0 and chat_id != self.bot.id:
            found = self.add_person(Person(chat_id, f"Reader {chat_id}"))
            found.bot = "member"
        return found

    def chat_named(self, username: str) -> Chat | None:
        """A group or channel by its public name; people cannot be found this way."""
        wanted = username.lower()
        named = (c for c in self.chats.values() if c.kind != "private" and c.username)
        return next((c for c in named if c.username and c.username.lower() == wanted), None)

    def add_person(self, person: Person) -> Chat:
        """A person and the private chat, in which nothing was said yet."""
        self.people[person.id] = person
        chat = Chat(person.id, "private", person=person)
        self.chats[chat.id] = chat
        return chat

    # messages

    def post(
        self,
        chat: Chat,
        sender: Person | None,
        text: str,
        entities: list[Entity],
        **rest: Any,
    ) -> Message:
        """Put a new message into a chat and tell whoever watches."""
        message = Message(
            self._new_id(chat), chat, int(time.time()), sender, text, entities, **rest
        )
        rows = self.messages.get(chat.id)
        if rows is None:
            rows = self.messages[chat.id] = {}
        rows[message.id] = message
        if len(rows) > MESSAGES_KEPT:
            del rows[next(iter(rows))]
        self.changed("new", chat.id, message.id)
        return message

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """A message that is still there."""
        return self.messages.get(chat_id, {}).get(message_id)

    def remove(self, message: Message) -> None:
        """Delete a message for everyone."""
        self.messages[message.chat.id].pop(message.id, None)
        self.changed("deleted", message.chat.id, message.id)

    def in_chat(self, chat_id: int) -> Iterator[Message]:
        """A chat's messages, oldest first."""
        return iter(list(self.messages.get(chat_id, {}).values()))

    def changed(self, what: str, chat_id: int, message_id: int) -> None:
        """Tell the listeners (tests that wait, open pages)."""
        for listener in self.listeners:
            listener(what, chat_id, message_id)

    def _new_id(self, chat: Chat) -> int:
        if chat.shares_ids:
            self._account_id += 1
            return self._account_id
        chat.last_id += 1
        return chat.last_id

    # the judge

    def pace(self, chat: Chat) -> None:
        """Count one send or edit against the windows; raises TooMany."""
        wait = self.windows.take(chat.id, self.clock())
        if wait:
            raise TooMany(wait)

    def accept(
        self, method: str, params: dict[str, Any], chat_id: int, message_id: int, text: str
    ) -> None:
        """Note what was accepted."""
        self.accepted.append(
            Accepted(
                len(self.accepted) + 1,
                self.clock(),
                time.time(),
                method,
                chat_id,
                message_id,
                text,
                digest_of(params),
                self.updates.last_id,
            )
        )

    # files and taps

    def keep_file(self, name: str, content_type: str, data: bytes) -> StoredFile:
        """Store bytes under a new file_id."""
        stored = StoredFile(f"sandbox-file-{next(self._file_ids)}", name, content_type, data)
        self.files[stored.id] = stored
        return stored

    def new_callback(self) -> tuple[str, asyncio.Future[dict[str, Any]]]:
        """A callback query id, and the future of its answer."""
        callback_id = str(next(self._callback_ids))
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.callbacks[callback_id] = answer
        return callback_id, answer
