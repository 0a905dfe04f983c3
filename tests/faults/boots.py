"""F19 and F20: ``frontwire run`` on a backup hours old, and twice on one SQLite file."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from digests.outbox.dispatch import Dispatch
from digests.outbox.gate import Worker
from digests.outbox.notice import announce
from digests.outbox.receipt import Receipt
from digests.storage.database import Database
from tests.faults.broadcast import readership
from tests.faults.row import Outcome
from tests.faults.telegram import ROOT, Telegram

SILENCE = 10.0
"""Seconds in which a process that has started must not send."""


async def frontwire(
    database: Database, telegram: Telegram, *words: str
) -> asyncio.subprocess.Process:
    """The command itself, as an operator gives it."""
    environment = {
        "FRONTWIRE_TOKEN": "100:sandbox",
        "FRONTWIRE_API_URL": telegram.url,
        "FRONTWIRE_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "FRONTWIRE_LISTEN": "127.0.0.1:0",
        "FRONTWIRE_CONFIG": "/nonexistent",
        "FRONTWIRE_RATE": "30",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        *words,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def ended(process: asyncio.subprocess.Process, seconds: float = 60.0) -> tuple[int, str]:
    """Its exit code and what it said."""
    said, _ = await asyncio.wait_for(process.communicate(), seconds)
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")


async def backup(
    database: Database, *, hours: int, readers: int, silence: float = SILENCE
) -> Outcome:
    """F19: half of the messages were sent, by a database whose newest row is hours old."""
    await readership(database, range(1, readers + 1))
    await _notes(database, readers)
    async with Telegram() as telegram:
        await _run_until(database, telegram, readers // 2)
        await _age(database, timedelta(hours=hours))
        before = await telegram.count()
        process = await frontwire(database, telegram, "run", "--only", "courier")
        await asyncio.sleep(silence)
        unasked = await telegram.count() - before
        alive = process.returncode is None
        code, _ = await ended(await frontwire(database, telegram, "resume-delivery"))
        began = time.monotonic()
        await telegram.reaches(before + 1, 60)
        took = time.monotonic() - began
        process.send_signal(signal.SIGTERM)
        await ended(process)
    said = (
        f"{unasked} sends in {silence:g} s after the start; after frontwire resume-delivery the first "
        f"in {took:.1f} s"
    )
    return Outcome(said, unasked == 0 and alive and code == 0)


async def _notes(database: Database, readers: int) -> None:
    """A note to each: a content that the real templates can render."""
    now = datetime.now(UTC)
    async with database.write() as session:
        for chat in range(1, readers + 1):
            await announce(session, chat_id=chat, kind="topic_closed", values={}, now=now)


async def _run_until(database: Database, telegram: Telegram, count: int) -> None:
    process = await frontwire(database, telegram, "run", "--only", "courier")
    await telegram.reaches(count)
    process.send_signal(signal.SIGTERM)
    code, said = await ended(process)
    assert code == 0, said


async def _age(database: Database, age: timedelta) -> None:
    """Every trace of life becomes so old, as in a backup from then."""
    then = datetime.now(UTC) - age
    async with database.write() as session:
        await session.execute(update(Worker).values(heartbeat_at=then, started_at=then))
        await session.execute(update(Receipt).values(sent_at=then))
        await session.execute(update(Dispatch).values(created_at=then))


async def twice_on_one_file(database: Database, *, readers: int) -> Outcome:
    """F20: while one process runs on the file, a second one is started."""
    await readership(database, range(1, readers + 1))
    await _notes(database, readers)
    async with Telegram() as telegram:
        first = await frontwire(database, telegram, "run", "--only", "courier")
        await telegram.reaches(3)
        began = time.monotonic()
        code, said = await ended(await frontwire(database, telegram, "run", "--only", "courier"))
        took = time.monotonic() - began
        before = await telegram.count()
        await telegram.reaches(before + 1)
        first.send_signal(signal.SIGTERM)
        await ended(first)
    names_it = "another process" in said
    told = f"the second ended with code {code} after {took:.1f} s, saying so: {names_it}; the first went on"
    return Outcome(told, code != 0 and names_it)
