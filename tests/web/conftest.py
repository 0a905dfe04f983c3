"""The archive's visitors, and a bot that can ask Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
import pytest

from bot.delivery.counts import Counts
from bot.delivery.transport import Transport
from bot.sandbox import Sandbox
from bot.updates import Updates
from bot.web import doors
from digests.alerts.alert import Alert
from digests.alerts.decide import approve
from digests.alerts.item import Item
from digests.storage.database import Database
from tests.alerts.builders import DEPOT, EDITOR, deciding, draft, newsroom
from tests.bot.conftest import make_services
from tests.web.test_doors import Heard

ADDRESS = "https://news.example.org/archive"


class Visitor:
    """Somebody with a browser."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address, self.session = address, session
        self.headers: Mapping[str, str] = {}
        self.later = timedelta()

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> tuple[int, str]:
        """What the archive answers; redirections are not followed."""
        async with self.session.request(
            method, self.address + path, headers=headers, allow_redirects=False
        ) as answer:
            self.headers = answer.headers
            return answer.status, await answer.text(errors="replace")


@pytest.fixture
async def visitor(database: Database, now: datetime) -> AsyncIterator[Visitor]:
    """At an archive of its own, where time passes when the test says so."""
    plain = make_services(database, now, archive_url=ADDRESS)
    made = replace(plain, clock=lambda: now + visiting.later)
    opened = doors.Doors(doors.build(made, Updates(Heard()), dict, Counts()))  # type: ignore[arg-type]
    address = await opened.open("127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        visiting = Visitor(address, session)
        yield visiting
    await opened.close()


async def sent(database: Database, now: datetime, item: Item = DEPOT) -> int:
    """An approved alert."""
    async with database.write() as session:
        await newsroom(session, now)
        alert: Alert = await draft(session, now, item)
        await approve(session, alert.id, 1, **deciding(EDITOR, now))
        return alert.id


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


@pytest.fixture
async def transport(sandbox: Sandbox) -> AsyncIterator[Transport]:
    made = Transport(sandbox.token, sandbox.url)
    yield made
    await made.close()
