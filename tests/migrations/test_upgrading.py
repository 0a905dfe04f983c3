"""Whoever runs an older release loses no row by bringing the database up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from digests.migrations import current, head, upgrade
from digests.storage.database import Database
from tests.migrations.rows import Rows, fill, read

RELEASED = ("0001", "0002", "0003", "0006", "0009")
"""Revisions that stand in somebody's database. A new one joins them with its release."""


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
        assert {column: kept[column] for column in row if column in kept} == row
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
