"""F1, F2, F5: workers are killed in the middle of a broadcast, or told to stop."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time

from digests.storage.database import Database
from tests.faults.broadcast import broadcast, finished, lease_time_passes, readership, unknown_chats
from tests.faults.judge import judge
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import ROOT, Telegram
from tests.faults.worker import Orders, as_argument

LEASE_SECONDS = 100.0
"""A dead worker's messages come back within this time."""


def orders(database: Database, telegram: Telegram, rate: float) -> Orders:
    """For a worker on this database."""
    return Orders(database.url.render_as_string(hide_password=False), telegram.url, rate)


async def kills(
    database: Database,
    *,
    count: int,
    messages: int,
    workers: int,
    rate: float = 200.0,
    patient: bool = True,
) -> Outcome:
    """F1: so many kills, evenly through a broadcast; each dead worker is replaced at once. Who is not
    patient lets the dead workers' leases run out."""
    chats, dice = range(1, messages + 1), random.Random(1)
    await readership(database, chats)
    await broadcast(database)
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        for _ in range(workers):
            staff.hire()
        for number in range(1, count + 1):
            await telegram.reaches(messages * number // (count + 2), LEASE_SECONDS + 60)
            await staff.kill(dice.choice(staff.working))
            staff.hire()
        if not patient:
            await staff.retire_all()
            await lease_time_passes(database)
            staff.hire()
        await finished(database, messages / rate * 2 + LEASE_SECONDS * 2)
        await staff.retire_all()
        record = await telegram.accepted()
    doubtful = await unknown_chats(database)
    found = judge(record, chats, deaths=staff.deaths, doubtful=doubtful)
    said = f"{count} kills: {found}; uncertain at the desk {len(doubtful)}"
    return Outcome(said, found.is_clean)


async def kills_and_starts(
    database: Database, *, count: int, messages: int, rate: float = 200.0, within: float = 2.0
) -> Outcome:
    """F2: one process on SQLite, started anew after each kill, from Python's own start on."""
    chats, deaths = range(1, messages + 1), dict[int, float]()
    await readership(database, chats)
    await broadcast(database)
    starts: list[float] = []
    async with Telegram() as telegram:
        command = [sys.executable, "-m", "tests.faults.worker"]
        command.append(as_argument(orders(database, telegram, rate)))
        for number in range(1, count + 2):
            began, before = time.monotonic(), await telegram.count()
            worker = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220 - at once
            try:
                await telegram.reaches(before + 1)
                starts.append(time.monotonic() - began)
                if number <= count:
                    goal = messages * number // (count + 2)
                    await telegram.reaches(max(goal, before + 5))
                else:
                    await finished(database, messages / rate * 3 + 60)
            finally:
                worker.kill()
                deaths[worker.pid] = time.monotonic()
                await asyncio.to_thread(worker.wait)
        record = await telegram.accepted()
    doubtful = await unknown_chats(database)
    found = judge(record, chats, deaths=deaths, doubtful=doubtful)
    slowest = max(starts[1:])
    said = (
        f"{count} kills: {found}; uncertain at the desk {len(doubtful)}; sending again "
        f"{slowest:.1f} s after the start of the process at most"
    )
    return Outcome(said, found.is_clean and slowest <= within)


async def restarts(
    database: Database, *, count: int, messages: int, workers: int, rate: float = 200.0
) -> Outcome:
    """F5: every worker in turn is told to stop, and replaced: a deploy."""
    chats = range(1, messages + 1)
    await readership(database, chats)
    await broadcast(database)
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        for _ in range(workers):
            staff.hire()
        for number in range(1, count + 1):
            await telegram.reaches(messages * number // (count + 2), 120)
            await staff.retire(staff.working[0])
            staff.hire()
        await finished(database, messages / rate * 2 + 60)
        await staff.retire_all()
        record = await telegram.accepted()
    found = judge(record, chats, deaths={}, doubtful=())
    return Outcome(f"{count} restarts: {found}", found.is_clean and found.doubled == 0)
