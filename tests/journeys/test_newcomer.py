"""A newcomer's first minutes: ``run`` without a token, the page in a real browser, on a phone."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.sample import EDITOR, READER

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
PHONE = {"width": 390, "height": 844}
LOCALES = {"en": "en-GB", "uk": "uk-UA"}
SAYS = {
    "en": {"choose": "Choose topics", "topic": "Diplomacy", "sources": "sources"},
    "uk": {"choose": "Вибрати теми", "topic": "Дипломатія", "sources": "джерел"},
}


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The page of a Frontwire that was just started, as ``make run`` does."""
    async with started(tmp_path) as page:
        yield page


@asynccontextmanager
async def started(folder: Path, **settings: str) -> AsyncIterator[str]:
    """The address of the chat page of a Frontwire with these settings from the environment."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FRONTWIRE")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", "--migrate", cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), **settings}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(rb"http://\S+", await process.stdout.readline())):
                assert process.returncode is None
        yield found[0].decode()
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()


async def be(page: Page, address: str, who: int) -> None:
    """Opens the page as one of the sandbox's people, in their chat with the bot."""
    await page.goto(f"{address}?user={who}")
    await page.locator(".chat").first.click()


async def write(page: Page, text: str) -> None:
    """Types and sends."""
    await page.locator("#draft").fill(text)
    await page.keyboard.press("Enter")


async def shot(page: Page, name: str) -> None:
    """Leaves a screenshot for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.wait_for_timeout(300)  # the last bubble has risen
    await page.screenshot(path=SCREENSHOTS / f"newcomer-{name}.png")


@pytest.mark.parametrize("language", ["en", "uk"])
async def test_within_minutes_one_subscribes_reads_a_digest_and_posts_breaking_news(
    chromium: Browser,
    address: str,
    language: str,
) -> None:
    """On a phone's width, in both languages, with nothing but the page."""
    say = SAYS[language]
    context = await chromium.new_context(locale=LOCALES[language], viewport=PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    await be(page, address, READER)
    await page.locator("#start").click()
    last = page.locator(".message:not(.mine)").last
    await expect(last).to_be_visible(timeout=20_000)
    await page.get_by_role("button", name=say["choose"]).click()
    await page.get_by_role("button", name=say["topic"]).first.click()
    await shot(page, f"{language}-topics")
    await write(page, "/digest")
    await expect(last).to_contain_text(say["sources"], timeout=20_000)
    await expect(last).to_contain_text(say["topic"])
    await shot(page, f"{language}-digest")

    desk = await context.new_page()
    await be(desk, address, EDITOR)
    await desk.locator("#start").click()
    await expect(desk.locator(".message:not(.mine)").last).to_be_visible(timeout=20_000)
    await write(desk, "/breaking Delegations open peace talks in Ankara, the foreign ministry says")
    await desk.get_by_role("button", name=re.compile(r"^(Send to \d|Надіслати \()")).click(
        timeout=20_000
    )
    await expect(page.locator(".message:not(.mine)").last).to_contain_text(
        "Delegations open peace talks in Ankara", timeout=20_000
    )
    await shot(desk, f"{language}-desk")
    await shot(page, f"{language}-alert")
    await context.close()
