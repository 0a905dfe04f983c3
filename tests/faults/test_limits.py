"""Telegram's true sliding windows, on the real clock: never broken, by any number of workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.sandbox import Limits, Sandbox
from digests.outbox.tally import tally
from digests.storage.database import Database
from tests.delivery.fakes import PlainContents
from tests.outbox.builders import alert, readers

RATE = 30
SENDS = 75


BLUR = 0.05
"""Seconds by which a busy machine may delay one message against another on their way to the log."""


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    """Telegram without limits of its own: the log of what it accepted is judged."""
    async with Sandbox(limits=Limits.none()) as sandbox:
        for chat in range(1, SENDS + 1):
            sandbox.add_user(chat, f"Reader {chat}")
            sandbox.start_chat(chat)
        yield sandbox


@pytest.mark.parametrize("workers", [1, 3])
async def test_no_second_holds_more_than_the_rate(
    database: Database, telegram: Sandbox, workers: int
) -> None:
    """However many workers share it, and without anybody having to be refused."""
    if database.is_sqlite and workers > 1:
        pytest.skip("one process on SQLite")
    now = datetime.now(UTC)
    async with database.write() as session:
        await readers(session, range(1, SENDS + 1), now=now)
        dispatch = await alert(session, now=now)
    transport = Transport("100:sandbox", telegram.url)
    couriers = [
        Courier(database, Gateway(transport), PlainContents(), bot_id=100, rate=RATE)
        for _ in range(workers)
    ]
    running = [asyncio.create_task(courier.run()) for courier in couriers]
    for chat in range(1, SENDS + 1):
        await telegram.wait_for(chat, timeout=30)
    await asyncio.gather(*(courier.drain() for courier in couriers))
    await asyncio.gather(*running)
    await transport.close()
    async with database.read() as session:
        assert (await tally(session, dispatch.id)).sent == SENDS
    times = [sent.at for sent in telegram.accept_log]
    assert all(
        later - earlier >= 1.0 - BLUR for earlier, later in zip(times, times[RATE:], strict=False)
    )
