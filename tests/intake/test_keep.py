"""Each article is kept once, on both engines."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from digests.intake.article import Article
from digests.intake.draft import Draft, Origin, draft_of_record
from digests.intake.keep import Kept, keep
from digests.intake.record import Record
from digests.intake.source import Source, SourceKind
from digests.intake.sources import find_or_add
from digests.storage.database import Database

LONG = (
    "The convoy reached the town on Monday with grain, medicine and generators, officials said. "
    * 2
)


async def source(database: Database, now: datetime, name: str = "wire") -> Source:
    async with database.write() as session:
        return await find_or_add(session, SourceKind.FILE, name, title=name, now=now)


async def kept(database: Database, origin: Source, now: datetime, *records: Record) -> Kept:
    drafts: list[Draft] = [draft_of_record(record, Origin(origin.id), now) for record in records]
    async with database.write() as session:
        return await keep(session, origin.id, drafts, now=now)


async def stored(database: Database) -> list[Article]:
    async with database.read() as session:
        return list((await session.scalars(select(Article).order_by(Article.id))).all())


FIRST = Record(
    "Convoy arrives", url="https://a.example/1", text=LONG, summary="It arrived.", guid="g"
)


@pytest.mark.parametrize(
    ("again", "known"),
    [
        (FIRST, True),
        (Record("Convoy arrives", url="http://www.a.example/1/?utm_source=tg", text="x"), True),
        (Record("Another headline", url="https://a.example/2", text=f"<p>{LONG}</p>"), True),
        (Record("Convoy arrives", url="https://a.example/2", text="Another text"), False),
        (Record("Convoy arrives", text="No address"), False),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_the_same_article_is_kept_once(
    database: Database, now: datetime, again: Record, known: bool, at_once: bool
) -> None:
    wire = await source(database, now)
    if at_once:
        await kept(database, wire, now, FIRST, again)
    else:
        await kept(database, wire, now, FIRST)
        await kept(database, wire, now, again)
    assert len(await stored(database)) == (1 if known else 2)


async def test_an_address_is_one_article_for_all_sources(database: Database, now: datetime) -> None:
    wire, other = await source(database, now), await source(database, now, "other")
    assert await kept(database, wire, now, FIRST) == Kept(new=1)
    later = Record("Its own headline", url=FIRST.url, text="Its own words")
    assert await kept(database, other, now, later) == Kept(known=1)
    (article,) = await stored(database)
    assert (article.source_id, article.later_title, article.changed_at) == (wire.id, None, None)


async def test_wire_copy_in_two_sources_is_two_articles(database: Database, now: datetime) -> None:
    wire, other = await source(database, now), await source(database, now, "other")
    await kept(database, wire, now, FIRST)
    copy = Record("Convoy arrives", url="https://b.example/1", text=LONG)
    assert await kept(database, other, now, copy) == Kept(new=1)


async def test_a_changed_title_is_noted_once_and_the_first_stays(
    database: Database, now: datetime
) -> None:
    wire, later = await source(database, now), now + timedelta(hours=1)
    await kept(database, wire, now, FIRST)
    changed = Record("Convoy turns back", url=FIRST.url, text=LONG, summary="It turned back.")
    assert await kept(database, wire, later, changed) == Kept(changed=1)
    assert await kept(database, wire, later + timedelta(hours=1), changed) == Kept(known=1)
    (article,) = await stored(database)
    assert (article.title, article.later_title) == ("Convoy arrives", "Convoy turns back")
    assert (article.later_summary, article.changed_at) == ("It turned back.", later)


@pytest.mark.parametrize(
    ("title", "changed"),
    [
        ("Convoy arrives - Wire", 0),
        ("LIVE: Convoy arrives", 0),
        ("convoy  ARRIVES!", 0),
        ("Convoy arri…", 0),
        ("Convoy arrives, mayor denies", 1),
        ("No convoy arrives", 1),
        ("Convoy", 1),
    ],
)
async def test_an_affix_or_another_case_is_no_change(
    database: Database, now: datetime, title: str, changed: int
) -> None:
    wire = await source(database, now)
    await kept(database, wire, now, FIRST)
    again = await kept(database, wire, now, Record(title, url=FIRST.url, text=LONG))
    assert again == Kept(changed=changed, known=1 - changed)


async def test_everything_that_was_said_is_kept(database: Database, now: datetime) -> None:
    wire = await source(database, now)
    said = now - timedelta(hours=2)
    record = Record(
        "Title \u0000\U0001f1fa\U0001f1e6", "https://a.example/1", "Text", "Summary", said,
        None, "uk-UA", ("energy",),
    )  # fmt: skip
    await kept(database, wire, now, record)
    (article,) = await stored(database)
    assert article.title == "Title \U0001f1fa\U0001f1e6"
    assert (article.text, article.summary) == ("Text", "Summary")
    assert (article.published_at, article.read_at, article.date_doubtful) == (said, now, False)
    assert (article.language, article.topics, article.grouped_at) == ("uk", ["energy"], None)


async def test_workers_that_keep_the_same_at_once_keep_it_once(
    database: Database, now: datetime
) -> None:
    sources = [await source(database, now, f"wire {n}") for n in range(6)]
    records = [Record(f"News {n}", url=f"https://a.example/{n}") for n in range(60)]
    done = await asyncio.gather(*(kept(database, wire, now, *records) for wire in sources))
    assert sum(done, Kept()) == Kept(new=60, known=300)
    assert len(await stored(database)) == 60


async def test_more_articles_than_a_query_can_name_at_once(
    database: Database, now: datetime
) -> None:
    wire = await source(database, now)
    many = [Record(f"News {n}", url=f"https://a.example/{n}") for n in range(2_500)]
    assert await kept(database, wire, now, *many) == Kept(new=2_500)
    assert await kept(database, wire, now, *many) == Kept(known=2_500)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Article)) == 2_500


async def test_a_changed_text_is_kept_beside_what_was_published(
    database: Database, now: datetime
) -> None:
    wire = await source(database, now)
    await kept(database, wire, now, FIRST)
    changed = Record(
        "Convoy arrives", url=FIRST.url, text=LONG.replace("grain", "shells"), summary="It arrived."
    )
    assert await kept(database, wire, now, changed) == Kept(changed=1)
    (article,) = await stored(database)
    assert "grain" in article.text
    assert article.later_text is not None
    assert "shells" in article.later_text
    assert (article.later_title, article.later_summary) == (None, None)


async def test_where_pages_are_read_the_feeds_shorter_text_is_no_change(
    database: Database, now: datetime
) -> None:
    wire = await source(database, now)
    async with database.write() as session:
        (await session.get_one(Source, wire.id)).full_text = True
    await kept(database, wire, now, FIRST)
    teaser = Record("Convoy arrives", url=FIRST.url, text="A teaser of its own.", summary="")
    assert await kept(database, wire, now, teaser) == Kept(known=1)
