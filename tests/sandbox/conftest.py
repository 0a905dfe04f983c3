"""A sandbox with two people and the means to call it as a bot does."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, async_playwright

from bot.sandbox import Limits, Sandbox
from tests.conftest import skip_or_fail

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


CHROMIUM_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        skip_or_fail("no Chromium is installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found, args=list(CHROMIUM_ARGUMENTS)
        )
        yield browser
        await browser.close()
