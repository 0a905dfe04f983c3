"""F12: an alert to very many, over half a million digests that wait."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from digests.editions.compose import compose
from digests.storage.database import Database
from tests.benchmarks import planning
from tests.benchmarks.urgent import this_morning
from tests.faults.killed import orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Accepted, Telegram
from tests.outbox.builders import alert

TOPIC = "topic-1"


async def alert_over_digests(
    database: Database, *, digests: int, alerted: int, workers: int, rate: float
) -> Outcome:
    """The digests are planned and have begun to go out when the alert is decided."""
    this_morning()
    await planning.fill(database, digests)
    async with database.write() as session:
        await compose(session, now=planning.NOW)
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        for _ in range(workers):
            staff.hire()
        await telegram.reaches(100, 120)
        async with database.write() as session:
            await alert(session, now=datetime.now(UTC), topics=[TOPIC])
        began, since = time.monotonic(), await telegram.count()
        record: list[Accepted] = []
        while sum(_is_alert(row) for row in record) < alerted:
            await asyncio.sleep(0.5)
            record += await telegram.accepted(since + len(record))
    first = next(number for number, row in enumerate(record) if _is_alert(row))
    during = record[first:]
    urgent = sum(map(_is_alert, during)) / len(during)
    after = record[first].at - began
    pace = len(during) / (during[-1].at - during[0].at) / rate
    said = (
        f"{alerted} copies over {digests} digests: the first after {after:.2f} s, urgent {urgent:.0%}, "
        f"digests {1 - urgent:.0%} of what went out at {pace:.0%} of {rate:g}/s"
    )
    return Outcome(said, after <= 1.0 and urgent >= 0.595 and 1 - urgent >= 0.195)


def _is_alert(row: Accepted) -> bool:
    return row.subject.startswith("alert")
