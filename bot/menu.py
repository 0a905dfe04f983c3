"""The command menu as Telegram shows it: per language, for groups, and for each person of the desk."""

from __future__ import annotations

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden

from bot.application import COMMANDS, Command, For
from bot.context import Services
from digests.alerts.editor import Role
from digests.alerts.staff import staff
from digests.vocabulary import Language


class Menu:
    """Tells Telegram the menu, and again where it changed: an editor came or went."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._services = services
        self._bot = bot
        self._told: dict[int, Role] | None = None
        """The desk as the menus show it; none until the first time."""

    async def publish(self) -> None:
        """Everybody's menu the first time, then only those of the desk that changed."""
        desk = await self._desk()
        if self._told is None:
            await self._tell(BotCommandScopeDefault(), COMMANDS_OF[For.EVERYONE])
            in_groups = [c for c in COMMANDS_OF[For.EVERYONE] if c.in_groups]
            await self._tell(BotCommandScopeAllGroupChats(), in_groups)
        told = self._told or {}
        for user_id, role in desk.items():
            if told.get(user_id) != role:
                whom = For.OWNERS if role is Role.OWNER else For.EDITORS
                await self._tell(BotCommandScopeChat(user_id), COMMANDS_OF[whom])
        for user_id in told.keys() - desk.keys():
            await self._take_back(user_id)
        self._told = desk

    async def _desk(self) -> dict[int, Role]:
        async with self._services.database.read() as session:
            appointed = {editor.user_id: editor.role for editor in await staff(session)}
        return appointed | dict.fromkeys(self._services.settings.owners, Role.OWNER)

    async def _tell(self, scope: BotCommandScope, commands: list[Command]) -> None:
        for language in Language:
            lines = [BotCommand(c.name, self._described(c, language)) for c in commands]
            # English is what everybody gets whose language has no menu of its own.
            code = None if language is Language.ENGLISH else str(language)
            try:
                await self._bot.set_my_commands(lines, scope=scope, language_code=code)
            except (BadRequest, Forbidden):
                # An editor who never wrote to the bot has no chat to show a menu in.
                return

    async def _take_back(self, user_id: int) -> None:
        for language in (None, *(str(lang) for lang in Language if lang is not Language.ENGLISH)):
            try:
                await self._bot.delete_my_commands(
                    scope=BotCommandScopeChat(user_id), language_code=language
                )
            except (BadRequest, Forbidden):
                return

    def _described(self, command: Command, language: Language) -> str:
        text = self._services.words.text("chat/commands.html", language, name=command.name)
        return text[:256]


def _of(whom: For) -> list[Command]:
    """What stands in their menu: owners see the editors' commands too, editors everybody's."""
    ranks = list(For)
    seen = ranks[: ranks.index(whom) + 1]
    return [c for c in COMMANDS if c.in_menu and c.whom in seen]


COMMANDS_OF = {whom: _of(whom) for whom in For}
