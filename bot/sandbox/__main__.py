"""The sandbox in a process of its own: ``python -m bot.sandbox``. Prints its address as one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import orjson

from bot.sandbox.control import limits_of
from bot.sandbox.sandbox import Sandbox

FLUSH_SECONDS = 0.2


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--token", default="100:sandbox")
    parser.add_argument("--limits", choices=("telegram", "none"), default="telegram")
    parser.add_argument("--seed", type=int, default=0, help="of the faults' dice")
    parser.add_argument("--log", type=Path, help="write the accept log here, as JSON lines")
    parser.add_argument(
        "--open-chats", action="store_true", help="any positive chat id has started the bot"
    )
    return parser.parse_args()


async def write_log(sandbox: Sandbox, path: Path) -> None:
    """Append what was accepted, a few times a second, so that sending never waits for the disk."""
    written = 0
    with path.open("ab") as log:
        try:
            while True:
                written = _append(sandbox, written, log.fileno())
                await asyncio.sleep(FLUSH_SECONDS)
        finally:
            _append(sandbox, written, log.fileno())


def _append(sandbox: Sandbox, written: int, log: int) -> int:
    rows = sandbox.accept_log[written:]
    if rows:
        os.write(log, b"".join(orjson.dumps(row.as_json()) + b"\n" for row in rows))
    # After a reset the log is shorter than what was written.
    return len(sandbox.accept_log)


async def serve(options: argparse.Namespace) -> None:
    """Until a signal comes."""
    sandbox = Sandbox(
        token=options.token,
        limits=limits_of({"preset": options.limits}),
        seed=options.seed,
        open_chats=options.open_chats,
    )
    await sandbox.start(port=options.port)
    ready = {"url": sandbox.url, "page": sandbox.page_url, "token": options.token}
    sys.stdout.write(orjson.dumps(ready).decode() + "\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    writer = asyncio.create_task(write_log(sandbox, options.log)) if options.log else None
    await stop.wait()
    await sandbox.stop()
    if writer is not None:
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer


def main() -> None:
    """Run with uvloop where it is installed: the sandbox must be quicker than what it judges."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(arguments()))
    else:
        uvloop.run(serve(arguments()))


if __name__ == "__main__":
    main()
