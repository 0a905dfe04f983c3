"""One worker in a process of its own: ``python -m tests.benchmarks.worker DATABASE_URL API_URL RATE``.

Says that it is at work, delivers until SIGTERM, then drains. On SQLite it holds the process lock, as
``frontwire run`` does.
"""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop

from bot.__main__ import keep_what_is_there
from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from digests.storage.database import Database
from digests.storage.lock import ProcessLock
from tests.delivery.fakes import PlainContents


async def deliver(database_url: str, api_url: str, rate: float) -> None:
    """Until told to stop."""
    database, transport = Database(database_url), Transport("1:bench", api_url)
    ProcessLock(database).acquire()
    courier = Courier(database, Gateway(transport), PlainContents(), bot_id=1, rate=rate)
    keep_what_is_there()
    running = asyncio.create_task(courier.run())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("at work", flush=True)
    await stop.wait()
    await courier.drain()
    await running
    await transport.close()
    await database.close()


if __name__ == "__main__":
    uvloop.run(deliver(sys.argv[1], sys.argv[2], float(sys.argv[3])))
