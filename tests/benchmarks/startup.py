"""How quick and how small: ``--help``, from start to polling, and memory at rest."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bot.sandbox import Sandbox
from tests.benchmarks import figure

ROOT = Path(__file__).parents[2]
REST = 5.0
"""Seconds of rest before memory is measured: the first ticks are over."""
RUNS = 5


def help_seconds() -> float:
    """The median of a few runs of ``frontwire --help``."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "bot.cli", "--help"], cwd=ROOT, check=True, capture_output=True
        )
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


async def start_and_rest(folder: str) -> tuple[float, float]:
    """Seconds from the start of the process to its first poll; MB of memory after a rest.

    The process is the live one, on a Bot API server of our own and an empty SQLite file.
    """
    polled = asyncio.Event()
    async with Sandbox() as telegram:
        poll = telegram.world.updates.poll

        async def noticed(*args: int | float) -> list[dict[str, object]]:
            polled.set()
            return await poll(*args)  # type: ignore[arg-type]

        telegram.world.updates.poll = noticed  # type: ignore[method-assign, assignment]
        environment = {
            **{name: value for name, value in os.environ.items() if "FRONTWIRE" not in name},
            "FRONTWIRE_TOKEN": telegram.token,
            "FRONTWIRE_API_URL": telegram.url,
            "FRONTWIRE_DATABASE_URL": f"sqlite:///{folder}/frontwire.db",
            "FRONTWIRE_LISTEN": "127.0.0.1:0",
        }
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "run", "--migrate", cwd=ROOT, env=environment,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(30):
                await polled.wait()
            seconds = time.perf_counter() - begun
            await asyncio.sleep(REST)
            memory = psutil.Process(process.pid).memory_info().rss / 1e6
        finally:
            process.terminate()
            await process.wait()
    return seconds, memory


def at_most(name: str, measured: float, most: float, unit: str) -> None:
    """One row of the table."""
    figure(name, round(measured, 2), f"<= {most:g} {unit}", unit, ok=measured <= most)


def main() -> None:
    """Measures and prints."""
    at_most("frontwire --help", help_seconds(), 0.5, "s")
    with tempfile.TemporaryDirectory() as folder:
        first, _ = asyncio.run(start_and_rest(folder))
        again, memory = asyncio.run(start_and_rest(folder))
    at_most("from first start to polling, with migration", first, 3, "s")
    at_most("from start to polling", again, 3, "s")
    at_most("memory at rest", memory, 120, "MB")


if __name__ == "__main__":
    main()
