"""Updates reach the bot by polling and by webhook, in order and again until confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.sandbox import Sandbox
from bot.sandbox.updates import KEPT_SECONDS, UpdateQueue
from tests.sandbox.conftest import READER, Call


async def test_updates_come_again_until_an_offset_confirms_them(
    call: Call, sandbox: Sandbox
) -> None:
    for text in ("one", "two", "three"):
        await sandbox.say(READER, text)
    first = (await call("getUpdates", limit=2))["result"]
    assert [row["message"]["text"] for row in first] == ["one", "two"]
    assert (await call("getUpdates", limit=2))["result"] == first
    rest = (await call("getUpdates", offset=first[-1]["update_id"] + 1))["result"]
    assert [row["message"]["text"] for row in rest] == ["three"]
    assert (await call("getUpdates", offset=-1))["result"] == rest


async def test_a_long_poll_ends_with_the_first_update(call: Call, sandbox: Sandbox) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=50))
    await asyncio.sleep(0.02)
    await sandbox.push_update({"some_new_kind": {"x": 1}})
    rows = (await asyncio.wait_for(poll, 5))["result"]
    assert rows[0]["some_new_kind"] == {"x": 1}


async def test_a_second_poller_ends_the_first_with_a_conflict(call: Call, sandbox: Sandbox) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=50))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(call("getUpdates", timeout=50))
    refused = await asyncio.wait_for(first, 5)
    assert refused["error_code"] == 409
    assert refused["description"].startswith("Conflict: terminated by other getUpdates request")
    await sandbox.say(READER, "hi")
    assert len((await asyncio.wait_for(second, 5))["result"]) == 1


async def test_only_the_allowed_kinds_are_queued(call: Call, sandbox: Sandbox) -> None:
    await call("getUpdates", allowed_updates=["message"])
    sandbox.block(READER)
    await sandbox.say(READER, "hi")
    rows = (await call("getUpdates"))["result"]
    assert [set(row) - {"update_id"} for row in rows] == [{"message"}]


def test_updates_are_kept_for_a_day() -> None:
    now = [0.0]
    queue = UpdateQueue(lambda: now[0])
    queue.push("message", {})
    now[0] = KEPT_SECONDS
    queue.push("message", {})
    assert len(queue) == 2
    now[0] += 1
    assert len(queue) == 1


class Hook:
    """A scripted bot behind a webhook: refuses as often as it is told, then echoes."""

    def __init__(self) -> None:
        self.refuse = 0
        self.seen: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One push."""
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        update = await request.json()
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=503)
        self.seen.append(update)
        message = update["message"]
        text = message["text"]
        echo = {"method": "sendMessage", "chat_id": message["chat"]["id"], "text": f"echo {text}"}
        return web.json_response(echo)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """The scripted bot, listening."""
    scripted = Hook()
    runner = web.ServerRunner(web.Server(scripted.handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield scripted
    await runner.cleanup()


async def test_a_webhook_gets_every_update_once_in_order_through_failures(
    call: Call, sandbox: Sandbox, hook: Hook
) -> None:
    hook.refuse = 2
    await sandbox.say(READER, "before")
    assert (await call("setWebhook", url=hook.url, secret_token="s3cret"))["ok"]
    for text in ("one", "two"):
        await sandbox.say(READER, text)
    rows = await sandbox.wait_for(READER, count=3)
    assert [row["text"] for row in rows] == ["echo before", "echo one", "echo two"]
    assert hook.secrets == {"s3cret"}
    info = (await call("getWebhookInfo"))["result"]
    assert (info["url"], info["last_error_message"][-23:]) == (hook.url, "503 Service Unavailable")
    refused = await call("getUpdates")
    assert refused["description"].startswith("Conflict: can't use getUpdates method while webhook")
    assert (await call("deleteWebhook"))["ok"]
    assert (await call("getUpdates"))["result"] == []


async def test_a_webhook_elsewhere_must_be_https(call: Call) -> None:
    answer = await call("setWebhook", url="http://example.com/hook")
    assert answer["description"].startswith("Bad Request: bad webhook: An HTTPS URL")


async def test_a_scripted_bot_polls_and_answers(
    sandbox: Sandbox, session: aiohttp.ClientSession, call: Call
) -> None:
    async def bot() -> None:
        offset = 0
        while True:
            for row in (await call("getUpdates", offset=offset, timeout=50))["result"]:
                offset = row["update_id"] + 1
                text = row["message"]["text"][::-1]
                await call("sendMessage", chat_id=row["message"]["chat"]["id"], text=text)

    running = asyncio.create_task(bot())
    for text in ("abc", "def"):
        await sandbox.say(READER, text)
    rows = await sandbox.wait_for(READER, count=2)
    assert [row["text"] for row in rows] == ["cba", "fed"]
    running.cancel()


async def test_python_telegram_bot_lives_on_the_sandbox(sandbox: Sandbox) -> None:
    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_html("<b>echo</b>", do_quote=True)

    builder = Application.builder().token(sandbox.token).base_url(f"{sandbox.url}/bot")
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling(timeout=1)
        asked = await sandbox.say(READER, "hello")
        reply = (await sandbox.wait_for(READER))[0]
        assert reply["entities"] == [{"offset": 0, "length": 4, "type": "bold"}]
        assert reply["reply_to_message"]["message_id"] == asked
        await application.updater.stop()
        await application.stop()
