"""A town for each journey, on each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.sample import EDITOR
from bot.sandbox import Limits, Sandbox
from digests.storage.database import Database
from tests.journeys.town import Town
from tests.sandbox.conftest import chromium  # noqa: F401 - a fixture that journeys use too


@pytest.fixture
async def town(database: Database, now: datetime) -> AsyncIterator[Town]:
    """A Monday morning."""
    async with Sandbox(limits=Limits.none()) as telegram:
        opened = Town(database, telegram, now, EDITOR)
        await opened.open()
        yield opened
        await opened.close()
