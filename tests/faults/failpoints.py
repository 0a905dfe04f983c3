"""F3: a worker kills itself at a named point of its work, again and again."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime

from digests.outbox.control import resume
from digests.storage.database import Database
from tests.faults.broadcast import (
    broadcast,
    finished,
    lease_time_passes,
    readership,
    unknown_chats,
)
from tests.faults.judge import Judgement, judge
from tests.faults.killed import orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Telegram
from tests.faults.worker import POINTS, UNCERTAIN_POINTS

RATE = 100.0
READERS_A_KILL = 30


async def deaths_at(
    database: Database,
    point: str,
    *,
    count: int,
    first_chat: int = 1,
    subject_id: int = 7,
    rate: float = RATE,
) -> tuple[int, Judgement]:
    """So many deaths at one point in one broadcast; how many there really were, and the judgement."""
    chats = range(first_chat, first_chat + count * READERS_A_KILL)
    dice = random.Random(point)
    await readership(database, chats)
    dispatch_id = await broadcast(database, subject_id)
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        died = 0
        for _ in range(count):
            if point.startswith("rescue"):
                # There must be something to rescue.
                await staff.die(staff.hire(dies_at="after a send", after=2))
                await lease_time_passes(database)
            # Of rescues and steps of the fan-out there are few.
            is_rare = point.startswith(("rescue", "a chunk"))
            passes = 1 if is_rare else dice.randint(1, 3)
            pauses = dispatch_id if point.startswith("pause") else 0
            worker = staff.hire(dies_at=point, after=passes, pauses=pauses)
            if await staff.die(worker, 20.0):
                died += 1
            else:
                await staff.retire(worker)
            await lease_time_passes(database)
            if pauses:
                await _resume(database, dispatch_id)
        last = staff.hire()
        await finished(database, len(chats) / rate * 3 + 60)
        await staff.retire(last)
        record = await telegram.accepted()
    doubtful = await unknown_chats(database)
    return died, judge(record, chats, deaths=staff.deaths, doubtful=doubtful)


async def _resume(database: Database, dispatch_id: int) -> None:
    """Paused or not: whether the pause lived through its worker's death depends on the point."""
    async with database.write() as session:
        await resume(session, dispatch_id, now=datetime.now(UTC))


async def fail_points(
    database: Database, *, count: int, points: Iterable[str] = tuple(POINTS)
) -> Outcome:
    """Every point in turn."""
    died, lost, unexplained, most, doubled = 0, 0, 0, 0, dict[str, int]()
    for number, point in enumerate(points):
        deaths, found = await deaths_at(
            database, point, count=count, first_chat=number * 1_000_000 + 1, subject_id=100 + number
        )
        died += deaths
        lost += found.lost
        unexplained += found.unexplained
        most = max(most, found.most_copies)
        doubled[point] = found.doubled
    elsewhere = sum(number for point, number in doubled.items() if point not in UNCERTAIN_POINTS)
    said = (
        f"{died} deaths: lost {lost}, doubled {sum(doubled.values())}, of these at other points "
        f"(messages on the wire when the whole process died) {elsewhere}, unexplained {unexplained}, "
        f"most copies {most}"
    )
    return Outcome(said, died > 0 and lost == 0 and unexplained == 0 and most <= 2)
