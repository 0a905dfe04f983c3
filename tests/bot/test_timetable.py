"""The timetable: ticks come, failures stop nothing, a stop waits."""

from __future__ import annotations

import asyncio

import pytest

from bot.timetable import Tick, Timetable


async def test_a_tick_that_fails_is_known_and_comes_again() -> None:
    """And the others go on."""
    counts = {"good": 0, "bad": 0}
    enough = asyncio.Event()

    async def good() -> None:
        counts["good"] += 1
        if counts["good"] >= 2 and counts["bad"] >= 2:
            enough.set()

    async def bad() -> None:
        counts["bad"] += 1
        raise RuntimeError

    timetable = Timetable((Tick("good", 0.02, good), Tick("bad", 0.02, bad)))
    timetable.start()
    async with asyncio.timeout(5):
        await enough.wait()
    assert timetable.is_running
    assert timetable.failing == {"bad"}
    await timetable.stop()
    assert not timetable.is_running


async def test_a_slow_tick_never_runs_twice_at_once() -> None:
    at_once, most = 0, 0
    runs = asyncio.Semaphore(0)

    async def slow() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        runs.release()

    timetable = Timetable((Tick("slow", 0.01, slow),))
    timetable.start()
    async with asyncio.timeout(5):
        for _ in range(3):
            await runs.acquire()
    await timetable.stop()
    assert most == 1


async def test_a_stop_lets_what_runs_end() -> None:
    """Nothing is cut off in the middle."""
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), False

    async def work() -> None:
        nonlocal ended
        begun.set()
        await may_end.wait()
        ended = True

    timetable = Timetable((Tick("work", 60, work),))
    timetable.start()
    await begun.wait()
    stopping = asyncio.create_task(timetable.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_end.set()
    await stopping
    assert ended


async def test_one_tick_by_hand_raises_what_fails() -> None:
    """So that a journey shows it."""

    async def bad() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await Timetable((Tick("bad", 60, bad),)).tick("bad")
