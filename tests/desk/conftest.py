"""A newsroom with an owner, an editor, a reviewer, and readers of strikes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.sandbox import Limits, Sandbox
from digests.storage.database import Database
from tests.alerts.builders import newsroom as appoint_all
from tests.delivery.fakes import JumpingClock
from tests.desk.newsroom import Newsroom
from tests.outbox.builders import readers

READERS = (11, 12, 13)


@pytest.fixture
async def desk(database: Database, now: datetime) -> AsyncIterator[Newsroom]:
    """Everybody is there, nothing has happened."""
    async with Sandbox(limits=Limits.none(), open_chats=True) as sandbox:
        room = Newsroom(database, sandbox, JumpingClock(now))
        async with database.write() as session:
            await appoint_all(session, now)
            await readers(session, READERS, now=now, topics=["strikes"])
        await room.open()
        yield room
        await room.close()
