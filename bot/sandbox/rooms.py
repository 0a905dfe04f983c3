"""Methods that ask about a chat and its members."""

from __future__ import annotations

from typing import Any

from bot.sandbox.access import chat_of, check_entry
from bot.sandbox.params import Params, int_of
from bot.sandbox.people import Chat, Person, member
from bot.sandbox.refusal import BadRequest
from bot.sandbox.world import World


def get_chat(world: World, params: Params) -> dict[str, Any]:
    """getChat."""
    chat = chat_of(world, params)
    if chat.kind != "private":
        check_entry(chat)
    accepted_gifts = (
        "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
        "gifts_from_channels",
    )  # fmt: skip
    return {
        **chat.as_chat(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(accepted_gifts, False),
    }


def get_chat_member(world: World, params: Params) -> dict[str, Any]:
    """getChatMember."""
    chat = chat_of(world, params)
    user_id = int_of(params, "user_id")
    if user_id <= 0:
        raise BadRequest("invalid user_id specified")
    person = world.people.get(user_id)
    if person is None:
        raise BadRequest("user not found")
    if chat.kind != "private":
        check_entry(chat)
    return _member(world, chat, person)


def get_chat_administrators(world: World, params: Params) -> list[dict[str, Any]]:
    """getChatAdministrators: without other bots, but with this one."""
    chat = chat_of(world, params)
    if chat.kind == "private":
        raise BadRequest("there are no administrators in the private chat")
    check_entry(chat)
    rows = [
        _member(world, chat, world.people[user_id])
        for user_id, status in chat.members.items()
        if status in ("creator", "administrator")
    ]
    if chat.bot == "administrator":
        rows.append(_member(world, chat, world.bot))
    return rows


def get_chat_member_count(world: World, params: Params) -> int:
    """getChatMemberCount."""
    chat = chat_of(world, params)
    if chat.kind == "private":
        return 2
    check_entry(chat)
    inside = sum(status not in ("left", "kicked") for status in chat.members.values())
    return inside + (chat.bot in ("member", "administrator"))


def leave_chat(world: World, params: Params) -> bool:
    """leaveChat."""
    chat = chat_of(world, params)
    if chat.kind == "private":
        raise BadRequest("chat member status can't be changed in private chats")
    check_entry(chat)
    chat.bot = "left"
    return True


def _member(world: World, chat: Chat, person: Person) -> dict[str, Any]:
    if person is world.bot:
        return member(person, chat.bot, chat.bot_rights)
    if chat.kind == "private":
        return member(person, "member")
    return member(person, chat.members.get(person.id, "left"))
