"""Verbs: add, find, pause and remove sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.errors import AddressRefused, DuplicateSource
from digests.intake.article import Article
from digests.intake.canonical import web_address
from digests.intake.source import Source, SourceKind, SourceState


async def add_feed(
    session: AsyncSession,
    address: str,
    *,
    now: datetime,
    title: str | None = None,
    language: str | None = None,
    topics: Sequence[str] = (),
    full_text: bool = False,
    state_controlled: bool = False,
    added_by: int | None = None,
) -> Source:
    """A feed, due at once; one that was removed comes back with its articles.

    Raises AddressRefused for no web address, DuplicateSource for one that is already read.
    """
    feed = feed_address(address)
    known = await session.scalar(
        select(Source).where(Source.kind == SourceKind.FEED, Source.address.in_(_spellings(feed)))
    )
    if known is not None and known.state is not SourceState.GONE:
        raise DuplicateSource(known.title)
    if known is not None:
        await resume(session, known, now=now)
        return known
    source = Source(
        kind=SourceKind.FEED,
        address=feed,
        title=title or host_of(feed),
        language=language,
        topics=list(topics),
        full_text=full_text,
        state_controlled=state_controlled,
        next_read_at=now,
        added_by=added_by,
        created_at=now,
    )
    session.add(source)
    await session.flush()
    return source


async def find_or_add(
    session: AsyncSession, kind: SourceKind, address: str, *, title: str, now: datetime
) -> Source:
    """The channel, file or push of this address (chat id or name), made where it is new."""
    known = await session.scalar(
        select(Source).where(Source.kind == kind, Source.address == address)
    )
    if known is not None:
        return known
    source = Source(kind=kind, address=address, title=title, created_at=now)
    session.add(source)
    await session.flush()
    return source


async def remove(session: AsyncSession, source: Source, *, now: datetime) -> None:
    """Never read again. With articles kept it stays as their origin, else it vanishes."""
    kept = await session.scalar(select(Article.id).where(Article.source_id == source.id).limit(1))
    if kept is None:
        await session.delete(source)
    else:
        source.state, source.state_since = SourceState.GONE, now
        source.state_reason, source.next_read_at = "removed", None
    await session.flush()


async def pause(session: AsyncSession, source: Source, *, now: datetime) -> None:
    """No longer read, its articles stay."""
    source.state, source.state_since, source.next_read_at = SourceState.PAUSED, now, None
    await session.flush()


async def resume(session: AsyncSession, source: Source, *, now: datetime) -> None:
    """Read again, at once; a source that had ended is asked once more."""
    source.state, source.state_since, source.failures = SourceState.OK, now, 0
    source.state_reason = None
    source.next_read_at = now if source.kind is SourceKind.FEED else None
    await session.flush()


def feed_address(said: str) -> str:
    """The normal spelling of a feed's address, with its credentials where it has some."""
    address = web_address(said)
    if address is None:
        raise AddressRefused("not an http or https address")
    credentials, at, _ = urlsplit(said.strip()).netloc.rpartition("@")
    parts = urlsplit(address)._replace(fragment="")
    return urlunsplit(parts._replace(netloc=f"{credentials}{at}{parts.netloc}"))


def host_of(address: str) -> str:
    """What a source is called until it says its name."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def _spellings(address: str) -> list[str]:
    """The addresses that would give the same feed a second time."""
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    return [
        urlunsplit(parts._replace(scheme=scheme, path=spelling))
        for scheme in ("http", "https")
        for spelling in (path or "/", f"{path}/")
    ]
