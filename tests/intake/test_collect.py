"""Sources that are due are read, what is new is kept, and each source shows how it is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select, update

from digests.intake.article import Article
from digests.intake.collect import LEASE, CollectReport, SourceRead, collect, take_due
from digests.intake.draft import drafts_of_feed
from digests.intake.entry import Feed
from digests.intake.fetch import FeedClient
from digests.intake.keep import Kept
from digests.intake.source import Source, SourceKind, SourceState
from digests.intake.sources import add_feed, find_or_add, pause, remove
from digests.storage.database import Database
from tests.intake.conftest import Site, item, rss

NEWS = rss(
    item(
        "Port reopens", "https://news.example/1", "<description>Ships left at dawn.</description>"
    ),
    item("Talks end", "https://news.example/2", "<description>No deal was made.</description>"),
)


@pytest.fixture
async def desk(database: Database, site: Site, client: FeedClient, now: datetime) -> Desk:
    """A database with one source, "/feed" of the site."""
    made = Desk(database, site, client, now)
    await made.add()
    return made


class Desk:
    """Reads rounds at a time that the test sets, and looks at what they left."""

    def __init__(self, database: Database, site: Site, client: FeedClient, now: datetime) -> None:
        self.database, self.site, self.client, self.now = database, site, client, now
        self.reads: list[SourceRead] = []

    async def add(self, path: str = "/feed", **said: Any) -> Source:
        async with self.database.write() as session:
            return await add_feed(session, self.site.url(path), now=self.now, **said)

    async def round(self, after: timedelta = timedelta(), **said: Any) -> CollectReport:
        self.now += after
        return await collect(
            self.database, self.client, now=lambda: self.now, progress=self.reads.append, **said
        )

    async def source(self) -> Source:
        async with self.database.read() as session:
            return (await session.scalars(select(Source).order_by(Source.id))).first()  # type: ignore[return-value]

    async def articles(self) -> list[Article]:
        async with self.database.read() as session:
            return list((await session.scalars(select(Article).order_by(Article.id))).all())


async def test_a_due_source_is_read_and_its_news_kept(desk: Desk) -> None:
    desk.site.put("/feed", NEWS, ETag='"1"')
    report = await desk.round()
    assert (report.read, report.failed, report.kept) == (1, 0, Kept(new=2))
    source = await desk.source()
    assert (source.state, source.title, source.etag) == (SourceState.OK, "Front News", '"1"')
    assert source.next_read_at == desk.now + timedelta(minutes=15)
    assert source.last_read_at == source.last_ok_at == source.last_new_at == desk.now
    assert [article.title for article in await desk.articles()] == ["Port reopens", "Talks end"]


async def test_a_source_that_is_not_due_is_left_alone(desk: Desk) -> None:
    desk.site.put("/feed", NEWS)
    await desk.round()
    assert (await desk.round(timedelta(minutes=14))).read == 0
    assert (await desk.round(timedelta(minutes=1))).read == 1
    assert len(desk.site.requests) == 2


async def test_nothing_new_changes_nothing_but_the_time(desk: Desk) -> None:
    desk.site.put("/feed", NEWS)
    await desk.round()
    first = desk.now
    report = await desk.round(timedelta(hours=1))
    assert report.kept == Kept(known=2)
    source = await desk.source()
    assert (source.last_new_at, source.last_ok_at) == (first, desk.now)


async def test_what_did_not_change_is_not_read_again(desk: Desk) -> None:
    async def conditional(request: web.Request) -> web.Response:
        known = request.headers.get("If-None-Match") == '"1"'
        text = "" if known else NEWS
        return web.Response(status=304 if known else 200, text=text, headers={"ETag": '"1"'})

    desk.site.answers["/feed"] = conditional
    await desk.round()
    report = await desk.round(timedelta(hours=1))
    assert (report.read, report.failed, report.kept) == (1, 0, Kept())
    assert (await desk.source()).state is SourceState.OK


@pytest.mark.parametrize(
    ("answer", "state", "reason", "wait"),
    [
        ({"status": 500}, "failing", "HTTP 500", timedelta(minutes=15)),
        ({"status": 404}, "failing", "HTTP 404", timedelta(minutes=15)),
        ({"status": 429, "Retry_After": "7200"}, "failing", "HTTP 429", timedelta(hours=2)),
        ({"status": 503, "Retry_After": "999999"}, "failing", "HTTP 503", timedelta(hours=24)),
        ({"status": 410}, "gone", "HTTP 410", None),
        ({"body": "<html><body>Hi"}, "malformed", "a web page", timedelta(minutes=15)),
        ({"body": ""}, "malformed", "an empty body", timedelta(minutes=15)),
        ({"body": b"x" * 10_000_001}, "too_large", "more than", timedelta(minutes=15)),
        ({"status": 302, "Location": "http://10.0.0.1/"}, "refused", "private", timedelta(minutes=15)),
        ({"body": "x", "Content_Encoding": "br"}, "malformed", "coding", timedelta(minutes=15)),
    ],
)  # fmt: skip
async def test_what_goes_wrong_has_a_state_a_reason_and_a_next_try(
    desk: Desk, answer: dict[str, Any], state: str, reason: str, wait: timedelta | None
) -> None:
    desk.site.put("/feed", **answer)
    assert (await desk.round()).failed == 1
    source = await desk.source()
    assert (source.state, source.state_since, source.failures) == (state, desk.now, 1)
    assert reason in (source.state_reason or "")
    if wait is None:
        assert source.next_read_at is None
    else:
        assert source.next_read_at is not None
        assert wait <= source.next_read_at - desk.now <= wait * 1.1


async def test_a_failing_source_backs_off_keeps_its_articles_and_recovers(desk: Desk) -> None:
    desk.site.put("/feed", NEWS)
    await desk.round()
    desk.site.put("/feed", status=500)
    failed = desk.now + timedelta(hours=1)
    await desk.round(timedelta(hours=1))
    await desk.round(timedelta(hours=1))
    source = await desk.source()
    assert (source.failures, source.state_since) == (2, failed)
    assert source.next_read_at is not None
    assert source.next_read_at >= desk.now + timedelta(minutes=30)
    desk.site.put("/feed", NEWS)
    await desk.round(timedelta(hours=2))
    source = await desk.source()
    assert (source.state, source.failures, source.state_reason) == (SourceState.OK, 0, None)
    assert len(await desk.articles()) == 2


async def test_a_damaged_feed_gives_its_good_entries_and_says_so(desk: Desk) -> None:
    desk.site.put("/feed", NEWS.replace("Talks end", "Talks & end").encode())
    report = await desk.round()
    source = await desk.source()
    assert (source.state, source.state_reason) == (SourceState.MALFORMED, "not well-formed XML")
    assert (report.kept.new, source.failures) == (2, 0)
    assert source.next_read_at == desk.now + timedelta(minutes=15)


async def test_one_bad_source_does_not_stop_the_others(desk: Desk) -> None:
    desk.site.put("/feed", status=500)
    for number in range(5):
        desk.site.put(f"/{number}", rss(item(f"News {number}", f"https://{number}.example/1")))
        await desk.add(f"/{number}")
    report = await desk.round()
    assert (report.read, report.failed, report.kept.new) == (6, 1, 5)


async def test_a_mistake_of_ours_in_one_source_is_told_and_does_not_stop_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(feed: Feed, *rest: Any) -> Any:
        if feed.title == "Cursed":
            raise KeyError("never shown")
        return drafts_of_feed(feed, *rest)

    monkeypatch.setattr("digests.intake.collect.drafts_of_feed", broken)
    desk.site.put("/feed", rss(item("A", "https://a.example/1"), head="<title>Cursed</title>"))
    desk.site.put("/other", NEWS)
    await desk.add("/other")
    report = await desk.round()
    assert (report.read, report.failed, report.kept.new) == (2, 1, 2)
    source = await desk.source()
    assert (source.state, source.state_reason) == (SourceState.FAILING, "unexpected KeyError")
    assert "reading source" in caplog.text


async def test_a_permanent_move_is_followed_for_good(desk: Desk) -> None:
    desk.site.put("/feed", status=301, Location="/new")
    desk.site.put("/new", NEWS)
    await desk.round()
    assert (await desk.source()).address == desk.site.url("/new")
    await desk.round(timedelta(hours=1))
    assert [request.path for request in desk.site.requests] == ["/feed", "/new", "/new"]


@pytest.mark.parametrize("status", [302, 307])
async def test_a_temporary_move_is_not(desk: Desk, status: int) -> None:
    desk.site.put("/feed", status=status, Location="/new")
    desk.site.put("/new", NEWS)
    await desk.round()
    assert (await desk.source()).address == desk.site.url("/feed")


async def test_a_move_onto_another_source_keeps_both_apart(desk: Desk) -> None:
    desk.site.put("/feed", status=301, Location="/other")
    desk.site.put("/other", NEWS)
    await desk.add("/other")
    report = await desk.round()
    assert (report.read, report.failed, report.kept.new) == (2, 0, 2)
    assert (await desk.source()).address == desk.site.url("/feed")


async def test_a_feeds_own_wish_stretches_the_interval(desk: Desk) -> None:
    desk.site.put("/feed", rss(item("A", "https://a.example/1"), head="<ttl>120</ttl>"))
    await desk.round()
    assert (await desk.source()).next_read_at == desk.now + timedelta(hours=2)


PAGE = "<html><head><title>T</title></head><body><article><h1>Port reopens</h1>{}</article></body></html>"
TEXT = "".join(
    f"<p>Ship number {n} left the harbour in the morning with grain for the south.</p>"
    for n in range(8)
)


@pytest.mark.parametrize("more", ["", "<description>Ships left.</description>"])
@pytest.mark.parametrize("full_text", [True, False])
async def test_a_page_is_read_where_the_feed_says_nothing_or_the_source_wants_it(
    desk: Desk, more: str, full_text: bool
) -> None:
    desk.site.put("/feed", rss(item("Port reopens", desk.site.url("/page"), more)))
    desk.site.put("/page", PAGE.format(TEXT), Content_Type="text/html")
    async with desk.database.write() as session:
        await session.execute(update(Source).values(full_text=full_text))
    await desk.round()
    (article,) = await desk.articles()
    wanted = full_text or not more
    assert ("Ship number 7" in article.text) is wanted
    assert article.summary == ("Ships left." if more else article.summary)
    await desk.round(timedelta(hours=1))
    assert sum(request.path == "/page" for request in desk.site.requests) == wanted


@pytest.mark.parametrize("status", [404, 500])
async def test_a_page_that_fails_never_loses_the_article(desk: Desk, status: int) -> None:
    desk.site.put("/feed", rss(item("Port reopens", desk.site.url("/page"))))
    desk.site.put("/page", status=status)
    await desk.round()
    (article,) = await desk.articles()
    assert (article.title, article.text) == ("Port reopens", "")


async def test_pages_that_keep_failing_are_given_up(desk: Desk) -> None:
    items = (item(f"News {n}", desk.site.url(f"/page/{n}")) for n in range(10))
    desk.site.put("/feed", rss(*items))
    await desk.round()
    assert len(desk.site.requests) == 1 + 3
    assert len(await desk.articles()) == 10


async def test_no_more_than_asked_for_are_read(desk: Desk) -> None:
    for number in range(4):
        await desk.add(f"/{number}")
    assert (await desk.round(limit=3)).read == 3
    assert (await desk.round()).read == 2


async def test_a_taken_source_is_left_to_its_taker_until_the_lease_ends(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_feed(session, "https://a.example/feed", now=now)

    async def take(moment: datetime) -> int:
        async with database.write() as session:
            taken = await take_due(session, now=moment, until=moment + LEASE, limit=10)
        return len(taken)

    assert await take(now) == 1
    assert await take(now + LEASE / 2) == 0
    assert await take(now + LEASE) == 1


async def test_only_feeds_that_are_alive_are_taken(database: Database, now: datetime) -> None:
    async with database.write() as session:
        paused = await add_feed(session, "https://a.example/feed", now=now)
        await pause(session, paused, now=now)
        await find_or_add(session, SourceKind.CHANNEL, "-100", title="Channel", now=now)
        assert await take_due(session, now=now, until=now + LEASE, limit=10) == []


async def test_a_source_removed_or_paused_while_it_is_read_stays_so(desk: Desk) -> None:
    async def meanwhile(request: web.Request) -> web.Response:
        async with desk.database.write() as session:
            paused = await session.get(Source, (await desk.source()).id)
            assert paused is not None
            await pause(session, paused, now=desk.now)
        return web.Response(text=NEWS)

    async def removed(request: web.Request) -> web.Response:
        async with desk.database.write() as session:
            gone = await session.get(Source, other.id)
            assert gone is not None
            await remove(session, gone, now=desk.now)
        return web.Response(text=NEWS)

    other = await desk.add("/other")
    desk.site.answers |= {"/feed": meanwhile, "/other": removed}
    await desk.round()
    source = await desk.source()
    assert (source.state, source.next_read_at) == (SourceState.PAUSED, None)
    async with desk.database.read() as session:
        assert await session.get(Source, other.id) is None


async def test_the_database_is_free_while_a_server_lets_us_wait(desk: Desk) -> None:
    """No transaction is open over the network: another writer gets in while the answer is awaited."""
    asked, wrote = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.set()
        async with asyncio.timeout(3):
            await wrote.wait()
        return web.Response(text=NEWS)

    async def write() -> None:
        await asked.wait()
        async with desk.database.write() as session:
            await session.execute(update(Source).values(interval_minutes=30))
        wrote.set()

    desk.site.answers["/feed"] = slow
    report, _ = await asyncio.gather(desk.round(), write())
    assert report.kept.new == 2


async def test_each_reading_is_reported_as_it_ends(desk: Desk) -> None:
    desk.site.put("/feed", NEWS)
    await desk.round()
    (read,) = desk.reads
    assert (read.title, read.state, read.reason, read.kept) == (
        "Front News", SourceState.OK, None, Kept(new=2),
    )  # fmt: skip
