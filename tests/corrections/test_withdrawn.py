"""An article that its feed passes over is looked at, and is withdrawn when its page is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.corrections.noticed import silent_edits
from digests.corrections.withdrawn import AGAIN_AFTER, THERE_FOR, look_at_pages
from digests.errors import BadStatus, Gone, SourceError, Unreachable
from digests.intake.article import Article, DroppedArticle
from digests.intake.draft import Draft, Origin, draft_of_record
from digests.intake.dropped import WATCHED_FOR, note_dropped
from digests.intake.fetch import FeedClient, Fetched
from digests.intake.keep import keep
from digests.intake.record import Record
from digests.intake.source import SourceKind
from digests.intake.sources import find_or_add
from digests.storage.database import Database
from digests.stories.story import StoryArticle
from tests.corrections.builders import story

GONE: list[SourceError] = [BadStatus(404), Gone("HTTP 410")]


class Site(FeedClient):
    """Answers each page as the test says; counts what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.says: SourceError | None = None
        self.asked: list[str] = []

    async def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        self.asked.append(url)
        if self.says is not None:
            raise self.says
        return Fetched(url, b"here")


def drafts(now: datetime, numbers: range) -> list[Draft]:
    """Entries of a feed, an hour apart, the newest first."""
    return [
        draft_of_record(
            Record(
                f"Event {n}",
                url=f"https://a.example/{n}",
                text=f"What happened at {n}. " * 12,
                published_at=now - timedelta(hours=n),
            ),
            Origin(1),
            now,
        )
        for n in numbers
    ]


async def read(session: AsyncSession, now: datetime, found: list[Draft]) -> None:
    """One reading of the feed."""
    await keep(session, 1, found, now=now)
    await note_dropped(session, 1, found, now=now)


async def dropped(database: Database, now: datetime, left_out: int = 3) -> None:
    """Ten articles in a story each; at the next reading the feed leaves one out."""
    async with database.write() as session:
        await find_or_add(session, SourceKind.FEED, "https://a.example/f", title="A", now=now)
        listed = drafts(now, range(1, 11))
        await read(session, now, listed)
        told = await story(session, now)
        for article in (await session.scalars(select(Article))).all():
            session.add(StoryArticle(article_id=article.id, story_id=told.id, terms=""))
        await session.flush()
        await read(session, now, [d for d in listed if d.title != f"Event {left_out}"])


async def watched(database: Database) -> list[str]:
    async with database.read() as session:
        titles = select(Article.title).join(DroppedArticle, DroppedArticle.article_id == Article.id)
        return list(await session.scalars(titles.order_by(Article.id)))


async def test_only_what_the_feed_passes_over_is_looked_at(
    database: Database, now: datetime
) -> None:
    await dropped(database, now)
    assert await watched(database) == ["Event 3"]


async def test_the_oldest_leave_a_feed_as_a_matter_of_course(
    database: Database, now: datetime
) -> None:
    await dropped(database, now, left_out=10)
    assert await watched(database) == []


async def test_the_same_text_at_another_address_was_not_dropped(
    database: Database, now: datetime
) -> None:
    await dropped(database, now, left_out=11)
    moved = [*drafts(now, range(1, 11))]
    there = moved[2]
    moved[2] = draft_of_record(
        Record(there.title, url="https://a.example/moved", text=there.text), Origin(1), now
    )
    async with database.write() as session:
        await read(session, now, moved)
    assert await watched(database) == []


@pytest.mark.parametrize("answer", GONE, ids=["404", "410"])
async def test_a_page_that_is_gone_twice_is_withdrawn(
    database: Database, now: datetime, answer: SourceError
) -> None:
    await dropped(database, now)
    site = Site()
    site.says = answer
    assert await look_at_pages(database, site, now=lambda: now) == 0
    assert await look_at_pages(database, site, now=lambda: now) == 0
    assert site.asked == ["https://a.example/3"]
    later = now + AGAIN_AFTER
    assert await look_at_pages(database, site, now=lambda: later) == 1
    async with database.read() as session:
        found = await silent_edits(session, now=later)
    (values,) = found.values()
    assert (values["weight"], values["was_title"]) == ("withdrawn", "Event 3")
    assert await look_at_pages(database, site, now=lambda: later + THERE_FOR) == 0


async def test_a_page_that_is_there_is_left_alone_for_hours(
    database: Database, now: datetime
) -> None:
    await dropped(database, now)
    site = Site()
    for hours in (0, 1, 5, 6):
        moment = now + timedelta(hours=hours)
        await look_at_pages(database, site, now=lambda moment=moment: moment)
    assert len(site.asked) == 2


@pytest.mark.parametrize("answer", [BadStatus(503), BadStatus(403), Unreachable("no answer")])
async def test_a_site_in_trouble_says_nothing_of_its_articles(
    database: Database, now: datetime, answer: SourceError
) -> None:
    await dropped(database, now)
    site = Site()
    site.says = answer
    for hours in range(8):
        moment = now + timedelta(hours=hours)
        assert await look_at_pages(database, site, now=lambda moment=moment: moment) == 0


async def test_a_page_no_story_tells_is_never_fetched(database: Database, now: datetime) -> None:
    await dropped(database, now)
    async with database.write() as session:
        for place in (await session.scalars(select(StoryArticle))).all():
            await session.delete(place)
    site = Site()
    await look_at_pages(database, site, now=lambda: now)
    assert site.asked == []


async def test_after_two_days_nobody_looks_any_more(database: Database, now: datetime) -> None:
    await dropped(database, now)
    site = Site()
    later = now + WATCHED_FOR + timedelta(hours=1)
    async with database.write() as session:
        await session.execute(update(DroppedArticle).values(look_at=later))
    await look_at_pages(database, site, now=lambda: later)
    assert (site.asked, await watched(database)) == ([], [])
