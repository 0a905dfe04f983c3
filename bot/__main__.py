"""The composition root: the live bot, or without a token the sandbox."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.console import render
from bot.failures import set_up_logging
from bot.process import ROLES, Process, services
from bot.sample import EDITOR, load_week, people
from bot.sandbox import Sandbox
from bot.settings import Settings, load
from digests.errors import FrontwireError
from digests.migrations import upgrade

DATABASE = Path("var/sandbox/frontwire.db")

COLLECTED_AFTER = (20_000, 20, 100)
"""The collector's thresholds: requests in flight hold thousands of objects that all end by themselves,
and at Python's own threshold looking for cycles among them took a quarter of a delivery's time."""


def start(settings: Settings, roles: frozenset[str] = frozenset(ROLES), *, migrate: bool) -> None:
    """Runs until SIGTERM or SIGINT."""
    # What is written from here on tells who reads what: for the owner's eyes.
    os.umask(0o077)
    set_up_logging(settings.log, settings.secrets)
    if settings.token is None:
        _run(sandbox(settings))
    else:
        _run(live(settings, roles, migrate=migrate))


def _run(work: Coroutine[Any, Any, None]) -> None:
    if sys.platform == "win32":
        asyncio.run(work)
        return
    import uvloop

    uvloop.run(work)


def keep_what_is_there() -> None:
    """Takes what is there now as lasting: else the collector looks through it again and again, and nothing
    is sent for a tenth of a second meanwhile."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


async def _hand_back(process: Process) -> None:
    """Once running: the memory that only starting needed goes back to the system."""
    await process.has_met_telegram.wait()
    keep_what_is_there()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


async def live(settings: Settings, roles: frozenset[str], *, migrate: bool) -> None:
    """The bot on a real token, or on any Bot API server."""
    process = Process(services(settings), roles)
    _stop_on_signals(process)
    handing = asyncio.create_task(_hand_back(process))
    try:
        await process.run(migrate=migrate)
    finally:
        handing.cancel()


async def sandbox(settings: Settings) -> None:
    """A Telegram of our own, a week of sample articles, a reader and an editor; fresh at each start."""
    async with Sandbox() as telegram:
        people(telegram)
        process = Process(services(_sandboxed(settings, telegram)))
        process.lock.acquire()
        for end in ("", "-wal", "-shm"):
            DATABASE.with_name(DATABASE.name + end).unlink(missing_ok=True)
        _stop_on_signals(process)
        await upgrade(process.services.database)
        await load_week(process.services)
        telling = asyncio.create_task(_tell(process, telegram))
        try:
            await process.run()
        finally:
            telling.cancel()


def _sandboxed(settings: Settings, telegram: Sandbox) -> Settings:
    here = {
        "token": SecretStr(telegram.token),
        "api_url": telegram.url,
        "database_url": SecretStr(f"sqlite:///{DATABASE}"),
        "owners": [EDITOR],
        # Any free port: the live bot beside us keeps its own.
        "listen": "127.0.0.1:0",
        "webhook_url": None,
    }
    return settings.model_copy(update=here)


async def _tell(process: Process, telegram: Sandbox) -> None:
    await process.has_met_telegram.wait()
    sys.stdout.write(render("sandbox.txt", address=telegram.page_url))
    sys.stdout.flush()


def _stop_on_signals(process: Process) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, process.stop)


def main() -> None:
    """``python -m bot``: as ``frontwire run``."""
    try:
        start(load(), migrate=False)
    except FrontwireError as error:
        logging.getLogger(__name__).error("cannot run", exc_info=error)
        sys.exit(1)


if __name__ == "__main__":
    main()
