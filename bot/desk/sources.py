"""``/sources``: what we read and how it fares; add, pause, resume, remove."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.door import desk, number, person
from bot.desk.heard import words_after_command
from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.errors import SourceError, Stale
from digests.intake import sources as intake
from digests.intake.article import Article
from digests.intake.discover import discover
from digests.intake.fetch import FeedClient
from digests.intake.source import Source, SourceState

PAGE = 8


@desk(Act.SOURCES)
async def sources(update: Update, context: Context) -> None:
    """The list, the troubled first; with an address: reads it from now on."""
    words = words_after_command(update.message).split() if update.message else []
    if words[:1] == ["add"]:
        words = words[1:]
    if words:
        await add(update, context, words[0])
        return
    await context.answer("desk/sources.html", **await _page(context, 0))


@desk(Act.SOURCES)
async def sources_page(update: Update, context: Context, page: str) -> None:  # noqa: ARG001
    """Another page of the list."""
    await context.change("desk/sources.html", **await _page(context, number(page)))


@desk(Act.SOURCES)
async def open_source(update: Update, context: Context, source: str) -> None:  # noqa: ARG001
    """One source, with what can be done about it."""
    await context.change("desk/source.html", **await _one(context, number(source)))


@desk(Act.SOURCES)
async def pause_source(update: Update, context: Context, source: str) -> None:
    """No longer reads it."""
    await _do(update, context, source, intake.pause)


@desk(Act.SOURCES)
async def resume_source(update: Update, context: Context, source: str) -> None:
    """Reads it again, at once."""
    await _do(update, context, source, intake.resume)


@desk(Act.SOURCES)
async def remove_source(update: Update, context: Context, source: str) -> None:
    """Never reads it again; its articles stay."""
    found = (await _one(context, number(source)))["source"]
    async with context.database.write() as session:
        known = await _source(session, found.id)
        await intake.remove(session, known, now=context.now())
        await _record(update, context, session, "remove", known)
    await context.change("desk/sources.html", **await _page(context, 0))


async def add(update: Update, context: Context, address: str) -> None:
    """Finds the feed behind the address, outside any transaction, and keeps it."""
    try:
        async with FeedClient(allow_networks=context.settings.allow_networks) as client:
            feed_address, feed = await discover(client, address)
        async with context.database.write() as session:
            source = await intake.add_feed(
                session,
                feed_address,
                title=feed.title or None,
                language=feed.language,
                now=context.now(),
                added_by=person(update),
            )
            await _record(update, context, session, "add", source)
    except SourceError as error:
        await context.answer("desk/source_refused.html", kind=type(error).__name__)
        return
    await context.answer("desk/source.html", **await _one(context, source.id))


async def _do(
    update: Update,
    context: Context,
    source: str,
    act: Callable[..., Awaitable[None]],
) -> None:
    async with context.database.write() as session:
        found = await _source(session, number(source))
        await act(session, found, now=context.now())
        await _record(update, context, session, act.__name__, found)
    await context.change("desk/source.html", **await _one(context, number(source)))


async def _record(
    update: Update, context: Context, session: AsyncSession, act: str, source: Source
) -> None:
    await record(session, act, f"source:{source.id}", by=person(update), now=context.now())


async def _source(session: AsyncSession, source_id: int) -> Source:
    found = await session.get(Source, source_id, with_for_update=True)
    if found is None:
        raise Stale("gone")
    return found


async def _one(context: Context, source_id: int) -> dict[str, Any]:
    async with context.database.read() as session:
        found = await _source(session, source_id)
        articles = select(func.count()).where(Article.source_id == source_id)
        return {"source": found, "articles": await session.scalar(articles)}


async def _page(context: Context, page: int) -> dict[str, Any]:
    well = (SourceState.OK, SourceState.PAUSED, SourceState.GONE)
    troubled_first = Source.state.in_(well), Source.title, Source.id
    async with context.database.read() as session:
        count = await session.scalar(select(func.count()).select_from(Source)) or 0
        found = select(Source).order_by(*troubled_first).offset(page * PAGE).limit(PAGE)
        return {
            "sources": (await session.scalars(found)).all(),
            "count": count,
            "page": page,
            "pages": max(1, -(-count // PAGE)),
        }
