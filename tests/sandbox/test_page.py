"""The chat page in a real Chromium: what a person sees and does there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from bot.sandbox import Sandbox
from tests.sandbox.conftest import EDITOR, READER, STRANGER, Call

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"
DIGEST = """<b>Morning digest</b> · <tg-time unix="{now}" format="Dt">today</tg-time>

<b>Diplomacy</b>
<b>Delegation in Seoul asks for air defence</b>
Talks are to cover missiles and artillery; Seoul has given <i>non-lethal aid</i> only.
<a href="https://example.com/a">3 sources</a> · <u>confirmed</u> · <s>was: disputed</s>

<blockquote>“We came with a list,” the minister said.</blockquote>
<blockquote expandable>The list, in the order in which it was read out: interceptors for the systems
already in service; spare parts; artillery shells of two calibres; training for crews; radar; and a
timetable for all of it, which both sides called ambitious, and which neither side would put a date
to before the parliament has met.</blockquote>
<blockquote expandable>Read out twice.</blockquote>
<tg-spoiler>Not for the faint-hearted.</tg-spoiler> <code>ref 8f3a</code>
<pre><code class="language-json">{{"topic": "diplomacy"}}</code></pre>
Updated <tg-time unix="{ago}" format="r">earlier</tg-time>.
<a href="https://t.me/frontwire_bot?start=energy">Follow energy</a>"""
KEYS = {
    "inline_keyboard": [
        [
            {"text": "Why this topic", "callback_data": "why"},
            {"text": "Unsubscribe", "callback_data": "off", "style": "danger"},
        ],
        [{"text": "Read on the web", "url": "https://example.com/digest"}],
    ]
}


class ScriptedBot:
    """Answers as little as the page's tests need."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.said: list[str] = []

    async def run(self) -> None:
        """Until cancelled."""
        commands = [("start", "Begin"), ("digest", "The digest now"), ("topics", "All topics")]
        rows = [{"command": name, "description": text} for name, text in commands]
        await self.call("setMyCommands", commands=rows)
        await self.call("setMyDescription", description="News of the conflict, at your hours.")
        offset = 0
        while True:
            for row in (await self.call("getUpdates", offset=offset, timeout=50))["result"]:
                offset = row["update_id"] + 1
                await self.answer(row)

    async def answer(self, row: dict[str, Any]) -> None:
        """One update."""
        if "callback_query" in row:
            query = row["callback_query"]
            alert = query["data"] == "off"
            text = "You follow diplomacy." if not alert else "Diplomacy is off."
            await self.call(
                "answerCallbackQuery", callback_query_id=query["id"], text=text, show_alert=alert
            )
        elif "message" in row and "text" in row["message"]:
            text = row["message"]["text"]
            chat_id = row["message"]["chat"]["id"]
            self.said.append(text)
            if text.startswith("/"):
                await self.digest(chat_id)
            else:
                await self.call("sendMessage", chat_id=chat_id, text=f"You said: {text}")

    async def digest(self, chat_id: int) -> None:
        """A message of every formatting that we use."""
        now = int(time.time())
        text = DIGEST.format(now=now, ago=now - 7200)
        await self.call(
            "sendMessage",
            chat_id=chat_id,
            text=text,
            parse_mode="HTML",
            reply_markup=KEYS,
            disable_notification=True,
        )


@pytest.fixture
async def bot(call: Call, session: aiohttp.ClientSession) -> AsyncIterator[ScriptedBot]:
    """The scripted bot, polling."""
    scripted = ScriptedBot(call)
    running = asyncio.create_task(scripted.run())
    yield scripted
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def visit(chromium: Browser, sandbox: Sandbox) -> AsyncIterator[Open]:
    """Open the page; anything that it logs as an error fails the test."""
    errors: list[str] = []

    async def _visit(query: str = "", **options: Any) -> Page:
        context = await chromium.new_context(locale=options.pop("locale", "en-GB"), **options)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        await page.goto(sandbox.page_url + query)
        return page

    yield _visit
    assert errors == []


