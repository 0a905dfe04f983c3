"""F18: a million subscribers on SQLite, three waves of digests, and a kill in the middle of the last."""

from __future__ import annotations

import signal
import time
from datetime import timedelta

import psutil

from digests.editions.compose import compose
from digests.outbox.expand import CHUNK, LOOKAHEAD_SECONDS
from digests.storage.database import Database
from tests.benchmarks import planning
from tests.benchmarks.million import fullest
from tests.benchmarks.urgent import this_morning
from tests.faults.boots import ended, frontwire
from tests.faults.judge import copies_of
from tests.faults.killed import orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Telegram

WAVES = 3


async def waves(
    database: Database, *, subscribers: int, seconds: float, rate: float = 1000.0
) -> Outcome:
    """Each wave is planned whole and goes out for so many seconds; what is left merges into the next."""
    this_morning()
    await planning.fill(database, subscribers)
    sizes: list[float] = []
    most = 0
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        worker = staff.hire()
        for number in range(WAVES):
            async with database.write() as session:
                later = timedelta(days=number, seconds=2)
                await compose(session, now=planning.NOW + later)
            most = max(most, await fullest(database, seconds))
            sizes.append(psutil.Process(worker.pid).memory_info().rss / 1e6)
        await staff.kill(worker)
        again = await _ready_again(database, telegram)
        copies = copies_of(await telegram.accepted())
    growth, room = sizes[-1] / sizes[0] - 1, rate * LOOKAHEAD_SECONDS + CHUNK
    often = max(map(len, copies.values()))
    said = (
        f"{subscribers} planned three times, {len(copies)} sent, none of them more than {often} times; "
        f"memory {growth:+.1%} ({sizes[0]:.0f} to {sizes[-1]:.0f} MB); the outbox held {most} at most; "
        f"sending {again:.1f} s after the start of frontwire run"
    )
    return Outcome(said, growth <= 0.05 and most <= room and again <= 3.0 and often <= 2)


async def _ready_again(database: Database, telegram: Telegram) -> float:
    """From the start of the command to its first message."""
    before, began = await telegram.count(), time.monotonic()
    process = await frontwire(database, telegram, "run", "--only", "courier")
    await telegram.reaches(before + 1, 120)
    took = time.monotonic() - began
    process.send_signal(signal.SIGTERM)
    await ended(process)
    return took
