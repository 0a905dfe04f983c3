"""Two editors in a browser: one invites the other, one proposes, the other sends it to a reader."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.sample import EDITOR, READER
from tests.journeys.test_newcomer import PHONE, SCREENSHOTS, be, started, write

pytestmark = pytest.mark.browser


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The page of a Frontwire where two must agree."""
    async with started(tmp_path, FRONTWIRE_TWO_PERSON="true") as page:
        yield page


async def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"newsroom-{name}.png")


async def tap(page: Page, label: str) -> None:
    """The newest button of that name."""
    await page.get_by_role("button", name=label).last.click()


async def test_an_alert_is_proposed_by_one_and_sent_by_the_other(
    address: str, chromium: Browser
) -> None:
    author = await (await chromium.new_context(locale="en-GB", viewport=PHONE)).new_page()
    second = await (await chromium.new_context(locale="en-GB", viewport=PHONE)).new_page()
    await be(author, address, EDITOR)
    await be(second, address, READER)
    for page in (author, second):
        await page.get_by_role("button", name="START").click()
    await write(author, "/editors")
    await tap(author, "Link for an editor")
    link = author.locator(".message", has_text="start=desk_").last
    await expect(link).to_be_visible()
    code = re.search(r"start=(desk_[\w-]{32})", await link.inner_text())
    assert code
    await shot(author, "link")
    await write(second, "/subscribe strikes")
    await expect(second.locator(".message").last).to_contain_text("Strikes")
    await write(second, f"/start {code[1]}")
    await expect(second.locator(".message", has_text="Welcome to the desk.").last).to_be_visible()
    await write(author, "/breaking Missile strikes reported on a depot near Luhansk")
    await tap(author, "Propose to 1 other")
    await expect(author.locator(".message", has_text="1 other was asked.").last).to_be_visible()
    await shot(author, "proposed")
    await expect(
        second.locator(".message", has_text="asks you to approve draft 1").last
    ).to_be_visible(timeout=15_000)
    await shot(second, "asked")
    await tap(second, "Send to 1")
    alert = second.locator(".message", has_text="Missile strikes reported").nth(1)
    await expect(alert).to_contain_text("Unconfirmed", timeout=15_000)
    await expect(author.locator(".message", has_text="Delivered: 1").last).to_be_visible(
        timeout=15_000
    )
    await shot(author, "delivered")
    await author.context.close()
    await second.context.close()
