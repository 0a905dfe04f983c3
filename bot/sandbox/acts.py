"""What people do: each act changes the world and queues the update that Telegram would send."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox.content import plain_content
from bot.sandbox.entities import Entity
from bot.sandbox.message import Message
from bot.sandbox.people import Chat, Person, member
from bot.sandbox.sending import origin_of
from bot.sandbox.world import World


class NoSuchThing(LookupError):
    """A test or the page named a person, chat or message that the sandbox does not know."""


def person_of(world: World, user_id: int) -> Person:
    """A known person; in an open world anyone."""
    if user_id not in world.people and world.chat(user_id) is None:
        raise NoSuchThing(f"no person {user_id}")
    return world.people[user_id]


def chat_by_id(world: World, chat_id: int) -> Chat:
    """A known chat, followed to where it moved."""
    chat = world.chat(chat_id)
    if chat is None:
        raise NoSuchThing(f"no chat {chat_id}")
    return chat_by_id(world, chat.migrated_to) if chat.migrated_to is not None else chat


def message_by_id(world: World, chat_id: int, message_id: int) -> Message:
    """A message that is still there."""
    found = world.message(chat_id, message_id)
    if found is None:
        raise NoSuchThing(f"no message {message_id} in chat {chat_id}")
    return found


def write(
    world: World,
    user_id: int,
    chat_id: int | None,
    text: str,
    *,
    thread_id: int | None = None,
    reply_to: int | None = None,
    media: dict[str, Any] | None = None,
    origin: dict[str, Any] | None = None,
    content: tuple[str, list[Entity]] | None = None,
) -> int:
    """A person's message of any kind; returns its id. Writing to the bot starts and unblocks it."""
    person = person_of(world, user_id)
    chat = chat_by_id(world, user_id if chat_id is None else chat_id)
    if chat.kind == "private":
        open_private(world, chat)
    text, entities = content or plain_content(text)
    answered = message_by_id(world, chat.id, reply_to) if reply_to else None
    message = world.post(
        chat,
        person,
        text,
        entities,
        thread_id=thread_id,
        reply_to=answered,
        media=media,
        origin=origin,
    )
    if chat.bot in ("member", "administrator"):
        world.updates.push("message", message.as_json())
    return message.id


def post(world: World, channel_id: int, text: str) -> int:
    """A channel's new post, which the bot sees where it is an administrator."""
    chat = chat_by_id(world, channel_id)
    message = world.post(chat, None, *plain_content(text))
    if chat.bot == "administrator":
        world.updates.push("channel_post", message.as_json())
    return message.id


def forward(world: World, user_id: int, chat_id: int, message_id: int, to: int | None) -> int:
    """A person forwards a message that they can see, to the bot or to another chat."""
    source = message_by_id(world, chat_id, message_id)
    content = (source.text, source.entities)
    origin, media = origin_of(source), source.media
    return write(world, user_id, to, "", origin=origin, media=media, content=content)


def edit(world: World, chat_id: int, message_id: int, text: str) -> None:
    """A person edits their own message, or a channel its post."""
    message = message_by_id(world, chat_id, message_id)
    message.text, message.entities = plain_content(text)
    message.edited = int(time.time())
    world.changed("edited", chat_id, message_id)
    kind = "edited_channel_post" if message.chat.kind == "channel" else "edited_message"
    world.updates.push(kind, message.as_json())


def tap(world: World, user_id: int, chat_id: int, message_id: int, data: str) -> str:
    """A person taps a button; returns the callback query's id. Any ``data`` goes through, as from a
    hostile client."""
    person = person_of(world, user_id)
    message = message_by_id(world, chat_id, message_id)
    callback_id, _ = world.new_callback()
    query = {
        "id": callback_id,
        "from": person.as_user(),
        "message": message.as_json(),
        "chat_instance": str(chat_id),
        "data": data,
    }
    world.updates.push("callback_query", query)
    return callback_id


def open_private(world: World, chat: Chat) -> None:
    """The first message to a bot starts it; one to a blocked bot unblocks it first."""
    if chat.bot == "kicked":
        set_standing(world, chat, "member", by=chat.id)
    chat.bot = "member"


def set_standing(
    world: World, chat: Chat, status: str, *, by: int, rights: dict[str, bool] | None = None
) -> None:
    """Change the bot's member status in a chat, and tell it."""
    old = member(world.bot, chat.bot, chat.bot_rights)
    chat.bot = status
    chat.bot_rights = dict(rights or {})
    update = {
        "chat": chat.as_chat(),
        "from": person_of(world, by).as_user(),
        "date": int(time.time()),
        "old_chat_member": old,
        "new_chat_member": member(world.bot, status, chat.bot_rights),
    }
    world.updates.push("my_chat_member", update)
    world.changed("standing", chat.id, 0)


def migrate(world: World, chat: Chat, new_id: int) -> Chat:
    """A basic group becomes a supergroup with a new id; both service messages are sent."""
    moved = Chat(new_id, "supergroup", chat.title, bot=chat.bot, bot_rights=chat.bot_rights)
    moved.members = dict(chat.members)
    world.chats[new_id] = moved
    chat.migrated_to = new_id
    now = int(time.time())
    _service(world, chat, now, {"migrate_to_chat_id": new_id})
    _service(world, moved, now, {"migrate_from_chat_id": chat.id})
    return moved


def _service(world: World, chat: Chat, now: int, content: dict[str, Any]) -> None:
    author = next(iter(chat.members), world.bot.id)
    message = world.post(chat, world.people[author], "", [], media=content)
    message.date = now
    world.updates.push("message", message.as_json())
