"""Choosing topics: by word, by button, by a link from a digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.chat.portrait import Portrait, portrait
from bot.chat.said_topics import read_topics
from bot.chat.subject import enrolled, for_admins, in_own_chat, reader, show
from bot.context import Context
from digests.audience.subscribe import subscribe as add_topics
from digests.audience.subscribe import toggle, topics_of
from digests.audience.subscribe import unsubscribe as drop_topics
from digests.editions.edition import EditionStory
from digests.stories.story import Story, StoryTopic
from digests.vocabulary import Topic

PAGE = 10
"""Topics on a page, two in a row."""

_REASONS_SHOWN = 6


@for_admins
async def subscribe(update: Update, context: Context) -> None:
    """/subscribe energy strikes."""
    said = read_topics(" ".join(context.args or ()), context.topics, await context.language())
    if not said.known and not said.unknown:
        await _page(update, context, 0, here=False)
        return
    added: tuple[Topic, ...] = ()
    if said.known:
        added = await _add(update, context, *said.known)
    await _answer(update, context, "chat/subscribed.html", added=added, said=said)


@for_admins
async def unsubscribe(update: Update, context: Context) -> None:
    """/unsubscribe energy."""
    said = read_topics(" ".join(context.args or ()), context.topics, await context.language())
    async with context.database.write() as session:
        row = await enrolled(session, update, context) if said.known else None
        dropped = await drop_topics(session, row, said.known) if row else ()
    if not said.known and not said.unknown:
        await _page(update, context, 0, here=False)
        return
    await _answer(update, context, "chat/unsubscribed.html", dropped=dropped, said=said)


@for_admins
async def show_topics(update: Update, context: Context, page: str | None = None) -> None:
    """/topics: all of them, those chosen with a tick. A tap on a page turns to another page."""
    await _page(update, context, _number(page or ""), here=page is not None)


@for_admins
async def toggle_topic(update: Update, context: Context, name: str, page: str = "0") -> None:
    """A tap on a topic of the page."""
    if name not in context.topics:
        await context.toast("chat/stale_button.html")
        return
    topic = Topic(name)
    async with context.database.write() as session:
        row = await enrolled(session, update, context)
        wanted = await toggle(session, row, topic, now=context.now())
    await context.toast("chat/toggled.html", topic=topic, wanted=wanted)
    await _page(update, context, _number(page), here=True)


@for_admins
async def add_topic(update: Update, context: Context, name: str) -> None:
    """A tap on "Subscribe", or a link with the topic's name."""
    if name not in context.topics:
        await context.answer("chat/stale_topic.html")
        return
    said = read_topics(name, context.topics, await context.language())
    added = await _add(update, context, *said.known)
    await _answer(update, context, "chat/subscribed.html", added=added, said=said)


@for_admins
async def drop_topic(update: Update, context: Context, name: str) -> None:
    """A tap on "Unsubscribe" under a digest; a topic that the file no longer holds can go as well."""
    async with context.database.write() as session:
        row = await reader(session, update, context)
        had = await topics_of(session, row) if row else ()
        dropped: tuple[Topic, ...] = ()
        if row is not None and name in had:
            row = await enrolled(session, update, context)
            dropped = await drop_topics(session, row, [Topic(name)])
    if not dropped and name not in context.topics:
        await context.answer("chat/stale_topic.html")
        return
    said = read_topics(name, context.topics, await context.language())
    await _answer(update, context, "chat/unsubscribed.html", dropped=dropped, said=said)


@in_own_chat("sections")
async def show_sections(_update: Update, context: Context, edition: str) -> None:
    """A tap under a digest of many topics: each of them with "why" and "unsubscribe"."""
    number = int(edition) if edition.isascii() and edition.isdigit() and len(edition) < 16 else 0
    wanted = (
        select(EditionStory.topic)
        .where(EditionStory.edition_id == number)
        .group_by(EditionStory.topic)
        .order_by(func.min(EditionStory.position))
    )
    async with context.database.read() as session:
        topics = (await session.scalars(wanted)).all()
    if not topics:
        await context.toast("chat/stale_button.html")
        return
    await context.answer("chat/sections.html", topics=topics)


@in_own_chat("why")
async def why(update: Update, context: Context, name: str) -> None:
    """Why stories stand under this topic: what it is about, and the words that decided lately."""
    if name not in context.topics:
        await context.answer("chat/stale_topic.html")
        return
    async with context.database.read() as session:
        row = await reader(session, update, context)
        chosen = await topics_of(session, row) if row else ()
        reasons = await _recent_reasons(session, name)
    await context.answer(
        "chat/why.html",
        topic=name,
        chosen=name in chosen,
        about=context.topics.about(name, await context.language()),
        reasons=reasons,
    )


async def _page(update: Update, context: Context, number: int, *, here: bool) -> None:
    names = context.topics.names
    last = (len(names) - 1) // PAGE
    number = min(number, last)
    shown = names[number * PAGE : (number + 1) * PAGE]
    me = await portrait_of(update, context)
    language = await context.language()
    await show(
        context,
        "chat/topics.html",
        here=here,
        me=me,
        chosen=me.topics if me else (),
        shown=shown,
        about={name: context.topics.about(name, language) for name in shown},
        page=number,
        last=last,
    )


def _number(page: str) -> int:
    return int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 0


async def _recent_reasons(session: AsyncSession, topic: str) -> list[str]:
    rows = await session.scalars(
        select(StoryTopic.reasons)
        .join(Story, Story.id == StoryTopic.story_id)
        .where(StoryTopic.topic == topic)
        .order_by(Story.news_at.desc())
        .limit(_REASONS_SHOWN)
    )
    words = (reason for reasons in rows for reason in reasons[:2])
    return list({word.casefold(): word for word in words}.values())[:_REASONS_SHOWN]


async def _add(update: Update, context: Context, *topics: Topic) -> tuple[Topic, ...]:
    async with context.database.write() as session:
        row = await enrolled(session, update, context)
        return await add_topics(session, row, topics, now=context.now())


async def _answer(update: Update, context: Context, template: str, **values: object) -> None:
    me = await portrait_of(update, context)
    await context.answer(template, me=me, **values)


async def portrait_of(update: Update, context: Context) -> Portrait | None:
    """The subject as the templates show it; none without a row."""
    language = await context.language()
    async with context.database.read() as session:
        row = await reader(session, update, context)
        if row is None:
            return None
        me = await portrait(session, row, language, now=context.now())
    return replace(me, topics=in_order(me.topics, context))


def in_order(topics: Iterable[Topic], context: Context) -> tuple[Topic, ...]:
    """Topics as the file orders them; those it no longer holds at the end."""
    places = {name: place for place, name in enumerate(context.topics.names)}
    return tuple(sorted(topics, key=lambda topic: places.get(topic, len(places))))
