"""Every command and button in one list; the dispatcher and the command menu are made from it.

A handler is ``async def topics(update, context) -> None``; a button's handler also gets the words that
follow its name in the callback data: ``topic:energy:2`` calls ``BUTTONS["topic"](update, context,
"energy", "2")``. A listener says whether what was said was for it; the first that does ends the search.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from enum import StrEnum
from inspect import signature
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.context import App, Context, Services
from bot.turns import Turns

if TYPE_CHECKING:
    from telegram.request import BaseRequest

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]
ButtonHandler = Callable[..., Awaitable[None]]
Listener = Callable[[Update, Context], Awaitable[bool]]


class For(StrEnum):
    """In whose menu a command stands. The desk's handlers check the role again themselves."""

    EVERYONE = "everyone"
    EDITORS = "editors"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its description for the menu is in ``templates/chat/commands.html``."""

    name: str
    handler: Handler
    whom: For = For.EVERYONE
    in_groups: bool = True
    """Whether it stands in the menu of groups."""
    in_menu: bool = True


COMMANDS: tuple[Command, ...] = ()
"""In the order of the menu."""

BUTTONS: dict[str, ButtonHandler] = {}
"""By the first word of the callback data."""

LISTENERS: tuple[Listener, ...] = ()
"""Who hears what is no command: desk dialogues first, the reader's ``otherwise`` last."""

EVENTS: tuple[BaseHandler[Update, Context, None], ...] = ()
"""Other kinds of updates: membership, migration."""

HEARD = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
"""New messages and posts; an edited one is no new wish."""


def build(services: Services, *, request: BaseRequest | None = None) -> App:
    """The application with every handler, not yet started."""
    settings = services.settings
    builder = (
        Application.builder().token(_token(services)).context_types(ContextTypes(context=Context))
    )
    builder = builder.base_url(f"{settings.api_url}/bot").base_file_url(
        f"{settings.api_url}/file/bot"
    )
    if request is not None:
        builder = builder.request(request).get_updates_request(request)
    application: App = builder.job_queue(None).concurrent_updates(Turns()).build()
    application.bot_data["services"] = services
    _route(application)
    return application


def _token(services: Services) -> str:
    token = services.settings.token
    assert token is not None  # noqa: S101 - the composition root fills in the sandbox's
    return token.get_secret_value()


def _route(application: App) -> None:
    for command in COMMANDS:
        application.add_handler(CommandHandler(command.name, command.handler, filters=HEARD))
    application.add_handler(CallbackQueryHandler(press))
    application.add_handlers(EVENTS)
    application.add_handler(MessageHandler(HEARD, hear))


async def press(update: Update, context: Context) -> None:
    """Hands a tap to its handler; data that names none is old, or forged, and is told so."""
    query = update.callback_query
    name, *words = ((query.data if query else None) or "").split(":")
    handler = BUTTONS.get(name)
    if handler is None or not _takes(handler, words):
        await context.toast("chat/stale_button.html")
        return
    await handler(update, context, *words)
    await context.toast()


def _takes(handler: ButtonHandler, words: Sequence[str]) -> bool:
    try:
        signature(handler).bind(None, None, *words)
    except TypeError:
        return False
    return True


async def hear(update: Update, context: Context) -> None:
    """Asks each listener whether what was said was for it."""
    for listener in LISTENERS:
        if await listener(update, context):
            return
