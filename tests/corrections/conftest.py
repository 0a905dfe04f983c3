"""Where errors are admitted: a newsroom, and those who were told."""

from __future__ import annotations

from datetime import datetime

import pytest

from digests.storage.database import Database
from tests.alerts.builders import newsroom
from tests.outbox.builders import readers


@pytest.fixture
async def desk(database: Database, now: datetime) -> Database:
    """A newsroom, and three readers of strikes."""
    async with database.write() as session:
        await newsroom(session, now)
        await readers(session, [11, 12, 13], now=now, topics=["strikes"])
    return database
