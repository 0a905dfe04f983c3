"""The fault table: every row with its full figures."""

from __future__ import annotations

from functools import partial

from digests.storage.database import Database
from tests.faults.answers import lost_answers
from tests.faults.boots import backup, twice_on_one_file
from tests.faults.clocks import year
from tests.faults.controls import corrections, orders_of_a_person
from tests.faults.failpoints import fail_points
from tests.faults.killed import kills, kills_and_starts, restarts
from tests.faults.million import waves
from tests.faults.outage import outages
from tests.faults.pace import said_of, secret_limit, windows
from tests.faults.poison import crashing_rows, unreachable
from tests.faults.row import Outcome, Row
from tests.faults.standstill import standstills
from tests.faults.urgent import alert_over_digests

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


async def standing_still(database: Database) -> Outcome:
    """F4; on SQLite there is one process, so its stops come one after the other, and are fewer."""
    if database.is_sqlite:
        return await standstills(database, stops=4, workers=1, messages=1_000, longest=120.0)
    return await standstills(database, stops=100, workers=25, messages=12_000, longest=120.0)


async def alone_and_together(database: Database) -> Outcome:
    """F9 at the paid rate. A lone process that restarts cannot use the rate meanwhile."""
    count, restarts = (1, 0) if database.is_sqlite else (WORKERS_AT_ONCE, 30)
    found = await windows(database, messages=100_000, workers=count, restarts=restarts, rate=1_000)
    return said_of([(count, found)], 1_000)


async def unpaid(database: Database) -> Outcome:
    """F9 at 30 a second: 24 messages to each of 105 readers and of 20 groups; of many more groups
    the own pace, 20 a minute each, would be what slows it down."""
    count, restarts = (1, 0) if database.is_sqlite else (WORKERS_AT_ONCE, 10)
    found = await windows(
        database,
        messages=3_000,
        workers=count,
        restarts=restarts,
        rate=30,
        groups=20,
        broadcasts=24,
    )
    return said_of([(count, found)], 30)


async def overtaking(database: Database) -> Outcome:
    """F12."""
    workers = 1 if database.is_sqlite else 2
    return await alert_over_digests(
        database, digests=500_000, alerted=50_000, workers=workers, rate=1_000.0
    )


WORKERS_AT_ONCE = 4

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
        "F4",
        "SIGSTOP of 1 to 120 s x 100, 25 workers (SQLite: x 4, one process)",
        "no send after its lease; the limit never exceeded",
        8,
        standing_still,
    ),
    Row(
        "F5",
        "40 rolling restarts by SIGTERM in 20,000",
        "lost 0; duplicates 0",
        2.5,
        rolling,
    ),
    Row(
        "F6",
        "PostgreSQL stopped hard x 20; 500 connections cut; 50 commits whose answer is lost",
        "lost 0; back <= 10 s after the database",
        4,
        partial(outages, stops=20, cuts=500, thefts=50, messages=12_000, workers=3),
        ("postgresql",),
    ),
    Row(
        "F8",
        "5% of answers destroyed after acceptance, 1% cut off, 1% answered 502, 0.5% hang 120 s",
        "lost 0; duplicates <= uncertain",
        4,
        vanishing,
    ),
    Row(
        "F9",
        "true windows of 1000/s, 100,000 sends; 1 worker on SQLite, 4 and 30 restarts on PostgreSQL",
        "0 x 429; >= 98% of the rate, after the first second",
        3,
        alone_and_together,
    ),
    Row(
        "F9b",
        "true windows of 30/s, 20/min a group; 3,000 sends; 1 worker, 4 and 10 restarts on PostgreSQL",
        "0 x 429; >= 98% of the rate, after the first second",
        2,
        unpaid,
    ),
    Row(
        "F10",
        "the server secretly allows 20/s",
        "<= 30 x 429 in all; it goes on; every retry_after kept",
        10,
        secretive,
    ),
    Row(
        "F11",
        "clock steps of an hour and a day; 400 simulated days over five zones",
        "a digest per local date: 0 missing, 0 double",
        2,
        partial(year, days=400, steps=40),
    ),
    Row(
        "F12",
        "an alert to 50,000 over 500,000 queued digests",
        "first copy <= 1 s; urgent >= 60%, digests >= 20% of the rate",
        4,
        overtaking,
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
        7,
        partial(unreachable, readers=300, broadcasts=100),
    ),
    Row(
        "F18",
        "a million subscribers, three waves of which each goes out for 90 s at 1000/s",
        "memory growth <= 5%; outbox <= 60 s of the rate; ready again <= 3 s",
        7,
        partial(waves, subscribers=1_000_000, seconds=90.0),
        ("sqlite",),
    ),
    Row(
        "F19",
        "a backup five hours old",
        "0 sends before confirmation",
        0.5,
        partial(backup, hours=5, readers=200),
    ),
    Row(
        "F20",
        "two processes on one SQLite file",
        "the second refuses to start",
        0.5,
        partial(twice_on_one_file, readers=400),
        ("sqlite",),
    ),
)
