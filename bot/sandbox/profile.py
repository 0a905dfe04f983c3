"""Methods about the bot itself: who it is, its commands and its descriptions."""

from __future__ import annotations

import re
from typing import Any

import orjson

from bot.sandbox.params import Params, json_of, text_of
from bot.sandbox.people import Chat
from bot.sandbox.refusal import BadRequest
from bot.sandbox.world import World

COMMANDS_MOST = 100
DESCRIPTION_MOST = 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_SCOPES = {
    "default": (), "all_private_chats": (), "all_group_chats": (), "all_chat_administrators": (),
    "chat": ("chat_id",), "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}  # fmt: skip
_LENGTHS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, _params: Params) -> dict[str, Any]:
    """getMe."""
    return world.bot.as_user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(world: World, params: Params) -> bool:
    """setMyCommands."""
    rows = json_of(params, "commands", "commands")
    if not isinstance(rows, list):
        raise BadRequest(
            "can't parse commands JSON array" if rows else "commands are not specified"
        )
    if len(rows) > COMMANDS_MOST:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    world.profile.commands[_slot(params)] = [_command(row) for row in rows]
    world.changed("commands", 0, 0)
    return True


def get_my_commands(world: World, params: Params) -> list[dict[str, str]]:
    """getMyCommands: exactly this scope and language."""
    return world.profile.commands.get(_slot(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """deleteMyCommands."""
    world.profile.commands.pop(_slot(params), None)
    world.changed("commands", 0, 0)
    return True


def set_my_name(world: World, params: Params) -> bool:
    """setMyName."""
    return _set_words(world.profile.names, params, "name")


def get_my_name(world: World, params: Params) -> dict[str, str]:
    """getMyName."""
    return {"name": world.profile.names.get(_language(params)) or world.bot.name}


def set_my_description(world: World, params: Params) -> bool:
    """setMyDescription."""
    return _set_words(world.profile.descriptions, params, "description")


def get_my_description(world: World, params: Params) -> dict[str, str]:
    """getMyDescription."""
    return {"description": world.profile.descriptions.get(_language(params), "")}


def set_my_short_description(world: World, params: Params) -> bool:
    """setMyShortDescription."""
    return _set_words(world.profile.short_descriptions, params, "short_description")


def get_my_short_description(world: World, params: Params) -> dict[str, str]:
    """getMyShortDescription."""
    return {"short_description": world.profile.short_descriptions.get(_language(params), "")}


def commands_for(world: World, chat: Chat, user_id: int, language: str) -> list[dict[str, str]]:
    """The command menu that this person sees in this chat: the narrowest scope that has commands."""
    admin = chat.members.get(user_id) in ("creator", "administrator")
    scopes: list[dict[str, Any]] = []
    if chat.kind == "private":
        scopes += [{"type": "chat", "chat_id": chat.id}, {"type": "all_private_chats"}]
    else:
        scopes.append({"type": "chat_member", "chat_id": chat.id, "user_id": user_id})
        scopes += [{"type": "chat_administrators", "chat_id": chat.id}] * admin
        scopes.append({"type": "chat", "chat_id": chat.id})
        scopes += [{"type": "all_chat_administrators"}] * admin
        scopes.append({"type": "all_group_chats"})
    for scope in [*scopes, {"type": "default"}]:
        for code in (language, ""):
            found = world.profile.commands.get((_key(scope), code))
            if found:
                return found
    return []


def _set_words(words: dict[str, str], params: Params, name: str) -> bool:
    text = text_of(params, name).strip()
    if len(text) > _LENGTHS[name]:
        raise BadRequest(f"BOT_{name.upper()}_TOO_LONG")
    language = _language(params)
    if text:
        words[language] = text
    else:
        words.pop(language, None)
    return True


def _command(row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        raise BadRequest("can't parse BotCommand: expected an Object")
    name = text_of(row, "command").strip().removeprefix("/")
    description = text_of(row, "description").strip()
    if not _COMMAND.fullmatch(name):
        raise BadRequest("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= DESCRIPTION_MOST:
        raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _slot(params: Params) -> tuple[str, str]:
    scope = json_of(params, "scope", "BotCommandScope")
    if scope is None:
        scope = {"type": "default"}
    if not isinstance(scope, dict):
        raise BadRequest("can't parse BotCommandScope: expected an Object")
    kind = scope.get("type")
    if kind not in _SCOPES:
        raise BadRequest("can't parse BotCommandScope: unsupported type specified")
    named = {"type": kind, **{name: int(scope.get(name, 0)) for name in _SCOPES[kind]}}
    return _key(named), _language(params)


def _key(scope: dict[str, Any]) -> str:
    return orjson.dumps(scope, option=orjson.OPT_SORT_KEYS).decode()


def _language(params: Params) -> str:
    code = text_of(params, "language_code")
    if not _LANGUAGE.fullmatch(code):
        raise BadRequest("invalid language code specified")
    return code
