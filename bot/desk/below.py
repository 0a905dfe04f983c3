"""A question about a proposed update or correction: asked by a button below it, answered in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.door import person, tapped
from digests.alerts.dialogue import Asked, ask

Found = TypeVar("Found")


async def ask_below(
    update: Update,
    context: Context,
    asked: Asked,
    undecided: Callable[[AsyncSession, int], Awaitable[Found]],
    which: int,
    about: Mapping[str, Any],
) -> Found:
    """Remembers the question, and what it is about; ``Stale`` where that was decided meanwhile."""
    user_id = person(update)
    async with context.database.write() as session:
        found = await undecided(session, which)
        await ask(
            session,
            asked,
            chat_id=user_id,
            user_id=user_id,
            now=context.now(),
            preview=tapped(update),
            **about,
        )
    return found
