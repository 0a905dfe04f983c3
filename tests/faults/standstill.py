"""F4: workers are stopped in the middle of whatever they do, and wake up a second or two minutes later."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time

from bot.sandbox import Limits
from digests.outbox.claim import LEASE
from digests.storage.database import Database
from tests.faults.broadcast import broadcast, finished, readership, unknown_chats
from tests.faults.judge import judge
from tests.faults.killed import LEASE_SECONDS, orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Telegram


async def standstills(
    database: Database,
    *,
    stops: int,
    workers: int,
    messages: int,
    longest: float,
    rate: int = 30,
    allowed: int = 30,
) -> Outcome:
    """So many stops of one to ``longest`` seconds, of several workers at the same time; the server
    refuses more than ``allowed`` in any second."""
    chats, dice = range(1, messages + 1), random.Random(4)
    await readership(database, chats)
    await broadcast(database)
    limits = Limits(per_second=allowed, per_chat=None, per_group_minute=None)
    async with Telegram(limits=limits) as telegram:
        async with Staff(orders(database, telegram, float(rate))) as staff:
            pids = [staff.hire().pid or 0 for _ in range(workers)]
            await telegram.reaches(rate)
            naps = [dice.uniform(1.0, longest) for _ in range(stops)]
            rounds = [naps[number::workers] for number in range(workers)]
            stood = await asyncio.gather(
                *(_naps(pid, some, dice) for pid, some in zip(pids, rounds, strict=True))
            )
            await finished(database, messages / rate * 4 + LEASE_SECONDS * 3)
            await staff.retire_all()
        record = await telegram.accepted()
        refused = (await telegram.refusals()).get(429, 0)
    overdue = sum(row.at - row.claimed_at > LEASE.total_seconds() for row in record)
    asleep = dict(zip(pids, stood, strict=True))
    halted = {
        row.chat_id for row in record for at in asleep.get(row.pid, ()) if abs(row.at - at) <= 1.0
    }
    doubtful = await unknown_chats(database)
    found = judge(record, chats, deaths={}, doubtful=doubtful, unanswered=halted)
    said = f"{stops} stops of 1 to {longest:g} s: {overdue} sent after their lease, {refused} x 429; {found}"
    return Outcome(said, overdue == 0 and refused == 0 and found.is_clean)


async def _naps(pid: int, naps: list[float], dice: random.Random) -> list[float]:
    """Stops one worker again and again; when."""
    stood = []
    for nap in naps:
        await asyncio.sleep(dice.uniform(0.5, 3.0))
        os.kill(pid, signal.SIGSTOP)
        stood.append(time.monotonic())
        await asyncio.sleep(nap)
        os.kill(pid, signal.SIGCONT)
    return stood
