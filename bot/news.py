"""News on its way in, as both the timetable and the command line ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.digest import digest_parts
from bot.rendering.render import Message, Version, Words
from digests.alerts.united import carry_over
from digests.audience.sharing import taste_for
from digests.audience.subscribe import FIRST_WINDOW
from digests.audience.taste import Length
from digests.editions.due import next_whole_minute
from digests.editions.edition import Edition
from digests.editions.on_demand import on_demand
from digests.editions.press import Wanted, press
from digests.editions.selection import Candidate, Reason
from digests.editions.stock import stock
from digests.editions.window import open_window
from digests.intake.article import Article
from digests.intake.collect import SourceRead, collect
from digests.intake.fetch import FeedClient
from digests.intake.source import Source
from digests.storage.database import Database
from digests.stories.group import group
from digests.stories.repair import Repaired, repair
from digests.stories.story import Story, StoryRevision
from digests.stories.tagging import Topics
from digests.vocabulary import Language, Topic

AT_ONCE = 500
"""Articles placed in one transaction: the writer is never away for long."""
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Collected:
    """A round of reading and grouping in figures."""

    read: int
    failed: int
    new: int
    grouped: int

    def as_row(self) -> dict[str, int]:
        """For scripts."""
        return asdict(self)


async def collect_and_group(
    database: Database,
    client: FeedClient,
    topics: Topics,
    *,
    now: Callable[[], datetime],
    progress: Callable[[SourceRead], None] | None = None,
) -> Collected:
    """Reads every source that is due, then places what is new."""
    report = await collect(database, client, now=now, progress=progress)
    grouped = await group_all(database, topics, now=now)
    return Collected(report.read, report.failed, report.kept.new, grouped)


async def group_all(
    database: Database,
    topics: Topics,
    *,
    now: Callable[[], datetime],
    progress: Callable[[int], object] | None = None,
) -> int:
    """Places every article that waits, in transactions of ``AT_ONCE``; says how many."""
    placed = 0
    while True:
        async with database.write() as session:
            told_at = await open_window(session, now=now())
            report = await group(session, topics, now=told_at, limit=AT_ONCE)
        placed += report.articles
        if progress:
            progress(report.articles)
        if report.articles < AT_ONCE:
            return placed


async def repair_all(
    database: Database, topics: Topics, *, now: Callable[[], datetime]
) -> Repaired:
    """Divides and unites open stories where grouping could not know better."""
    async with database.write() as session:
        told_at = await open_window(session, now=now())
        repaired = await repair(session, topics, now=told_at)
        await carry_over(session, repaired.united)
        return repaired


@dataclass(frozen=True, slots=True)
class Explained:
    """A story that could be told, in the words of the digest's language, and why it stands where."""

    title: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Preview:
    """A digest as its reader would get it, and what it was chosen from."""

    parts: tuple[Message, ...]
    explained: tuple[Explained, ...]


async def preview_digest(
    database: Database,
    topics: Topics,
    wanted: Sequence[Topic],
    language: Language,
    *,
    now: datetime,
    back: timedelta | None = None,
    length: Length = Length.USUAL,
) -> Preview:
    """The digest that a new reader of these topics would get now, or the one over ``back``; all that
    was done for it is undone."""
    async with database.write() as session:
        told_at = await open_window(session, now=now)
        await group(session, topics, now=told_at, limit=AT_ONCE)
        taste = await taste_for(session, wanted, length)
        assert taste is not None  # noqa: S101 - at least one topic was wanted
        end = next_whole_minute(told_at)
        since = end - (back or FIRST_WINDOW)
        edition = await on_demand(
            session, taste, wanted, since, end, is_first=back is None, now=now
        )
        empty = Wanted(taste, since, end)
        edition_id = edition.id if edition else (await press(session, [empty], now=now))[empty]
        edition = await session.get_one(Edition, edition_id)
        parts = await digest_parts(session, Words(topics), Version(edition_id, 1, language, "UTC"))
        explained = await _explained(session, edition, wanted, language, length)
        await session.rollback()
    return Preview(parts, explained)


async def _explained(
    session: AsyncSession,
    edition: Edition,
    wanted: Sequence[Topic],
    language: Language,
    length: Length,
) -> tuple[Explained, ...]:
    start, end = edition.window_start, edition.window_end
    reasons = (await stock(session, start, end)).explain(wanted, start, end, length)
    said = {row.story_id: row for row in await _said(session, [r.candidate for r in reasons])}
    return tuple(
        Explained(said[reason.candidate.story_id].told_in(language)[1]["title"], reason)
        for reason in reasons
    )


async def _said(session: AsyncSession, candidates: Sequence[Candidate]) -> Sequence[StoryRevision]:
    rows = select(StoryRevision).join(
        Story, and_(Story.id == StoryRevision.story_id, Story.revision == StoryRevision.revision)
    )
    ids = [candidate.story_id for candidate in candidates]
    return (await session.scalars(rows.where(Story.id.in_(ids)))).all()


async def article_rows(
    database: Database, *, since: datetime | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Every article in the shape of an import file, oldest first."""
    last = 0
    while True:
        page = select(Article, Source.title).join(Source, Source.id == Article.source_id)
        page = page.where(Article.id > last).order_by(Article.id).limit(_PAGE)
        if since is not None:
            page = page.where(Article.read_at >= since)
        async with database.read() as session:
            rows = (await session.execute(page)).all()
        for article, source in rows:
            yield _row(article, source)
            last = article.id
        if len(rows) < _PAGE:
            return


def _row(article: Article, source: str) -> dict[str, Any]:
    row = {
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "summary": article.summary,
        "published_at": article.published_at.isoformat(),
        "source": source,
        "language": article.language,
        "topics": article.topics,
    }
    return {name: value for name, value in row.items() if value}
