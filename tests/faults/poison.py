"""F15 and F16: messages that crash the worker; readers who blocked us, chats that moved, broken markup."""

from __future__ import annotations

from sqlalchemy import func, select

from digests.outbox.dispatch import Dispatch, DispatchState
from digests.outbox.pace import GROUP_INTERVAL
from digests.storage.database import Database
from tests.faults.broadcast import broadcast, finished, lease_time_passes, readership, unknown_chats
from tests.faults.judge import copies_of, judge
from tests.faults.killed import orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff, gone
from tests.faults.telegram import Telegram


async def crashing_rows(
    database: Database, *, readers: int, deadly: int, rate: float = 100.0
) -> Outcome:
    """F15: sending to some chats kills the worker, whoever it is; the next one is started at once."""
    chats = range(1, readers + 1)
    poisoned = tuple(range(readers // (2 * deadly), readers, readers // deadly))[:deadly]
    await readership(database, chats)
    await broadcast(database)
    crashes = 0
    async with Telegram() as telegram, Staff(orders(database, telegram, rate)) as staff:
        worker = staff.hire(deadly_chats=poisoned)
        while await _running(database):
            if await gone(worker, 0.2):
                assert await staff.die(worker)
                crashes += 1
                await lease_time_passes(database)
                worker = staff.hire(deadly_chats=poisoned)
        await staff.retire_all()
        record = await telegram.accepted()
    reached = {chat for chat, _ in copies_of(record)}
    others = set(chats) - set(poisoned)
    doubtful = await unknown_chats(database) & others
    found = judge(record, others, deaths=staff.deaths, doubtful=doubtful)
    said = (
        f"{deadly} deadly messages, {crashes} crashes: {len(others & reached)} of {len(others)} others "
        f"delivered, {len(doubtful)} uncertain at the desk, {found}; each crashed "
        f"{crashes / deadly:.1f} workers"
    )
    return Outcome(said, found.is_clean and others <= reached and crashes <= 3 * deadly)


async def _running(database: Database) -> int:
    async with database.read() as session:
        running = Dispatch.state == DispatchState.RUNNING
        return await session.scalar(select(func.count()).where(running)) or 0


async def unreachable(
    database: Database, *, readers: int, broadcasts: int, rate: float = 400.0
) -> Outcome:
    """F16: of the readers 5% have blocked us and 1% moved; 3 in 100 contents have broken markup."""
    blocked = list(range(20, readers + 1, 20))
    moved = [-chat for chat in range(50, readers + 1, 100)]
    chats = [-n if -n in moved else n for n in range(1, readers + 1)]
    whole = set(chats) - set(blocked) - set(moved)
    await readership(database, chats)
    every = max(2, broadcasts // 3)
    ids = {number: await broadcast(database, number) for number in range(1, broadcasts + 1)}
    telegram = Telegram(blocked=blocked, moved=moved)
    async with telegram, Staff(orders(database, telegram, rate)) as staff:
        staff.hire(broken_subject=every)
        in_a_group = broadcasts * GROUP_INTERVAL.total_seconds()
        await finished(database, max(readers * broadcasts / rate, in_a_group) * 1.5 + 60)
        await staff.retire_all()
        copies = copies_of(await telegram.accepted())
        refused = await telegram.refusals()
    sound = [number for number in ids if number % every]
    missing = sum((chat, f"alert {n}") not in copies for n in sound for chat in whole)
    new_homes = {chat - 1_000_000_000_000 for chat in moved}
    homeless = sum((chat, f"alert {n}") not in copies for n in sound for chat in new_homes)
    twice = sum(len(times) > 1 for times in copies.values())
    paused = await _paused(database)
    told = (
        f"{broadcasts} broadcasts to {readers}: of {len(whole) * len(sound)} for the others {missing} "
        f"missing, to moved chats {homeless} missing, {twice} twice; {paused} of "
        f"{broadcasts // every} broken contents paused; asked in vain {refused.get(403, 0)} times of "
        f"{len(blocked) * broadcasts}"
    )
    good = missing == homeless == twice == 0 and paused == broadcasts // every
    return Outcome(told, good and refused.get(403, 0) < 2 * len(blocked))


async def _paused(database: Database) -> int:
    async with database.read() as session:
        paused = Dispatch.state == DispatchState.PAUSED
        return await session.scalar(select(func.count()).where(paused)) or 0
