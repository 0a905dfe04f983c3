"""A courier that stops leaves no chore behind, whatever it was doing."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.upkeep import Upkeep
from digests.outbox.clock import SharedClock
from digests.storage.database import Database


@pytest.mark.parametrize("steps", range(12))
async def test_a_stop_while_the_outbox_is_being_fed_leaves_no_chore_behind(
    database: Database, steps: int
) -> None:
    before = asyncio.all_tasks()
    upkeep = Upkeep(database, name="w", rate=30.0, clock=SharedClock(), fed=lambda: None)
    running = asyncio.create_task(upkeep.run())
    await asyncio.sleep(0.05)
    upkeep.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(running, return_exceptions=True)
    assert asyncio.all_tasks() == before
