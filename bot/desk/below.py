"""What the buttons below a proposed update and below a correction have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.door import person, tapped
from bot.desk.showing import Manner, send
from bot.rendering.render import Message
from digests.alerts.card import language_at
from digests.alerts.dialogue import Asked, ask
from digests.alerts.places import joined, toggled
from digests.alerts.staff import desk_chats
from digests.alerts.suggestion import named
from digests.corrections.proposed import Proposed, undecided
from digests.errors import Stale
from digests.outbox.dispatch import Lane
from digests.outbox.notice import announce
from digests.stories.place_names import places_named
from digests.vocabulary import Language


async def toggled_below(
    context: Context,
    noun: type[Proposed],
    which: int,
    place: str,
    offered: Callable[[AsyncSession, Proposed], Awaitable[list[str]]],
) -> tuple[str, ...]:
    """The places of an update or correction with this one, or without it; ``Stale`` where it is gone."""
    async with context.database.read() as session:
        found = await _found(session, noun, which)
        return toggled(found.places, place, await offered(session, found))


async def named_below(
    context: Context, noun: type[Proposed], which: int, said: str
) -> tuple[str, ...]:
    """The places of an update or correction with those that the editor typed; ``UnknownPlace`` where the
    gazetteer does not hold one."""
    named = await asyncio.to_thread(places_named, said)
    async with context.database.read() as session:
        return joined((await _found(session, noun, which)).places, named)


async def translated_below(
    context: Context, noun: type[Proposed], which: int, said: str
) -> dict[str, Any]:
    """What changes with the same in the other language; who says so as well, where the text names them."""
    async with context.database.read() as session:
        found = await _found(session, noun, which)
    other = next(one for one in Language if one != found.main_language).value
    says, other_says = found.said_by, named(said)
    if says and other_says:
        return {"others": {other: said}, "said_by": {other: other_says, **says}}
    return {"others": {other: said}}


async def attributed_below(
    context: Context, noun: type[Proposed], which: int, language: str, said: str
) -> dict[str, str]:
    """Who says so, by language, once this is said in one of them."""
    async with context.database.read() as session:
        found = await _found(session, noun, which)
    return found.said_by | {language: said}


async def tell_others(
    session: AsyncSession, context: Context, me: int, notice: str, values: Mapping[str, Any]
) -> None:
    """All others who may correct are asked to approve it; each opens it at their own desk."""
    for chat_id in await desk_chats(session, context.settings.owners):
        if chat_id != me:
            await announce(
                session,
                chat_id=chat_id,
                kind=notice,
                values=dict(values),
                now=context.now(),
                lane=Lane.URGENT,
                language=await language_at(session, chat_id),
            )


async def lay_before(
    update: Update,
    context: Context,
    manner: Manner,
    shown: Sequence[Message],
    controls: str,
    values: Mapping[str, Any],
) -> None:
    """The very messages that readers will get, and below them what can be done."""
    # A chat takes one message a second: the tapped button should not wait for all of them.
    await context.toast()
    told = context.words.message(controls, manner.language, timezone=manner.timezone, **values)
    for message in (*shown, told):
        await send(context.bot, person(update), message)


async def _found(session: AsyncSession, noun: type[Proposed], which: int) -> Proposed:
    found = await session.get(noun, which)
    if found is None:
        raise Stale("gone")
    return found


async def ask_below(
    update: Update,
    context: Context,
    asked: Asked,
    noun: type[Proposed],
    which: int,
    about: Mapping[str, Any],
) -> Proposed:
    """Remembers the question, and what it is about; ``Stale`` where that was decided meanwhile."""
    user_id = person(update)
    async with context.database.write() as session:
        found = await undecided(session, noun, which)
        await ask(session, asked, user_id, now=context.now(), preview=tapped(update), **about)
    return found
