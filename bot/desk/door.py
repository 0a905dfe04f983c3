"""The desk's door: who may come in is asked at every step, and who may not is told why.

Roles are looked up anew for each command and tap, so that a dismissed editor's old buttons are dead.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from telegram import Update
from telegram.constants import ChatID

from bot.context import Context
from digests.alerts.audit import record_refusal
from digests.alerts.permission import Act
from digests.alerts.staff import demand
from digests.alerts.wording import UNDER_PHOTO
from digests.errors import (
    Incomplete,
    NotPermitted,
    RequestError,
    Stale,
    TooLong,
    TooManyPlaces,
    Unknown,
    UnknownPlace,
    UnreadableTime,
)

REFUSED = "desk/refused.html"
_FURTHER_REASONS = ("anonymous", "second", "own", "writer", "owner", "owners", "editors")
"""Why somebody may not whose role would allow it."""

Choice = TypeVar("Choice", bound=StrEnum)
DeskHandler = Callable[..., Coroutine[Any, Any, None]]


def desk(act: Act) -> Callable[[DeskHandler], DeskHandler]:
    """Lets only those in whose role allows ``act``; refusals are answered and audited."""

    def guard(handler: DeskHandler) -> DeskHandler:
        @wraps(handler)
        async def guarded(update: Update, context: Context, *words: str) -> None:
            try:
                user_id = person(update)
                async with context.database.read() as session:
                    await demand(session, user_id, act, owners=context.settings.owners)
                await handler(update, context, *words)
            except RequestError as error:
                await refuse(update, context, error, wish=handler.__name__, words=words)

        return guarded

    return guard


def person(update: Update) -> int:
    """Who speaks, by numeric id; ``NotPermitted`` for those who hide behind a chat."""
    user, message = update.effective_user, update.message
    hidden = message is not None and message.sender_chat is not None
    if user is None or hidden or user.id in (ChatID.ANONYMOUS_ADMIN, ChatID.FAKE_CHANNEL):
        raise NotPermitted("anonymous")
    return user.id


def who(update: Update, context: Context) -> dict[str, Any]:
    """What every verb of the desk asks for."""
    return {"by": person(update), "owners": context.settings.owners, "now": context.now()}


def number(word: str) -> int:
    """A number from callback data, which anybody may forge; ``Stale`` for anything else."""
    if not (word.isascii() and word.isdigit() and len(word) <= 15):
        raise Stale("gone")
    return int(word)


def choice(word: str, among: Iterable[Choice]) -> Choice:
    """The one of these words that callback data names, which anybody may forge; ``Stale`` for any other."""
    for one in among:
        if one == word:
            return one
    raise Stale("gone")


def tapped(update: Update) -> int:
    """The message whose button was tapped."""
    query = update.callback_query
    if query is None or query.message is None:
        raise Stale("gone")
    return query.message.message_id


async def refuse(
    update: Update,
    context: Context,
    error: RequestError,
    *,
    wish: str,
    words: tuple[str, ...] = (),
) -> None:
    """Says why not, where the person asked, and writes it into the audit log."""
    user = update.effective_user
    values = {"kind": type(error).__name__, "why": _why(error)}
    shown = {
        "wish": wish,
        "under_photo": isinstance(error, TooLong) and error.most == UNDER_PHOTO,
        "nearest": error.nearest if isinstance(error, Unknown) else (),
    }
    subject = ":".join([wish, *words])
    async with context.database.write() as session:
        await record_refusal(
            session,
            wish,
            subject,
            by=user.id if user else 0,
            now=context.now(),
            reason=" ".join(filter(None, values.values())),
        )
    if update.callback_query is not None:
        await context.toast(REFUSED, alert=True, **shown, **values)
    elif update.channel_post is None:
        # A channel's readers are no audience for this; who wrote there cannot be known anyway.
        await context.answer(REFUSED, **shown, **values)


def _why(error: RequestError) -> str:
    if isinstance(error, Stale):
        return error.how
    if isinstance(error, Incomplete):
        return error.missing
    if isinstance(error, TooLong | TooManyPlaces):
        return str(error.most)
    if isinstance(error, UnreadableTime):
        return error.said
    if isinstance(error, UnknownPlace):
        return error.said
    word = str(error.args[0]) if error.args else ""
    return word if word in _FURTHER_REASONS else ""
