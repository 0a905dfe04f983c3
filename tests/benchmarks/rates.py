"""How much of the allowed rate is used: ``python -m tests.benchmarks.rates``.

Workers in processes of their own, as many identical ``frontwire run`` would be, against a server in
another that counts in true sliding seconds and refuses what exceeds them. They are at work before there is
anything to send; from the last message of the first second, in which they run through their code for the
first time, to the last of all: the share of the rate; and how often it refused, which should be never.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from digests.migrations import upgrade
from digests.storage.database import Database
from tests.benchmarks import figure
from tests.benchmarks.delivery import databases, fill
from tests.benchmarks.sending import lean_server

ROOT = Path(__file__).parents[2]
SECONDS = 12
RATES = (30, 1_000)
WORKERS = (1, 2, 4, 8)
DEMANDED = 0.98
PATIENCE = 6
"""Times as long as it should take; then it counts as it stands."""


def used(url: str, workers: int, rate: int) -> dict[str, float]:
    """What the server saw."""
    count = rate * SECONDS
    asyncio.run(prepared(url))
    with lean_server(rate) as port:
        command = [sys.executable, "-m", "tests.benchmarks.worker", url, f"http://127.0.0.1:{port}"]
        running = [
            subprocess.Popen([*command, str(rate)], cwd=ROOT, stdout=subprocess.PIPE)
            for _ in range(workers)
        ]
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()
        asyncio.run(filled(url, count))
        until = time.monotonic() + SECONDS * PATIENCE
        while (found := told(port))["accepted"] < count and time.monotonic() < until:
            time.sleep(0.25)
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(60)
    return found | {"share": (found["accepted"] - rate) / (found["last"] - found["warm"]) / rate}


async def prepared(url: str) -> None:
    """An empty database."""
    database = Database(url)
    await upgrade(database)
    await database.close()


async def filled(url: str, count: int) -> None:
    """An alert for so many readers."""
    database = Database(url)
    await fill(database, count)
    await database.close()


def told(port: str) -> dict[str, float]:
    """The server's log."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/log") as answer:
        found: dict[str, float] = json.load(answer)
    return found


def main() -> int:
    """Prints a figure for each engine, rate and number of workers; 1 where one is missed."""
    rates = [int(rate) for rate in sys.argv[1:]] or RATES
    runs = [(rate, "sqlite", 1) for rate in rates]
    runs += [(rate, "postgresql", workers) for rate in rates for workers in WORKERS]
    met = True
    with databases(*(f"run{number}" for number in range(len(runs)))) as urls:
        for number, (rate, engine, workers) in enumerate(runs):
            found = used(urls[engine][number], workers, rate)
            good = found["share"] >= DEMANDED and not found["refused"]
            met = met and good
            load = os.getloadavg()[0]
            name = f"share of {rate}/s used, {engine}, workers: {workers} (load {load:.1f})"
            measured = f"{found['share']:.1%}, {found['refused']:.0f} refused"
            figure(name, measured, ">= 98%, 0 refused", ok=good)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
