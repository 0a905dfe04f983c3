"""Articles that are brought to us."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from digests.intake.article import Article
from digests.intake.importing import import_articles
from digests.intake.keep import Kept
from digests.intake.receive import Post, receive, receive_post
from digests.intake.record import Record
from digests.intake.source import Source, SourceKind
from digests.intake.sources import pause
from digests.storage.database import Database

LONG = (
    "The convoy reached the town on Monday with grain, medicine and generators, officials said. "
    * 2
)


async def test_records_go_under_the_source_they_name(database: Database, now: datetime) -> None:
    records = [
        Record("A", text="a"), Record("B", text="b", source="Wire"), Record("C", text="c"),
    ]  # fmt: skip
    async with database.write() as session:
        kept = await receive(session, records, kind=SourceKind.PUSH, sender="key 1", now=now)
    assert kept == Kept(new=3)
    async with database.read() as session:
        rows = await session.execute(
            select(Source.title, Source.kind, Article.title).join(Article).order_by(Article.title)
        )
        assert [tuple(row) for row in rows] == [
            ("key 1", "push", "A"), ("Wire", "push", "B"), ("key 1", "push", "C"),
        ]  # fmt: skip


async def test_what_a_paused_source_sends_is_not_kept(database: Database, now: datetime) -> None:
    records = [Record("A", text="a")]
    async with database.write() as session:
        await receive(session, records, kind=SourceKind.PUSH, sender="key", now=now)
        await pause(session, (await session.scalars(select(Source))).one(), now=now)
        more = [Record("B", text="b")]
        kept = await receive(session, more, kind=SourceKind.PUSH, sender="key", now=now)
    assert kept == Kept(known=1)


@pytest.fixture
def post(now: datetime) -> Post:
    """A post a minute old."""
    text = "Siren in Kyiv\nGo to the shelters."
    return Post("-100123", "Front channel", 7, text, now - timedelta(minutes=1))


async def taken(database: Database, post: Post, now: datetime) -> Article | None:
    async with database.write() as session:
        return await receive_post(session, post, now=now)


async def test_a_post_is_an_article_with_its_first_line_as_title(
    database: Database, now: datetime, post: Post
) -> None:
    article = await taken(database, replace(post, link="https://t.me/front/7"), now)
    assert article is not None
    assert (article.title, article.text) == ("Siren in Kyiv", "Go to the shelters.")
    assert (article.url, article.published_at) == ("https://t.me/front/7", post.posted_at)


async def test_a_long_first_line_keeps_the_text_whole(
    database: Database, now: datetime, post: Post
) -> None:
    article = await taken(database, replace(post, text=LONG * 3), now)
    assert article is not None
    assert article.title == LONG.split(". ")[0].strip() + "."
    assert article.text == (LONG * 3).strip()


async def test_a_post_that_comes_again_is_the_same_article_and_an_edit_is_noted(
    database: Database, now: datetime, post: Post
) -> None:
    first = await taken(database, post, now)
    again = await taken(database, post, now)
    edited = await taken(database, replace(post, text="All clear in Kyiv\nYou may go home."), now)
    assert first is not None
    assert again is not None
    assert edited is not None
    assert first.id == again.id == edited.id
    assert (edited.title, edited.later_title) == ("Siren in Kyiv", "All clear in Kyiv")


async def test_posts_of_two_channels_with_one_number_are_two(
    database: Database, now: datetime, post: Post
) -> None:
    first = await taken(database, post, now)
    other = await taken(database, replace(post, channel="-100999"), now)
    assert first is not None
    assert other is not None
    assert first.id != other.id


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b"])
async def test_a_post_that_says_nothing_is_no_article(
    database: Database, now: datetime, post: Post, text: str
) -> None:
    assert await taken(database, replace(post, text=text), now) is None


async def test_a_file_is_imported_once_and_its_bad_lines_are_named(
    database: Database, now: datetime
) -> None:
    lines = [f'{{"title": "News {n}", "url": "https://a.example/{n}"}}' for n in range(1_200)]
    lines[700] = "{"
    body = "\n".join(lines).encode()
    passed = 0

    def progress(batch: object) -> None:
        nonlocal passed
        passed += batch.size  # type: ignore[attr-defined]

    def at_now() -> datetime:
        return now

    report = await import_articles(
        database, io.BytesIO(body), name="archive", now=at_now, progress=progress
    )
    assert (report.kept, report.bad_count, passed) == (Kept(new=1_199), 1, len(body))
    assert [(line.number, line.reason) for line in report.bad] == [(701, "not JSON")]
    again = await import_articles(database, io.BytesIO(body), name="archive", now=at_now)
    assert again.kept == Kept(known=1_199)
    async with database.read() as session:
        (source,) = (await session.scalars(select(Source))).all()
    assert (source.kind, source.title, source.next_read_at) == (SourceKind.FILE, "archive", None)