async def shot(page: Page, name: str) -> None:
    """Leave a screenshot for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.wait_for_timeout(250)  # the last bubble has risen
    await page.screenshot(path=SCREENSHOTS / f"sandbox-{name}.png")


async def test_a_newcomer_starts_the_bot_and_sees_a_formatted_digest(
    visit: Open, bot: ScriptedBot
) -> None:
    page = await visit(f"?user={STRANGER}", viewport={"width": 1180, "height": 860})
    await expect(page.locator(".empty")).to_contain_text("News of the conflict")
    await shot(page, "start")
    await page.get_by_role("button", name="START").click()
    digest = page.locator(".message").last
    await expect(digest.locator("strong").first).to_have_text("Morning digest")
    await expect(digest.locator("em")).to_have_text("non-lethal aid")
    await expect(digest.locator("pre")).to_have_attribute("data-language", "json")
    await expect(digest.locator("time[data-format=r]")).to_have_text("2 hours ago")
    fold = digest.locator("blockquote.fold")  # only the long one
    await expect(fold).to_have_count(1)
    assert await fold.evaluate("e => e.firstChild.scrollHeight > e.firstChild.clientHeight")
    await digest.get_by_role("button", name="Show more").click()
    assert await fold.evaluate("e => e.firstChild.scrollHeight == e.firstChild.clientHeight")
    await digest.get_by_role("button", name="Hidden text").click()
    await expect(digest.locator(".spoiler")).to_have_class("spoiler open")
    await expect(digest.get_by_role("img", name="sent silently")).to_be_visible()
    await expect(page.get_by_role("link", name="Read on the web")).to_have_attribute(
        "href", "https://example.com/digest"
    )
    await shot(page, "digest-light")
    await page.get_by_role("button", name="Dark colours").click()
    await shot(page, "digest-dark")
    await digest.get_by_role("link", name="Follow energy").click()
    await expect(page.locator(".message.mine").last).to_contain_text("/start energy")


async def test_taps_bring_a_toast_or_an_alert(visit: Open, bot: ScriptedBot) -> None:
    page = await visit(f"?user={READER}")
    await bot.digest(READER)
    await page.get_by_role("button", name="Why this topic").click()
    await expect(page.get_by_role("status")).to_have_text("You follow diplomacy.")
    await shot(page, "toast")
    await page.get_by_role("button", name="Unsubscribe").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Diplomacy is off.")
    await shot(page, "alert")
    await page.get_by_role("button", name="OK").click()


async def test_edits_and_deletions_show_at_once(visit: Open, call: Call, sandbox: Sandbox) -> None:
    page = await visit(f"?user={READER}")
    sent = (await call("sendMessage", chat_id=READER, text="one"))["result"]["message_id"]
    await expect(page.locator(".text")).to_contain_text("one")
    await call("editMessageText", chat_id=READER, message_id=sent, text="two")
    await expect(page.locator(".text")).to_contain_text("two")
    await expect(page.locator(".edited")).to_have_text("edited")
    await call("sendChatAction", chat_id=READER, action="typing")
    await expect(page.locator("#subtitle")).to_have_text("typing…")
    await call("deleteMessage", chat_id=READER, message_id=sent)
    await expect(page.locator(".message")).to_have_count(0)


async def test_commands_open_by_a_slash_and_by_the_menu(visit: Open, bot: ScriptedBot) -> None:
    page = await visit(f"?user={READER}")
    await page.get_by_label("Message", exact=True).fill("/")
    options = page.locator("#palette").get_by_role("option")
    await expect(options).to_have_count(3)
    await shot(page, "commands")
    await page.get_by_label("Message", exact=True).fill("/di")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.mine")).to_contain_text("/digest")
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("option", name="/topics").click()
    await expect(page.locator(".message.mine").last).to_contain_text("/topics")


async def test_a_person_replies_forwards_and_edits(
    visit: Open, bot: ScriptedBot, sandbox: Sandbox
) -> None:
    page = await visit(f"?user={READER}")
    box = page.get_by_label("Message", exact=True)
    await box.fill("first <b>words</b>")
    await page.keyboard.press("Enter")
    theirs = page.locator(".message:not(.mine)").last
    await expect(theirs).to_contain_text("You said: first <b>words</b>")
    await theirs.hover()
    await theirs.get_by_role("button", name="Message actions").click()
    await page.get_by_role("menuitem", name="Reply").click()
    await box.fill("an answer")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.mine").last.locator(".reply")).to_contain_text("You said")
    await theirs.hover()
    await theirs.get_by_role("button", name="Message actions").click()
    await page.get_by_role("menuitem", name="Forward").click()
    await page.get_by_role("dialog").get_by_role("button", name="Frontwire").click()
    await expect(page.locator(".from")).to_contain_text("Forwarded from Frontwire")
    mine = page.locator(".message.mine").first
    await mine.hover()
    await mine.get_by_role("button", name="Message actions").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await box.fill("other words")
    await page.keyboard.press("Enter")
    await expect(mine).to_contain_text("other words")
    await expect(mine.locator(".edited")).to_be_visible()


async def test_a_place_and_a_photo_reach_the_bot(
    visit: Open, sandbox: Sandbox, tmp_path: Path
) -> None:
    page = await visit(f"?user={READER}")
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Location").click()
    await page.get_by_role("button", name="Berlin").click()
    await page.get_by_role("button", name="Share").click()
    await expect(page.locator(".place")).to_contain_text("52.5200")
    picture = tmp_path / "p.png"
    await page.screenshot(path=picture)
    await page.locator("#picture").set_input_files(picture)
    await expect(page.locator("img.photo")).to_be_visible()
    kinds = [set(row) & {"location", "photo"} for row in sandbox.messages(READER)]
    assert kinds == [{"location"}, {"photo"}]


async def test_a_block_is_felt_by_the_bot_and_lifted(
    visit: Open, call: Call, sandbox: Sandbox
) -> None:
    page = await visit(f"?user={READER}")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Stop and block").click()
    await expect(page.get_by_role("button", name="UNBLOCK")).to_be_visible()
    refused = await call("sendMessage", chat_id=READER, text="x")
    assert refused["description"] == "Forbidden: bot was blocked by the user"
    await page.get_by_role("button", name="UNBLOCK").click()
    await expect(page.locator(".message.mine")).to_contain_text("/start")
    assert (await call("sendMessage", chat_id=READER, text="x"))["ok"]


async def test_a_message_that_is_told_of_twice_is_shown_once(
    visit: Open, call: Call, sandbox: Sandbox
) -> None:
    page = await visit(f"?user={READER}")
    sent = await call("sendMessage", chat_id=READER, text="Power is back")
    await expect(page.locator(".message")).to_have_count(1)
    sandbox.world.changed("new", READER, sent["result"]["message_id"])
    await call("sendMessage", chat_id=READER, text="Water too")
    await expect(page.locator(".message")).to_contain_text(["Power is back", "Water too"])
    await expect(page.locator(".message")).to_have_count(2)


async def test_groups_and_channels_show_beside_the_private_chat(
    visit: Open, call: Call, sandbox: Sandbox
) -> None:
    forum, channel = -1001000000000021, -1001000000000022
    sandbox.add_group(forum, "City desk", forum=True, members={READER: "member", EDITOR: "creator"})
    sandbox.add_topic(forum, 5, "Energy")
    sandbox.add_channel(channel, "Newswire feed", members={EDITOR: "creator", READER: "member"})
    sandbox.add_bot_to(forum, by=EDITOR)
    sandbox.add_bot_to(channel, by=EDITOR)
    page = await visit(f"?user={EDITOR}")
    await page.get_by_role("button", name="City desk").click()
    await page.get_by_label("Topic").select_option("Energy")
    await page.get_by_label("Message", exact=True).fill("to the topic")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.mine")).to_contain_text("to the topic")
    assert sandbox.messages(forum)[-1]["message_thread_id"] == 5
    await call("sendMessage", chat_id=channel, text="a post")
    await expect(page.get_by_role("button", name="Newswire feed")).to_contain_text("a post")
    await shot(page, "group")
    await page.get_by_label("You are").select_option(str(READER))
    await page.get_by_role("button", name="Newswire feed").click()
    await expect(page.get_by_role("button", name="Only administrators")).to_be_disabled()


async def test_on_a_phone_list_and_chat_are_two_views_in_ukrainian(
    visit: Open, bot: ScriptedBot
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
    page = await visit(f"?user={READER}", locale="uk-UA", color_scheme="dark", **phone)
    await expect(page.get_by_text("Ви —")).to_be_visible()
    await bot.digest(READER)
    await expect(page.locator(".count")).to_have_text("1")
    await shot(page, "phone-list")
    await page.locator(".chat").first.click()
    await expect(page.get_by_role("button", name="Надіслати")).to_be_visible()
    await expect(page.locator("time[data-format=r]")).to_have_text("2 години тому")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await shot(page, "phone-chat-dark")
    await page.get_by_role("button", name="Світлі кольори").is_hidden()
    await page.get_by_role("button", name="До списку чатів").click()
    await expect(page.locator("#chats")).to_be_visible()


async def test_the_bot_is_told_the_language_of_the_page(visit: Open, sandbox: Sandbox) -> None:
    page = await visit(f"?user={EDITOR}", locale="uk-UA")
    await expect(page.get_by_label("Ви —")).to_be_visible()
    await page.get_by_label("Повідомлення", exact=True).fill("раз")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.mine")).to_have_count(1)
    await page.get_by_role("button", name="Page language: English").click()
    await expect(page.get_by_label("You are")).to_be_visible()
    await page.get_by_label("Message", exact=True).fill("two")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.mine")).to_have_count(2)
    told = [row["from"]["language_code"] for row in sandbox.messages(EDITOR)]
    assert told[-1] == "en"
    rows = sandbox.world.updates.peek(9)
    assert [row["message"]["from"]["language_code"] for row in rows] == ["uk", "en"]


async def test_a_deep_link_of_the_page_starts_with_its_payload(
    visit: Open, bot: ScriptedBot
) -> None:
    page = await visit(f"?user={READER}&start=diplomacy")
    await page.get_by_role("button", name="START").click()
    await expect(page.locator(".message.mine").first).to_contain_text("/start diplomacy")


async def test_every_control_has_a_name_and_the_text_its_contrast(
    visit: Open, bot: ScriptedBot
) -> None:
    page = await visit(f"?user={READER}")
    await bot.digest(READER)
    await expect(page.locator(".keys")).to_be_visible()
    nameless = await page.evaluate(NAMELESS)
    assert nameless == []
    for theme in ("light", "dark"):
        await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert await page.evaluate(FAINT) == []


NAMELESS = """() => [...document.querySelectorAll('button, a, input, select, textarea')]
  .filter((node) => node.checkVisibility() && !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length))
  .map((node) => node.outerHTML)"""  # noqa: E501
# The contrast of each named text with what it lies on; 4.5 is what WCAG AA asks of small text.
FAINT = """() => {
  const light = (rgb) => rgb.slice(0, 3).map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const colour = (text) => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const found = colour(getComputedStyle(node).backgroundColor);
      if (found[3] > 250) return found;
    }
    return colour(getComputedStyle(document.documentElement).getPropertyValue('--wash-a'));
  };
  const watched = '.text, .text a, .meta, .name, .last, .at, .note, #subtitle, h1 small, .keys button, .keys a, .menu, .who label';
  return [...document.querySelectorAll(watched)].filter((node) => node.checkVisibility()).map((node) => {
    const [a, b] = [light(colour(getComputedStyle(node).color)), light(ground(node))];
    return [node.className || node.tagName, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)];
  }).filter(([, ratio]) => ratio < 4.5);
}"""  # noqa: E501
