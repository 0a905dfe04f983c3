"""F9 and F10: true sliding windows; and a server that secretly allows less."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.sandbox import Limits
from digests.storage.database import Database
from tests.faults.broadcast import broadcast, finished, readership
from tests.faults.judge import copies_of, fullest
from tests.faults.killed import orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Telegram

_RETRY = re.compile(r"retry after (\d+)")

IN_THE_AIR = 0.5
"""Seconds after a refusal in which requests that were on their way before it may still arrive."""

Figures = tuple[int, float, int, int]
"""How many were sent, the share of the rate that was used after the first second's worth, the fullest
second, and how many were refused."""


async def windows(
    database: Database,
    *,
    messages: int,
    workers: int,
    restarts: int = 0,
    rate: int = 30,
    groups: int = 0,
    broadcasts: int = 1,
) -> Figures:
    """Broadcasts at once against true windows, with so many workers, some of them restarted on the way."""
    in_groups = range(-groups, 0)
    # Groups first: each broadcast reaches its first hundred at once, and theirs is the longest way.
    chats = [*in_groups, *range(1, messages // broadcasts - groups + 1)]
    limits = Limits(per_second=rate, per_chat=1.0, chat_burst=1, per_group_minute=20)
    await readership(database, chats)
    async with Telegram(limits=limits, groups=[*in_groups]) as telegram:
        async with Staff(orders(database, telegram, float(rate))) as staff:
            for _ in range(workers):
                staff.hire()
            # How long Python takes to start is no matter of the pace.
            await staff.are_ready()
            for number in range(broadcasts):
                await broadcast(database, number + 1)
            for number in range(1, restarts + 1):
                await telegram.reaches(
                    messages * number // (restarts + 1), messages / rate * 3 + 60
                )
                replaced = staff.working[0]
                staff.hire()
                await staff.retire(replaced)
            await finished(database, messages / rate * 3 + 60)
            await staff.retire_all()
        record = await telegram.accepted()
        refused = (await telegram.refusals()).get(429, 0)
    times = [row.at for row in record]
    # In the first second processes run through their code for the first time.
    warm = times[rate:]
    share = (len(warm) - 1) / (warm[-1] - warm[0]) / rate
    return len(times), share, fullest(times), refused


def said_of(runs: list[tuple[int, Figures]], rate: int) -> Outcome:
    """Several runs in a sentence."""
    parts = [
        f"{workers} worker{'s' if workers > 1 else ''}: {sent} sent, {share:.1%} of the rate, fullest "
        f"second {most}, {refused} x 429"
        for workers, (sent, share, most, refused) in runs
    ]
    good = all(share >= 0.98 and not refused for _, (_, share, _, refused) in runs)
    return Outcome(f"at {rate}/s: " + "; ".join(parts), good)


async def secret_limit(
    database: Database, *, messages: int, workers: int, rate: int = 30, secret: int = 20
) -> Outcome:
    """F10: everybody is told 30 a second, and the server refuses more than 20."""
    await readership(database, range(1, messages + 1))
    limits = Limits(per_second=secret, per_chat=None, per_group_minute=None)
    await broadcast(database, 1)
    async with Telegram(limits=limits) as telegram:
        async with Staff(orders(database, telegram, float(rate))) as staff:
            for _ in range(workers):
                staff.hire()
            await finished(database, messages / secret * 3 + 60)
            await staff.retire_all()
        record, refused = await telegram.accepted(), await telegram.refused()
    times = [row.at for row in record]
    broken = sum(
        any(refusal["at"] + IN_THE_AIR < at < refusal["at"] + _wait(refusal) for at in times)
        for refusal in refused
    )
    longest = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    missing = messages - len(copies_of(record))
    said = (
        f"{len(times)} sent in {times[-1] - times[0]:.0f} s, {len(refused)} x 429, of these not kept "
        f"{broken}; longest standstill {longest:.1f} s; missing {missing}"
    )
    kept = broken == 0 and missing == 0 and longest < 10.0
    return Outcome(said, kept and len(refused) <= 30)


def _wait(refusal: dict[str, str]) -> float:
    found = _RETRY.search(refusal["description"])
    return float(found.group(1)) if found else 1.0
