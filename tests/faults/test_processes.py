"""Real processes, really killed; the judge is Telegram's own record of what it accepted."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.sandbox import Limits, Sandbox
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.outbox.tally import tally
from digests.storage.database import Database
from tests.outbox.builders import alert, readers

ROOT = Path(__file__).parents[2]
SENDS = 240
RATE = 150.0
STOPS_AFTER = (40, 120)
"""After so many accepted messages a worker is stopped and another takes over."""

_WORKERS: list[asyncio.subprocess.Process] = []


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    """Telegram with a little latency, so that a kill finds messages on the wire."""
    async with Sandbox(limits=Limits.none()) as sandbox:
        for chat in range(1, SENDS + 1):
            sandbox.add_user(chat, f"Reader {chat}")
            sandbox.start_chat(chat)
        yield sandbox


@pytest.fixture(autouse=True)
def no_worker_outlives_its_test() -> Iterator[None]:
    """A test that fails half-way must not leave its workers delivering."""
    _WORKERS.clear()
    yield
    for worker in _WORKERS:
        with suppress(ProcessLookupError):
            worker.kill()


async def a_worker(database: Database, telegram: Sandbox) -> asyncio.subprocess.Process:
    url = database.url.render_as_string(hide_password=False)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.worker", url, telegram.url, str(RATE), cwd=ROOT
    )
    _WORKERS.append(worker)
    return worker


async def accepted(telegram: Sandbox, count: int) -> None:
    """Waits until the record holds so many."""
    async with asyncio.timeout(60):
        while len(telegram.accept_log) < count:  # noqa: ASYNC110 - the record has no event for it
            await asyncio.sleep(0.005)


async def planned(database: Database) -> int:
    now = datetime.now(UTC)
    async with database.write() as session:
        await readers(session, range(1, SENDS + 1), now=now)
        return (await alert(session, now=now)).id


async def ninety_seconds_later(database: Database) -> None:
    """The leases of whoever died have run out."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with database.write() as session:
        await session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state == MessageState.SENDING)
            .values(lease_until=past)
        )


async def finished(database: Database, dispatch_id: int) -> None:
    async with asyncio.timeout(90):
        while True:
            async with database.read() as session:
                stand = await tally(session, dispatch_id)
            if stand.waiting + stand.sending == 0:
                return
            await asyncio.sleep(0.05)


async def test_killed_workers_lose_nothing_and_repeat_only_what_was_on_the_wire(
    database: Database, telegram: Sandbox
) -> None:
    dispatch_id = await planned(database)
    for count in STOPS_AFTER:
        worker = await a_worker(database, telegram)
        await accepted(telegram, count)
        worker.kill()
        await worker.wait()
    await ninety_seconds_later(database)
    worker = await a_worker(database, telegram)
    await finished(database, dispatch_id)
    worker.terminate()
    assert await worker.wait() == 0
    copies = Counter(sent.chat_id for sent in telegram.accept_log)
    async with database.read() as session:
        receipts = (await session.scalars(select(Receipt).where(Receipt.closes))).all()
    doubtful = {r.chat_id for r in receipts if r.ambiguous or r.outcome is Outcome.UNKNOWN}
    unknown = {r.chat_id for r in receipts if r.outcome is Outcome.UNKNOWN}
    assert set(copies) | unknown == set(range(1, SENDS + 1)), "lost"
    assert max(copies.values()) <= 2, "more than twice"
    assert {chat for chat, count in copies.items() if count == 2} <= doubtful, "unexplained"
    assert len(receipts) == SENDS


async def test_rolling_restarts_lose_and_repeat_nothing(
    database: Database, telegram: Sandbox
) -> None:
    dispatch_id = await planned(database)
    for count in STOPS_AFTER:
        worker = await a_worker(database, telegram)
        await accepted(telegram, count)
        worker.terminate()
        assert await worker.wait() == 0
    worker = await a_worker(database, telegram)
    await finished(database, dispatch_id)
    worker.terminate()
    assert await worker.wait() == 0
    assert Counter(sent.chat_id for sent in telegram.accept_log) == dict.fromkeys(
        range(1, SENDS + 1), 1
    )
