"""A million readers on SQLite, three days running: ``python -m tests.benchmarks.million``.

Each wave plans a digest for all of them, and a worker in a process of its own begins to deliver it at
1,000 a second. Does the memory grow from wave to wave, does the outbox stay small? Then the worker is
killed without warning, and ``frontwire run`` started on what it left: how soon does it poll?
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import psutil
from sqlalchemy import func, select

from digests.editions.compose import compose
from digests.migrations import upgrade
from digests.outbox.expand import CHUNK, LOOKAHEAD_SECONDS
from digests.outbox.message import OutboxMessage
from digests.storage.database import Database
from tests.benchmarks import figure, planning
from tests.benchmarks.sending import lean_server
from tests.benchmarks.startup import start_and_rest
from tests.benchmarks.urgent import this_morning

ROOT = Path(__file__).parents[2]
RATE = 1_000
WAVES = 3
WAVE_SECONDS = 40
MOST_GROWTH = 0.05
MOST_SECONDS = 3.0


async def wave(database: Database, number: int) -> int:
    """Plans one; the most that the outbox held while it was delivered."""
    async with database.write() as session:
        report = await compose(session, now=planning.NOW + timedelta(days=number, seconds=2))
    assert report.stamped
    return await fullest(database, WAVE_SECONDS)


async def fullest(database: Database, seconds: float) -> int:
    """The most that the outbox holds in this time."""
    most, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        async with database.read() as session:
            waiting = await session.scalar(select(func.count()).select_from(OutboxMessage))
        most = max(most, waiting or 0)
        await asyncio.sleep(1)
    return most


async def waves(folder: str, port: str) -> tuple[list[float], list[float], int]:
    """Megabytes of the worker and of the planner after each wave, and the most in the outbox."""
    url = f"sqlite:///{folder}/frontwire.db"
    database = Database(url)
    this_morning()
    await upgrade(database)
    await planning.fill(database)
    command = [sys.executable, "-m", "tests.benchmarks.worker", url, f"http://127.0.0.1:{port}"]
    worker = await asyncio.create_subprocess_exec(*command, str(RATE), cwd=ROOT)
    workers, planners, most = list[float](), list[float](), 0
    for number in range(WAVES):
        most = max(most, await wave(database, number))
        workers.append(psutil.Process(worker.pid).memory_info().rss / 1e6)
        planners.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    worker.kill()
    await worker.wait()
    await database.close()
    return workers, planners, most


def main() -> int:
    """Prints the figures; 1 where one is missed."""
    with tempfile.TemporaryDirectory(prefix="fw-million-") as folder:
        with lean_server() as port:
            workers, planners, most = asyncio.run(waves(folder, port))
        seconds, _ = asyncio.run(start_and_rest(folder))
    met = True
    for name, megabytes in (("delivering", workers), ("planning", planners)):
        growth = megabytes[-1] / megabytes[0] - 1
        measured = f"{growth:+.1%} ({megabytes[0]:.0f} to {megabytes[-1]:.0f} MB)"
        good = growth <= MOST_GROWTH
        figure(f"a million readers, {WAVES} waves: memory, {name}", measured, "<= +5%", ok=good)
        met = met and good
    room = RATE * LOOKAHEAD_SECONDS + CHUNK
    figure("the most in the outbox", most, f"<= {room}", "messages", ok=most <= room)
    name = "polling again after kill -9, a million readers"
    figure(name, round(seconds, 1), f"<= {MOST_SECONDS:g} s", "s", ok=seconds <= MOST_SECONDS)
    return 0 if met and most <= room and seconds <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
