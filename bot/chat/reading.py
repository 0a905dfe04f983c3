"""Reading at once: /digest, /latest, /search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from bot.chat.query import terms_of
from bot.chat.said_topics import SaidTopics, read_topics
from bot.chat.subject import enrolled, for_admins, reader
from bot.chat.subscriptions import portrait_of
from bot.context import Context
from digests.audience.subscribe import topics_of
from digests.editions.compose import compose_now
from digests.stories.newest import as_told, newest
from digests.stories.search import search as find_stories
from digests.stories.story import StoryRevision
from digests.vocabulary import Severity, Standing, Topic

SHOWN = 5
"""Stories in one answer; well within a message."""

_LONGEST_TITLE = 200
_LONGEST_LEAD = 240
_LONGEST_QUERY = 200
_LINKS = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A source's name and its newest article."""

    name: str
    url: str | None
    state_controlled: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """A story in a few lines."""

    title: str
    lead: str
    severity: Severity
    standing: Standing
    attribution: str | None
    links: tuple[Link, ...]
    more: int
    at: datetime


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


async def latest(update: Update, context: Context) -> None:
    """/latest energy; without words of the reader's own topics, or of all."""
    said = read_topics(" ".join(context.args or ()), context.topics, await context.language())
    await _latest(update, context, said)


async def latest_of(update: Update, context: Context, topic: str = "") -> None:
    """A tap on "Newest stories", perhaps of one topic."""
    said = read_topics(topic, context.topics, await context.language())
    await _latest(update, context, said)


async def search(_update: Update, context: Context) -> None:
    """/search Kharkiv hospital."""
    said = " ".join(context.args or ())[:_LONGEST_QUERY]
    if not said:
        await context.answer("chat/search_how.html")
        return
    async with context.database.read() as session:
        found = await find_stories(session, terms_of(said), limit=SHOWN)
        told = await as_told(session, [story.id for story in found])
    await context.answer("chat/found.html", said=said, stories=[headline(one) for one in told])


async def _latest(update: Update, context: Context, said: SaidTopics) -> None:
    own = False
    topics: tuple[Topic, ...] = said.known
    async with context.database.read() as session:
        row = await reader(session, update, context)
        if not said.known and not said.unknown and row is not None:
            topics = await topics_of(session, row)
            own = bool(topics)
        unknown_only = bool(said.unknown) and not said.known
        told = [] if unknown_only else await newest(session, topics, limit=SHOWN)
    stories = [headline(one) for one in told]
    await context.answer("chat/latest.html", said=said, own=own, topics=topics, stories=stories)


def headline(told: StoryRevision) -> Headline:
    """A story's revision in a few lines."""
    sources = told.sources
    return Headline(
        shortened(told.title, _LONGEST_TITLE),
        shortened(told.lead, _LONGEST_LEAD),
        told.severity,
        told.standing,
        told.attribution,
        tuple(
            Link(shortened(one["name"], 40), one["url"], one["state_controlled"])
            for one in sources[:_LINKS]
        ),
        max(len(sources) - _LINKS, 0),
        told.last_article_at,
    )


def shortened(text: str, most: int) -> str:
    """At most so many characters, cut between words, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(" ,;:–—-") + "…"
