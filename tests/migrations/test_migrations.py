"""A migrated database is the one the code describes, whatever revision it started from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text

from digests.audience.following import Following
from digests.errors import SchemaOutdated
from digests.migrations import current, head, is_ours, require_head, upgrade
from digests.migrations.tables import METADATA
from digests.outbox.gate import Gate
from digests.outbox.receipt import Receipt
from digests.storage.database import Database
from digests.storage.schema import microseconds
from tests.editions.builders import add_story, revise
from tests.outbox.builders import readers


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "include_name": is_ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


async def test_a_migrated_database_is_what_the_code_describes(empty: Database) -> None:
    await upgrade(empty)
    async with empty.engine.begin() as connection:
        assert await connection.run_sync(differences) == []
    assert await current(empty) == head()
    await require_head(empty)


async def test_the_full_text_index_is_migrated_too(empty: Database) -> None:
    await upgrade(empty)
    places = {
        True: "SELECT count(*) FROM sqlite_master WHERE name LIKE 'story_terms%'",
        False: "SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_story_article_terms'",
    }
    async with empty.read() as session:
        assert (await session.scalar(text(places[empty.is_sqlite])) or 0) >= 1


async def test_migrating_twice_changes_nothing_and_keeps_the_data(
    empty: Database, now: datetime
) -> None:
    await upgrade(empty)
    async with empty.write() as session:
        await session.execute(insert(Gate).values(bot_id=7, rate=30.0, tat=now))
    await upgrade(empty)
    async with empty.read() as session:
        assert (await session.scalars(select(Gate.bot_id))).all() == [7]


async def test_a_database_at_another_revision_is_refused_with_a_sentence(empty: Database) -> None:
    with pytest.raises(SchemaOutdated, match="no revision"):
        await require_head(empty)


async def test_the_ledger_is_taken_over_into_months(empty: Database, now: datetime) -> None:
    """With its numbers, and numbers go on from there."""
    await upgrade(empty, "0002")
    moments = [
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        now,
    ]
    async with empty.write() as session:
        await session.execute(insert(Receipt), [_receipt(moment) for moment in moments])
    await upgrade(empty)
    async with empty.write() as session:
        await session.execute(insert(Receipt), [_receipt(now)])
    async with empty.read() as session:
        kept = (
            await session.execute(select(Receipt.id, Receipt.sent_at).order_by(Receipt.id))
        ).all()
    assert [tuple(row) for row in kept] == list(enumerate([*moments, now], start=1))
    async with empty.engine.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_who_followed_a_story_before_is_told_of_what_comes_from_now_on(
    empty: Database, now: datetime
) -> None:
    await upgrade(empty, "0003")
    async with empty.write() as session:
        await readers(session, [7], now=now)
        story = await add_story(session, now)
        await revise(session, story, now)
        for about, wish in ((f"story:{story.id}", "follow"), ("alert:1", "follow")):
            row = {"one": 1, "about": about, "wish": wish, "until": _stored(empty, now)}
            await session.execute(
                text(
                    "INSERT INTO following (subscriber_id, about, wish, until) "
                    "VALUES (:one, :about, :wish, :until)"
                ),
                row,
            )
    await upgrade(empty)
    async with empty.read() as session:
        found = await session.execute(
            select(Following.about, Following.told_revision).order_by(Following.about)
        )
        assert [tuple(row) for row in found] == [("alert:1", None), (f"story:{story.id}", 2)]


def _stored(database: Database, moment: datetime) -> object:
    return microseconds(moment) if database.is_sqlite else moment


async def test_postgresql_keeps_room_in_hot_tables_and_receipts_by_month(empty: Database) -> None:
    if empty.is_sqlite:
        pytest.skip("SQLite has neither")
    await upgrade(empty)
    async with empty.read() as session:
        options = await session.scalar(
            text("SELECT reloptions::text FROM pg_class WHERE relname = 'outbox'")
        )
        indexed = await session.scalar(
            text("SELECT count(*) FROM pg_indexes WHERE tablename = 'receipt_rest'")
        )
    assert "fillfactor=70" in (options or "")
    assert indexed == len(Receipt.__table__.indexes) + 1  # type: ignore[attr-defined]


def _receipt(sent_at: datetime) -> dict[str, object]:
    return {
        "dispatch_id": 1,
        "content": "alert",
        "subject_id": 1,
        "revision": 1,
        "chat_id": 7,
        "kind": "send",
        "part": 0,
        "outcome": "sent",
        "attempts": 1,
        "ambiguous": False,
        "closes": True,
        "sent_at": sent_at,
    }
