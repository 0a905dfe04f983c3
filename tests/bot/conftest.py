"""Services as the composition root makes them, on the test's own database and clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.context import Services
from bot.rendering.render import Words
from bot.settings import Settings
from digests.storage.database import Database
from digests.stories.tagging import load_topics


def make_services(database: Database, now: datetime, **settings: Any) -> Services:
    """Real words and topics; the clock stands still. Contents are for those who deliver."""
    topics = load_topics()
    held = Settings(**{"token": SecretStr("100:sandbox"), **settings})
    words = Words(topics)
    return Services(database, held, words, topics, contents=None, clock=lambda: now)  # type: ignore[arg-type]


@pytest.fixture
def services(database: Database, now: datetime) -> Services:
    """On each engine."""
    return make_services(database, now)
