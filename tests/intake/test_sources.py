"""Sources are added once, paused, removed and brought back."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from digests.errors import AddressRefused, DuplicateSource
from digests.intake.receive import receive
from digests.intake.record import Record
from digests.intake.source import Source, SourceKind, SourceState
from digests.intake.sources import add_feed, feed_address, find_or_add, pause, remove, resume
from digests.storage.database import Database


async def test_a_feed_is_due_at_once_and_named_by_its_host(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        source = await add_feed(
            session, " HTTPS://www.Front.example:443/feed#top ", now=now, language="uk",
            topics=["energy"],
        )  # fmt: skip
    assert source.address == "https://www.front.example/feed"
    assert (source.title, source.next_read_at) == ("front.example", now)
    assert (source.state, source.language, source.topics) == (SourceState.OK, "uk", ["energy"])


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://a.example/feed", True),
        ("http://a.example/feed/", True),
        ("https://A.example/feed#x", True),
        ("https://a.example/feed?lang=uk", False),
        ("https://a.example/Feed", False),
    ],
)
async def test_a_feed_is_added_once(
    database: Database, now: datetime, address: str, same: bool
) -> None:
    async with database.write() as session:
        await add_feed(session, "https://a.example/feed", now=now)
        if same:
            with pytest.raises(DuplicateSource):
                await add_feed(session, address, now=now)
        else:
            await add_feed(session, address, now=now)


@pytest.mark.parametrize("address", ["", "feed", "ftp://a.example/feed", "file:///etc/passwd"])
async def test_only_web_addresses_are_sources(
    database: Database, now: datetime, address: str
) -> None:
    async with database.write() as session:
        with pytest.raises(AddressRefused):
            await add_feed(session, address, now=now)


def test_credentials_stay_in_the_address_that_is_read() -> None:
    assert feed_address("https://me:key@A.example/feed") == "https://me:key@a.example/feed"


async def test_a_removed_source_stays_as_the_origin_of_its_articles_and_can_come_back(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        kept = await find_or_add(session, SourceKind.PUSH, "key", title="key", now=now)
        await receive(session, [Record("A", text="a")], kind=SourceKind.PUSH, sender="key", now=now)
        empty = await add_feed(session, "https://a.example/feed", now=now)
        await remove(session, kept, now=now)
        await remove(session, empty, now=now)
        left = (await session.scalars(select(Source))).all()
        assert [(source.state, source.state_reason) for source in left] == [
            (SourceState.GONE, "removed")
        ]


async def test_a_feed_that_ended_is_asked_again_when_it_is_added_again(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        source = await add_feed(session, "https://a.example/feed", now=now)
        source.state, source.next_read_at = SourceState.GONE, None
        await session.flush()
        again = await add_feed(session, "https://a.example/feed", now=now)
    assert again.id == source.id
    assert (again.state, again.next_read_at) == (SourceState.OK, now)


async def test_a_paused_source_is_read_at_once_when_it_goes_on(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        source = await add_feed(session, "https://a.example/feed", now=now)
        await pause(session, source, now=now)
        assert (source.state, source.next_read_at) == (SourceState.PAUSED, None)
        await resume(session, source, now=now)
        assert (source.state, source.next_read_at) == (SourceState.OK, now)
