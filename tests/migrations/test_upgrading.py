"""Whoever runs an older release loses no row by bringing the database up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, insert, text

from digests.alerts.dialogue import Asked, ask
from digests.migrations import current, head, upgrade
from digests.storage.database import Database
from tests.migrations.rows import AT, Rows, fill, read, row_for, tables

RELEASED = ("0001", "0002", "0003", "0006", "0009")
"""Revisions that stand in somebody's database. A new one joins them with its release."""

NOBODY_READ = {
    "alert": {"author_id"},
    "dialogue": {"user_id"},
    "dispatch": {"created_by", "done_at"},
    "matter": {"settled_by"},
    "report": {"answered_by"},
    "worker": {"roles"},
}
"""Columns that were let go of, and no others."""


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def everything(database: Database) -> Rows:
    async with database.engine.begin() as connection:
        return await connection.run_sync(read)


@pytest.mark.parametrize("revision", RELEASED)
async def test_every_row_of_every_table_is_there_afterwards(empty: Database, revision: str) -> None:
    await upgrade(empty, revision)
    async with empty.engine.begin() as connection:
        await connection.run_sync(fill)
    before = await everything(empty)
    assert all(len(rows) == 1 for rows in before.values())
    await upgrade(empty)
    after = await everything(empty)
    for name, [row] in before.items():
        [kept] = after[name]
        gone = NOBODY_READ.get(name, set())
        assert {column: kept.get(column) for column in row.keys() - gone} == {
            column: value for column, value in row.items() if column not in gone
        }
        assert not gone & kept.keys()
    assert await current(empty) == head()


@pytest.mark.parametrize("revision", RELEASED)
async def test_a_second_time_changes_nothing(empty: Database, revision: str) -> None:
    await upgrade(empty, revision)
    async with empty.engine.begin() as connection:
        await connection.run_sync(fill)
    await upgrade(empty)
    once = await everything(empty)
    await upgrade(empty)
    assert await everything(empty) == once


async def test_an_update_that_waits_keeps_the_photo_and_who_says_so(empty: Database) -> None:
    await upgrade(empty, "0002")
    async with empty.engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.execute(text("UPDATE alert_revision SET photo = 'p', attribution = 'w'"))
        seen = text("UPDATE alert_update SET was_revision = (SELECT revision FROM alert_revision)")
        await connection.execute(seen)
    await upgrade(empty)
    [update] = (await everything(empty))["alert_update"]
    assert (update["photo"], update["attribution"]) == ("p", "w")
    assert (update["others"], update["attributions"]) == ({}, {})


async def test_what_was_written_before_places_names_none_and_keeps_its_label_and_story(
    empty: Database,
) -> None:
    await upgrade(empty, "0006")
    async with empty.engine.begin() as connection:
        await connection.run_sync(fill)
    await upgrade(empty)
    rows = await everything(empty)
    for table in ("alert_revision", "alert_update", "correction"):
        assert rows[table][0]["places"] == []
    assert rows["correction"][0]["standing"] is None
    assert rows["alert"][0]["story_chosen"]


def asked(connection: Connection, chat_id: int, user_id: int) -> None:
    """A dialogue as it was written until 0009; the database numbers it."""
    [table] = [one for one in tables(connection) if one.name == "dialogue"]
    row = row_for(table) | {"chat_id": chat_id, "user_id": user_id}
    del row["id"]
    connection.execute(insert(table).values(row))


async def test_one_question_a_person_stays_and_it_is_that_of_their_private_chat(
    empty: Database,
) -> None:
    await upgrade(empty, "0009")
    async with empty.engine.begin() as connection:
        for chat_id, user_id in ((-5, 7), (7, 7), (8, 8), (-5, 9)):
            await connection.run_sync(asked, chat_id, user_id)
    await upgrade(empty)
    kept = (await everything(empty))["dialogue"]
    assert [(row["id"], row["chat_id"]) for row in kept] == [(2, 7), (3, 8)]


async def test_a_new_question_after_the_upgrade_has_no_number_that_an_old_button_may_carry(
    empty: Database,
) -> None:
    await upgrade(empty, "0009")
    async with empty.engine.begin() as connection:
        for person in (7, 8, 9):
            await connection.run_sync(asked, person, person)
        await connection.execute(text("DELETE FROM dialogue WHERE chat_id > 7"))
    await upgrade(empty)
    async with empty.write() as session:
        new = await ask(session, Asked.TEXT, 8, now=AT)
    assert new.id == 4


async def test_postgresql_rewrites_no_table_to_let_go_of_columns(empty: Database) -> None:
    if empty.is_sqlite:
        pytest.skip("SQLite always does")
    files = text("SELECT relname, relfilenode FROM pg_class WHERE relname = ANY(:names)")
    names = {"names": sorted(NOBODY_READ)}
    await upgrade(empty, "0009")
    async with empty.engine.begin() as connection:
        before = set((await connection.execute(files, names)).all())
    await upgrade(empty, "0010")
    async with empty.engine.begin() as connection:
        assert set((await connection.execute(files, names)).all()) == before
