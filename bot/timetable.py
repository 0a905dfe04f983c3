"""What runs when. Each tick is a thin door: it opens the transaction and calls the verb.

Due times live in the database; a tick that was missed, or that failed, is made good by the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.failures import what_broke

_log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that running ticks have to end at shutdown; what is cut off is rolled back."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One thing that runs again and again, ``seconds`` apart."""

    name: str
    seconds: float
    act: Callable[[], Awaitable[object]]


class Timetable:
    """The one ticker. No tick runs twice at once, and none that fails stops another."""

    def __init__(self, ticks: tuple[Tick, ...]) -> None:
        self.ticks = {tick.name: tick for tick in ticks}
        self.failing: set[str] = set()
        """Names of ticks whose last run failed."""
        self.is_running = False
        self._running: set[asyncio.Task[object]] = set()
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Every tick for the first time at once, then by its seconds."""
        for tick in self.ticks.values():
            self._scheduler.add_job(
                self._run,
                "interval",
                [tick],
                seconds=tick.seconds,
                next_run_time=datetime.now(UTC),
                id=tick.name,
                coalesce=True,
                max_instances=1,
                # Without this a run that is a second late vanishes without a word.
                misfire_grace_time=None,
            )
        self._scheduler.start()
        self.is_running = True

    async def stop(self) -> None:
        """No new runs; those under way end, or are cut off after ``PATIENCE``."""
        if not self.is_running:
            return
        self.is_running = False
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=PATIENCE)
        self._scheduler.shutdown(wait=False)

    async def tick(self, name: str) -> None:
        """One run now, as the tests' journeys want it: what fails is raised."""
        await self.ticks[name].act()

    async def _run(self, tick: Tick) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the scheduler runs it in one
        self._running.add(task)
        try:
            await tick.act()
        except Exception as error:
            self.failing.add(tick.name)
            _log.error("a tick failed", extra={"tick": tick.name, **what_broke(error)})
        else:
            self.failing.discard(tick.name)
        finally:
            self._running.discard(task)
