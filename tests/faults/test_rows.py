"""The fault table in small: each row's own play, with few messages and no figure of time demanded."""

from __future__ import annotations

import pytest

from digests.storage.database import Database
from tests.faults.answers import lost_answers
from tests.faults.controls import corrections, orders_of_a_person
from tests.faults.killed import kills, kills_and_starts, restarts
from tests.faults.poison import crashing_rows, unreachable


async def test_killed_workers_lose_nothing_and_repeat_only_what_was_on_the_wire(
    postgresql: Database,
) -> None:
    assert (await kills(postgresql, count=4, messages=300, workers=3, patient=False)).holds


async def test_a_process_killed_and_started_anew_loses_nothing(sqlite: Database) -> None:
    assert (await kills_and_starts(sqlite, count=2, messages=150, within=600)).holds


async def test_rolling_restarts_lose_and_repeat_nothing(database: Database) -> None:
    workers = 1 if database.is_sqlite else 2
    assert (await restarts(database, count=3, messages=240, workers=workers)).holds


async def test_lost_answers_repeat_no_more_than_they_leave_uncertain(database: Database) -> None:
    outcome = await lost_answers(database, messages=300, workers=1, hang=3.0, timeout=1.0)
    assert outcome.holds, outcome


async def test_a_dispatch_adds_up_whatever_people_and_kills_do_to_it(database: Database) -> None:
    outcome = await orders_of_a_person(database, count=4, readers=150, kills_every=2, behind=20.0)
    assert outcome.holds, outcome


async def test_every_copy_ends_at_the_newest_revision(database: Database) -> None:
    outcome = await corrections(database, count=6, readers=150)
    assert outcome.holds, outcome


async def test_a_message_that_crashes_its_worker_harms_no_other(database: Database) -> None:
    outcome = await crashing_rows(database, readers=60, deadly=2)
    assert outcome.holds, outcome


async def test_who_cannot_be_reached_and_what_is_broken_harm_nobody_else(
    database: Database,
) -> None:
    outcome = await unreachable(database, readers=100, broadcasts=6)
    assert outcome.holds, outcome


@pytest.fixture
def postgresql(engine: str, database: Database) -> Database:
    if database.is_sqlite:
        pytest.skip("one process on SQLite")
    return database


@pytest.fixture
def sqlite(engine: str, database: Database) -> Database:
    if not database.is_sqlite:
        pytest.skip("started anew on SQLite; several at once on PostgreSQL")
    return database
