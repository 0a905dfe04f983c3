"""Reading at once: /digest, /latest, /search."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from telegram import Update

from bot.chat.said_topics import SaidTopics, read_topics
from bot.chat.subject import enrolled, for_admins, in_own_chat, reader
from bot.chat.subscriptions import in_order, portrait_of
from bot.context import Context
from bot.rendering.stories import StoryView, clipped, view
from digests.audience.following import muted_stories
from digests.audience.subscribe import topics_of
from digests.editions.on_demand import compose_now
from digests.editions.told import Told
from digests.editions.told import latest as newest
from digests.stories.asked import terms_of
from digests.stories.current import in_words
from digests.stories.search import search as find_stories
from digests.vocabulary import Language

SHOWN = 5
"""Stories in one answer; well within a message."""

_LEAD = 200
_LONGEST_QUERY = 200


@for_admins
async def digest(update: Update, context: Context) -> None:
    """/digest: what is new since the last one, through the outbox like every digest."""
    async with context.database.write() as session:
        row = await reader(session, update, context)
        if row is not None and row.taste_id is not None:
            row = await enrolled(session, update, context)
            dispatch = await compose_now(session, row, now=context.now())
        else:
            row, dispatch = None, None
    if row is None:
        await context.answer("chat/no_topics.html")
    elif dispatch is None:
        await context.answer("chat/nothing_new.html", me=await portrait_of(update, context))
    else:
        await context.toast("chat/on_its_way.html")


async def latest(update: Update, context: Context) -> None:
    """/latest energy; without words of the reader's own topics, or of all."""
    said = read_topics(" ".join(context.args or ()), context.topics, await context.language())
    await _latest(update, context, said)


@in_own_chat("latest")
async def latest_of(update: Update, context: Context, topic: str = "") -> None:
    """A tap on "Newest stories", perhaps of one topic."""
    said = read_topics(topic, context.topics, await context.language())
    await _latest(update, context, said)


async def search(update: Update, context: Context) -> None:
    """/search Kharkiv hospital."""
    said = " ".join(context.args or ())[:_LONGEST_QUERY]
    if not said:
        await context.answer("chat/search_how.html")
        return
    if not await found(update, context, said):
        await context.answer("chat/found.html", said=said, stories=())


async def found(update: Update, context: Context, said: str) -> bool:
    """Answers with the stories in which all these words occur; False where there are none. Whoever asks
    for a story they muted gets it, and is reminded why it did not come by itself."""
    async with context.database.read() as session:
        stories = await find_stories(session, terms_of(said), limit=SHOWN)
        told = await in_words(session, [story.id for story in stories])
        row = await reader(session, update, context)
        muted = await muted_stories(session, row.id) if row else set[int]()
    if told:
        language = await context.language()
        views = [_brief(Told(story, topic=""), language) for story in told]
        await context.answer("chat/found.html", said=said, stories=views, muted=muted)
    return bool(told)


async def _latest(update: Update, context: Context, said: SaidTopics) -> None:
    async with context.database.read() as session:
        row = await reader(session, update, context)
        chosen = in_order(await topics_of(session, row), context) if row else ()
        # A word that names no topic is not answered with everything there is.
        wanted = said.known or (() if said.unknown else chosen or context.topics.names)
        muted = await muted_stories(session, row.id) if row else set[int]()
        asked = partial(newest, session, wanted, now=context.now())
        told = await asked(limit=SHOWN, without=muted)
        only_muted = not told and bool(muted and await asked(limit=1))
    language = await context.language()
    await context.answer(
        "chat/latest.html",
        said=said,
        chosen=chosen,
        only_muted=only_muted,
        stories=[_brief(item, language) for item in told],
    )


def _brief(item: Told, language: Language) -> StoryView:
    """A story for a list: its lead is cut shorter than a digest's."""
    story = view(item, language)
    return replace(story, lead=clipped(story.lead, _LEAD))
