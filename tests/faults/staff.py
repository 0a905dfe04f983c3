"""Workers to start, stop and kill, and a record of when each died."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from types import TracebackType

from tests.faults.worker import Orders, live

# Forked from a process that has imported everything: two hundred workers cost no two hundred starts.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.worker"])


class Staff:
    """Everybody who works for one test; at its end nobody outlives it."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self.working: list[ForkServerProcess] = []
        self._ready: dict[int, Connection] = {}
        self.deaths: dict[int, float] = {}
        """When each was killed, in monotonic seconds, by its pid."""

    async def __aenter__(self) -> Staff:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self.working:
            with suppress(ProcessLookupError):
                os.kill(_pid(worker), signal.SIGCONT)
            worker.kill()
        for worker in self.working:
            await gone(worker)

    def hire(self, **changed: object) -> ForkServerProcess:
        """One more, with orders of its own where they differ."""
        hears, says = _FORKS.Pipe(duplex=False)
        worker = _FORKS.Process(target=live, args=(replace(self._orders, **changed), says))  # type: ignore[arg-type]
        worker.start()
        says.close()
        self._ready[_pid(worker)] = hears
        self.working.append(worker)
        return worker

    async def kill(self, worker: ForkServerProcess) -> None:
        """SIGKILL, as the kernel or a fuse box would."""
        worker.kill()
        self.deaths[_pid(worker)] = time.monotonic()
        await self._leave(worker)

    async def die(self, worker: ForkServerProcess, seconds: float = 60.0) -> bool:
        """Waits for a worker that kills itself; false where it lived on."""
        dead = await gone(worker, seconds)
        if dead:
            assert worker.exitcode == -signal.SIGKILL, f"it broke down: {worker.exitcode}"
            self.deaths[_pid(worker)] = time.monotonic()
            self.working.remove(worker)
        return dead

    async def retire(self, worker: ForkServerProcess) -> None:
        """SIGTERM: it must leave in order."""
        await self._is_ready(worker)
        worker.terminate()
        await self._leave(worker)
        assert worker.exitcode == 0, f"a worker that was told to stop ended with {worker.exitcode}"

    async def are_ready(self) -> None:
        """Everybody is at work."""
        for worker in self.working:
            await self._is_ready(worker)

    async def _is_ready(self, worker: ForkServerProcess) -> None:
        while not self._ready[_pid(worker)].poll():  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def retire_all(self) -> None:
        """Everybody goes home."""
        for worker in list(self.working):
            await self.retire(worker)

    async def _leave(self, worker: ForkServerProcess) -> None:
        assert await gone(worker), "a worker does not end"
        self.working.remove(worker)


async def gone(worker: ForkServerProcess, seconds: float = 60.0) -> bool:
    """Waits until a process has ended."""
    until = time.monotonic() + seconds
    while worker.is_alive():
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.005)
    return True


def _pid(worker: ForkServerProcess) -> int:
    assert worker.pid is not None
    return worker.pid
