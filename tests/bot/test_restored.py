"""F19: started on a backup five hours old, it sends nothing until an owner says so, and asks them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.process import Process
from bot.sandbox import Limits, Sandbox
from digests.migrations import upgrade
from digests.outbox.gate import Worker
from digests.outbox.notice import announce
from digests.storage.database import Database
from tests.bot.test_process import READER, process_on, running

OWNER = 9


async def backup(url: str) -> None:
    """A queue of one notice, left five hours ago."""
    database, then = Database(url), datetime.now(UTC) - timedelta(hours=5)
    await upgrade(database)
    async with database.write() as session:
        await announce(session, chat_id=READER, kind="topic_closed", values={}, now=then)
        session.add(Worker(id="gone", started_at=then, heartbeat_at=then))
    await database.close()


@pytest.fixture
async def town() -> AsyncIterator[Sandbox]:
    """A Bot API server with a reader and an owner."""
    async with Sandbox(limits=Limits.none()) as server:
        for person, name in ((READER, "Olena"), (OWNER, "Ivan")):
            server.add_user(person, name)
            server.start_chat(person)
        yield server


async def on_backup(town: Sandbox, tmp_path: Path) -> Process:
    url = f"sqlite:///{tmp_path}/x.db"
    await backup(url)
    return process_on(town, url, owners=[OWNER])


async def test_nothing_goes_out_before_an_owner_says_so(
    town: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    process = await on_backup(town, tmp_path)
    async with running(process):
        [question] = await town.wait_for(OWNER, timeout=20)
        assert "I wait for your word" in question["text"]
        assert "frontwire resume-delivery" in caplog.text
        await process.courier.upkeep.feed()
        assert not [sent for sent in town.accept_log if sent.chat_id == READER]
        await town.tap(OWNER, OWNER, question["message_id"], "delivery_resume")
        await town.wait_for(READER, timeout=20)


async def test_the_command_says_so_too(town: Sandbox, tmp_path: Path) -> None:
    process = await on_backup(town, tmp_path)
    here = os.environ | {"FRONTWIRE_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    async with running(process):
        await town.wait_for(OWNER, timeout=20)
        told = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "resume-delivery", env=here, stdout=PIPE
        )
        assert b"What waits goes out now." in (await told.communicate())[0]
        await town.wait_for(READER, timeout=20)
