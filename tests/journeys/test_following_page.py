"""In a browser: a reader follows a story of their digest, and an alert typed by hand finds that story."""

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
    """The page of a Frontwire that was just started."""
    async with started(tmp_path) as page:
        yield page


async def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"following-{name}.png")


async def test_a_story_is_followed_from_the_digest_and_found_again_at_the_desk(
    address: str, chromium: Browser
) -> None:
    context = await chromium.new_context(locale="en-GB", viewport=PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    await be(page, address, READER)
    await page.locator("#start").click()
    await write(page, "/subscribe energy")
    await write(page, "/digest")
    await page.get_by_role("button", name="Follow a story").last.click(timeout=20_000)
    listed = page.locator(".message:not(.mine)", has_text="follow or mute?").last
    await expect(listed).to_contain_text("1. ")
    await page.get_by_role("button", name="Follow 1", exact=True).last.click()
    await expect(listed).to_contain_text("Followed")
    await page.get_by_role("button", name="Mute 2", exact=True).last.click()
    await expect(listed).to_contain_text("Muted")
    await shot(page, "list")
    found = re.search(r"1\. (.*?) · Followed", await listed.inner_text())
    assert found
    headline = found[1]
    await page.get_by_role("button", name="What I follow").last.click()
    followed = page.locator(".message:not(.mine)", has_text="What you follow and mute").last
    await expect(followed).to_contain_text(f"Followed · {headline}")

    desk = await context.new_page()
    await be(desk, address, EDITOR)
    await desk.locator("#start").click()
    await write(desk, f"/breaking {headline}")
    card = desk.locator(".message:not(.mine)", has_text="above is what readers will get").last
    await expect(card).to_contain_text(f"Belongs to: {headline}", timeout=20_000)
    await shot(desk, "card")
    await desk.get_by_role("button", name="Another story").last.click()
    await desk.get_by_role("button", name="It belongs to none").last.click()
    await expect(card).not_to_contain_text("Belongs to:")
    await context.close()
