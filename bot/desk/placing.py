"""The buttons of a draft that say where it happened, and to which story it belongs."""

from __future__ import annotations

import asyncio

from telegram import Update

from bot.context import Context
from bot.desk.door import desk, number, who
from bot.desk.drafting import ask_about, change, change_draft, item_now, show
from bot.desk.face import Page
from digests.alerts import propose
from digests.alerts.dialogue import Asked
from digests.alerts.permission import Act
from digests.alerts.places import joined, offered, toggled
from digests.errors import Stale
from digests.stories.place_names import places_named
from digests.stories.story import Story

LONGEST = 200
"""Characters looked for."""


@desk(Act.PROPOSE)
async def toggle_place(
    update: Update, context: Context, alert: str, revision: str, place: str
) -> None:
    """Adds one of the places offered, or takes it away."""
    item = await item_now(context, number(alert), number(revision))
    places = toggled(item.places, place, offered(item.places, item.texts))
    await change(update, context, alert, revision, Page.PLACES, places=places)


@desk(Act.PROPOSE)
async def ask_place(update: Update, context: Context, alert: str, revision: str) -> None:
    """Waits for the name of a place."""
    await ask_about(update, context, Asked.PLACE, alert, revision)


async def add_places(
    update: Update, context: Context, alert_id: int, revision: int, said: str
) -> None:
    """The places that the editor named; ``UnknownPlace`` where the gazetteer does not hold one."""
    item = await item_now(context, alert_id, revision)
    # The gazetteer may have to be read first, and what is not in it is compared with all that is.
    named = await asyncio.to_thread(places_named, said)
    places = joined(item.places, named)
    await change_draft(update, context, alert_id, revision, Page.PLACES, places=places)


@desk(Act.PROPOSE)
async def choose_story(
    update: Update, context: Context, alert: str, revision: str, story: str
) -> None:
    """Sets the story it belongs to; 0 is none."""
    try:
        async with context.database.write() as session:
            if number(story) and await session.get(Story, number(story)) is None:
                raise Stale("gone")
            await propose.assign(
                session,
                number(alert),
                number(revision),
                number(story) or None,
                **who(update, context),
            )
    finally:
        await show(update, context, number(alert))


@desk(Act.PROPOSE)
async def ask_words(update: Update, context: Context, alert: str, revision: str) -> None:
    """Waits for words of a story that was not offered."""
    await ask_about(update, context, Asked.BELONGS, alert, revision)


async def look_for_story(
    update: Update, context: Context, alert_id: int, revision: int, said: str
) -> None:
    """The card offers the stories that hold these words."""
    await item_now(context, alert_id, revision)
    await show(update, context, alert_id, Page.STORY, looked_for=said[:LONGEST])
