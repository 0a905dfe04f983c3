"""A courier against the sandbox, with contents that say their own revision."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

import pytest

from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.sandbox import Limits, Sandbox
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock, PlainContents

RATE = 1000.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Telegram without limits; tests that want them set them."""
    async with Sandbox(limits=Limits.none()) as started:
        yield started


@pytest.fixture
async def transport(sandbox: Sandbox) -> AsyncIterator[Transport]:
    """The real transport, to the sandbox."""
    opened = Transport("100:sandbox", sandbox.url)
    yield opened
    await opened.close()


@pytest.fixture
def contents() -> PlainContents:
    """One part saying content, subject and revision, unless told otherwise."""
    return PlainContents()


@pytest.fixture
def clock(now: datetime) -> JumpingClock:
    """The shared clock, which jumps to whatever is waited for."""
    return JumpingClock(now)


@pytest.fixture
def courier_of(
    database: Database, transport: Transport, contents: PlainContents, clock: JumpingClock
) -> Callable[..., Courier]:
    """Makes couriers, as many as a test needs. They jump, so that no slot is ever late."""

    def make(rate: float = RATE, **options: object) -> Courier:
        defaults = {"clock": clock, "late_after": 3600.0}
        gateway = Gateway(transport)
        return Courier(
            database,
            gateway,
            contents,
            bot_id=100,
            rate=rate,
            **(defaults | options),  # type: ignore[arg-type]
        )

    return make
