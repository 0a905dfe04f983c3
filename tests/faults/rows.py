"""The fault table: every row with its full figures."""

from __future__ import annotations

from functools import partial

from digests.storage.database import Database
from tests.faults.answers import lost_answers
from tests.faults.controls import corrections, orders_of_a_person
from tests.faults.failpoints import fail_points
from tests.faults.killed import kills, kills_and_starts, restarts
from tests.faults.pace import secret_limit
from tests.faults.poison import crashing_rows, unreachable
from tests.faults.row import Outcome, Row

NOTHING_LOST = "lost 0; unexplained duplicates 0; none more than twice"


async def rolling(database: Database) -> Outcome:
    """F5; on SQLite there is one worker at a time."""
    workers = 1 if database.is_sqlite else 3
    return await restarts(database, count=40, messages=20_000, workers=workers)


async def vanishing(database: Database) -> Outcome:
    """F8."""
    return await lost_answers(database, messages=20_000, workers=1 if database.is_sqlite else 3)


async def secretive(database: Database) -> Outcome:
    """F10."""
    return await secret_limit(database, messages=10_000, workers=1 if database.is_sqlite else 3)


ROWS = (
    Row(
        "F1",
        "200 x kill -9 in a broadcast of 20,000, 3 workers, 200/s",
        NOTHING_LOST,
        5,
        partial(kills, count=200, messages=20_000, workers=3),
        ("postgresql",),
    ),
    Row(
        "F2",
        "60 x kill -9 in 6,000 messages, one process",
        NOTHING_LOST + "; sending again <= 2 s after boot",
        4,
        partial(kills_and_starts, count=60, messages=6_000),
        ("sqlite",),
    ),
    Row(
        "F3",
        "a kill at each of 12 fail points x 50",
        "lost 0; duplicates only at the uncertain points",
        12,
        partial(fail_points, count=50),
    ),
    Row(
        "F5",
        "40 rolling restarts by SIGTERM in 20,000",
        "lost 0; duplicates 0",
        2.5,
        rolling,
    ),
    Row(
        "F8",
        "5% of answers destroyed after acceptance, 1% cut off, 1% answered 502, 0.5% hang 120 s",
        "lost 0; duplicates <= uncertain",
        4,
        vanishing,
    ),
    Row(
        "F10",
        "the server secretly allows 20/s",
        "<= 30 x 429 in all; it goes on; every retry_after kept",
        10,
        secretive,
    ),
    Row(
        "F13",
        "pause, resume, cancel x 100 under load with kills",
        "sent + cancelled + failed + unknown + passed over = audience, exactly",
        6,
        partial(orders_of_a_person, count=100, readers=400, kills_every=4),
    ),
    Row(
        "F14",
        "200 corrections while the original is going out to 10,000",
        "every copy ends at the newest revision",
        4,
        partial(corrections, count=200, readers=10_000),
    ),
    Row(
        "F15",
        "rows that crash the worker: 5 in 1,000",
        "the others unaffected",
        1,
        partial(crashing_rows, readers=1_000, deadly=5),
    ),
    Row(
        "F16",
        "5% blocked, 1% migrated, 3% of contents with broken markup",
        "the others unaffected",
        2,
        partial(unreachable, readers=300, broadcasts=100),
    ),
)
