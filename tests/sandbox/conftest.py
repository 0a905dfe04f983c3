"""A sandbox with two people and the means to call it as a bot does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Limits, Sandbox

Call = Callable[..., Awaitable[dict[str, Any]]]

READER, EDITOR, STRANGER = 7, 8, 9


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Unpaced, with a reader and an editor who have started the bot, and a stranger who has not."""
    async with Sandbox(limits=Limits.none(), webhook_retry=0.01) as running:
        running.add_user(READER, "Olena", username="olena", language="uk")
        running.add_user(EDITOR, "Max")
        running.add_user(STRANGER, "Nobody")
        running.start_chat(READER)
        running.start_chat(EDITOR)
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def call(sandbox: Sandbox, session: aiohttp.ClientSession) -> Call:
    """``await call("sendMessage", chat_id=7, text="hi")``: the answer's JSON."""

    async def _call(method: str, **params: Any) -> dict[str, Any]:
        address = f"{sandbox.url}/bot{sandbox.token}/{method}"
        async with session.post(address, json=params) as answer:
            loaded: dict[str, Any] = await answer.json()
            return loaded

    return _call
