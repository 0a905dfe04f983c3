"""The fault table in small: each row's own play, with few messages and no figure of time demanded."""

from __future__ import annotations

import pytest

from digests.storage.database import Database
from tests.faults import judge
from tests.faults.answers import lost_answers
from tests.faults.boots import backup, twice_on_one_file
from tests.faults.clocks import year
from tests.faults.controls import corrections, orders_of_a_person
from tests.faults.failpoints import deaths_at
from tests.faults.killed import kills, kills_and_starts, restarts
from tests.faults.outage import outages
from tests.faults.poison import crashing_rows, unreachable
from tests.faults.standstill import standstills
from tests.faults.worker import POINTS

pytestmark = pytest.mark.faults

SLOWLY = 30.0
"""Messages a second, so that few are in the air when a worker dies: they go again one by one, a second
apart."""


@pytest.fixture(autouse=True)
def a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy is explained by its sender's death whenever that was: how long a machine with other work takes
    to write a result down is no matter of right and wrong."""
    monkeypatch.setattr(judge, "BEFORE_DEATH", 120.0)
    monkeypatch.setattr(judge, "AFTER_DEATH", 30.0)


async def test_killed_workers_lose_nothing_and_repeat_only_what_was_on_the_wire(
    postgresql: Database,
) -> None:
    outcome = await kills(postgresql, count=4, messages=120, workers=3, rate=SLOWLY, patient=False)
    assert outcome.holds, outcome


async def test_a_process_killed_and_started_anew_loses_nothing(sqlite: Database) -> None:
    outcome = await kills_and_starts(sqlite, count=2, messages=60, rate=SLOWLY, within=600)
    assert outcome.holds, outcome


@pytest.mark.parametrize("point", POINTS)
async def test_a_death_at_a_fail_point_loses_nothing(
    point: str, engine: str, database: Database
) -> None:
    """Each point on one engine here, on both in full."""
    if (list(POINTS).index(point) % 2 == 0) != database.is_sqlite:
        pytest.skip("on the other engine")
    deaths, found = await deaths_at(database, point, count=2, rate=SLOWLY)
    assert deaths, "nobody died"
    assert found.is_clean, found


async def test_a_worker_that_stood_still_sends_nothing_too_late(database: Database) -> None:
    workers = 1 if database.is_sqlite else 2
    outcome = await standstills(
        database, stops=2, workers=workers, messages=90, longest=2.0, allowed=90
    )
    assert outcome.holds, outcome


async def test_a_database_that_is_shot_or_cut_off_costs_no_message(postgresql: Database) -> None:
    outcome = await outages(postgresql, stops=2, cuts=5, thefts=2, messages=400, workers=2)
    assert " lost 0, doubled 0," in outcome.measured, outcome


async def test_each_local_date_has_its_digest_whatever_the_clock_does(sqlite: Database) -> None:
    outcome = await year(sqlite, days=65, steps=8)
    assert outcome.holds, outcome


async def test_an_old_backup_sends_nothing_unasked(sqlite: Database) -> None:
    outcome = await backup(sqlite, hours=5, readers=60, silence=3.0)
    assert outcome.holds, outcome


async def test_a_second_process_on_one_file_refuses_to_start(sqlite: Database) -> None:
    outcome = await twice_on_one_file(sqlite, readers=300)
    assert outcome.holds, outcome


async def test_rolling_restarts_lose_and_repeat_nothing(database: Database) -> None:
    workers = 1 if database.is_sqlite else 2
    assert (await restarts(database, count=3, messages=240, workers=workers)).holds


async def test_lost_answers_repeat_no_more_than_they_leave_uncertain(database: Database) -> None:
    outcome = await lost_answers(database, messages=300, workers=1, hang=3.0, timeout=1.0)
    assert outcome.holds, outcome


async def test_a_dispatch_adds_up_whatever_people_and_kills_do_to_it(database: Database) -> None:
    outcome = await orders_of_a_person(
        database, count=3, readers=60, kills_every=2, rate=SLOWLY, behind=20.0
    )
    assert outcome.holds, outcome


async def test_every_copy_ends_at_the_newest_revision(database: Database) -> None:
    outcome = await corrections(database, count=6, readers=150)
    assert outcome.holds, outcome


async def test_a_message_that_crashes_its_worker_harms_no_other(database: Database) -> None:
    outcome = await crashing_rows(database, readers=40, deadly=2, rate=SLOWLY)
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
