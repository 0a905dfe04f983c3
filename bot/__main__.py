"""The composition root: the live bot, or without a token the sandbox."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import sys
from collections.abc import Coroutine
from typing import Any

from bot.failures import set_up_logging
from bot.process import ROLES, Process, services
from bot.settings import Settings, load
from digests.errors import FrontwireError

COLLECTED_AFTER = (20_000, 20, 100)
"""The collector's thresholds: requests in flight hold thousands of objects that all end by themselves,
and at Python's own threshold looking for cycles among them took a quarter of a delivery's time."""


def start(settings: Settings, roles: frozenset[str] = frozenset(ROLES), *, migrate: bool) -> None:
    """Runs until SIGTERM or SIGINT."""
    # What is written from here on tells who reads what: for the owner's eyes.
    os.umask(0o077)
    set_up_logging(settings.log, settings.secrets)
    if settings.token is None:
        from bot.sandboxed import sandbox  # the live bot holds 2 MB less

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
    await process.has_begun.wait()
    keep_what_is_there()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


async def live(settings: Settings, roles: frozenset[str], *, migrate: bool) -> None:
    """The bot on a real token, or on any Bot API server."""
    process = Process(services(settings), roles)
    process.stop_on_signals()
    handing = asyncio.create_task(_hand_back(process))
    try:
        await process.run(migrate=migrate)
    finally:
        handing.cancel()


def main() -> None:
    """``python -m bot``: as ``frontwire run``."""
    try:
        start(load(), migrate=False)
    except FrontwireError as error:
        logging.getLogger(__name__).error("cannot run", exc_info=error)
        sys.exit(1)


if __name__ == "__main__":
    main()
