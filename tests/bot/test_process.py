"""The process: starts, serves, stops in order; refuses what would harm."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import BotCommandScopeAllGroupChats, BotCommandScopeChat

from bot.delivery.answer import Answer
from bot.process import CONTENTS, Process, services
from bot.sandbox import Fault, Limits, Sandbox
from bot.settings import Settings
from digests.errors import ConfigurationError, DatabaseLocked, SchemaOutdated, TokenRefused
from digests.migrations import upgrade
from digests.outbox.dispatch import Content

ROOT = Path(__file__).parents[2]
READER = 7


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    """A Bot API server with one person."""
    async with Sandbox(limits=Limits.none(), webhook_retry=0.01) as server:
        server.add_user(READER, "Olena")
        yield server


def process_on(telegram: Sandbox, url: str, **more: Any) -> Process:
    """A worker on this database."""
    held = {
        "token": telegram.token, "api_url": telegram.url, "database_url": url, "rate": 1000.0,
        "listen": "127.0.0.1:0", **more,
    }  # fmt: skip
    return Process(services(Settings(**held)))


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[asyncio.Task[None]]:
    """Started, and stopped at the end as by SIGTERM."""
    task = asyncio.create_task(process.run(migrate=True))
    try:
        met = asyncio.create_task(process.has_met_telegram.wait())
        await asyncio.wait({met, task}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        met.cancel()
        if task.done():
            task.result()
        yield task
    finally:
        process.stop()
        async with asyncio.timeout(20):
            await asyncio.wait([task])


async def test_it_serves_until_it_is_stopped_and_leaves_nothing_behind(
    telegram: Sandbox, database_url: str
) -> None:
    """On each engine: answers, stops, starts again on the same database and answers again."""
    before = asyncio.all_tasks()
    for _ in range(2):
        process = process_on(telegram, database_url)
        async with running(process) as task:
            said = await telegram.say(READER, "/help")
            await telegram.wait_for(READER, after=said)
            assert set(process.parts()) == {"chat", "courier", "timetable"}
            assert process.parts()["courier"]
        assert task.exception() is None
        assert not process.timetable.is_running
    left = [repr(task) for task in asyncio.all_tasks() - before]
    assert not [task for task in left if "/bot/" in task and "/sandbox/" not in task]


async def test_updates_come_by_webhook_where_one_is_set(telegram: Sandbox, tmp_path: Path) -> None:
    """Set with its secret; the sandbox calls as Telegram does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = process_on(
        telegram, f"sqlite:///{tmp_path}/x.db", listen=f"127.0.0.1:{port}",
        webhook_url=f"http://127.0.0.1:{port}/telegram/x", webhook_secret="s3cret",
    )  # fmt: skip
    async with running(process):
        said = await telegram.say(READER, "/help")
        await telegram.wait_for(READER, after=said)
        assert process.parts()["chat"]


async def test_a_webhook_that_telegram_will_not_set_at_once_is_set_in_the_end(
    telegram: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight workers that start together are told to wait; the network may fail meanwhile."""
    monkeypatch.setattr("bot.process.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("bot.process.seconds_of", lambda _refusal: 0.01)
    telegram.fault(Fault("too_many", method="setWebhook", times=2, retry_after=1))
    telegram.fault(Fault("close", method="setWebhook", times=1))
    hook = {"webhook_url": "http://127.0.0.1:9/x", "webhook_secret": "s3cret"}
    process = process_on(telegram, f"sqlite:///{tmp_path}/x.db", **hook)
    async with running(process) as task:
        assert process.has_met_telegram.is_set()
    assert task.exception() is None


async def test_where_no_handlers_run_a_call_of_telegrams_is_not_taken(
    telegram: Sandbox, tmp_path: Path
) -> None:
    """A door without the chat role, or before Telegram was met: it calls again, elsewhere or later."""
    hook = {"webhook_url": "http://127.0.0.1:9/x", "webhook_secret": "s3cret"}
    made = process_on(telegram, f"sqlite:///{tmp_path}/x.db", **hook)
    with pytest.raises(ConfigurationError, match="chat needs web"):
        Process(made.services, ["chat"])
    process = Process(made.services, ["web"])
    await upgrade(made.services.database)
    address = await process.doors.open("127.0.0.1", 0)
    secret = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
    async with (
        aiohttp.ClientSession(headers=secret) as session,
        session.post(f"{address}/x", json={"update_id": 1}) as answer,
    ):
        assert answer.status == 503
    assert not process.updates.is_known(1)
    await process.doors.close()
    await made.services.database.close()


async def test_a_webhook_that_telegram_refuses_is_told_by_its_setting(
    telegram: Sandbox, tmp_path: Path
) -> None:
    hook = {"webhook_url": "http://example.org/x", "webhook_secret": "s3cret"}
    process = process_on(telegram, f"sqlite:///{tmp_path}/x.db", **hook)
    with pytest.raises(ConfigurationError, match=r"FRONTWIRE_WEBHOOK_URL: .*https"):
        await process.run(migrate=True)


async def test_from_the_moment_it_is_told_to_stop_nothing_is_claimed(
    telegram: Sandbox, tmp_path: Path
) -> None:
    """However long its ticks and handlers take to end: who loses patience kills what is in flight."""
    process = process_on(telegram, f"sqlite:///{tmp_path}/x.db")
    async with running(process):
        claims = process.courier.counts.claims
        process.stop()
        process.courier.wake()
        await process.courier._claim_until_stopped()
        assert process.courier.counts.claims == claims


@pytest.mark.parametrize("role", ["courier", "web"])
async def test_a_worker_without_the_chat_has_begun_too(
    telegram: Sandbox, tmp_path: Path, role: str
) -> None:
    """Then the collector is told what lasts, or it holds up every send."""
    made = process_on(telegram, f"sqlite:///{tmp_path}/x.db")
    process = Process(made.services, [role])
    task = asyncio.create_task(process.run(migrate=True))
    async with asyncio.timeout(10):
        await process.has_begun.wait()
    process.stop()
    await task


async def test_a_second_process_on_the_same_file_is_refused(
    telegram: Sandbox, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    async with running(process_on(telegram, url)):
        with pytest.raises(DatabaseLocked):
            await process_on(telegram, url).run()


async def test_a_database_of_another_version_is_refused(telegram: Sandbox, tmp_path: Path) -> None:
    """``run`` does not migrate by itself."""
    with pytest.raises(SchemaOutdated):
        await process_on(telegram, f"sqlite:///{tmp_path}/x.db").run()


async def test_a_wrong_token_stops_everything_and_says_so(
    telegram: Sandbox, tmp_path: Path
) -> None:
    process = process_on(telegram, f"sqlite:///{tmp_path}/x.db", token="100:another")
    with pytest.raises(TokenRefused):
        await process.run(migrate=True)


def test_what_is_no_token_is_refused_at_once(telegram: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="FRONTWIRE_TOKEN"):
        process_on(telegram, f"sqlite:///{tmp_path}/x.db", token="nonsense")


async def test_a_network_that_fails_at_the_start_is_waited_for(
    telegram: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hiccup at boot must not end it."""
    monkeypatch.setattr("bot.process.FIRST_PAUSE", 0.01)
    telegram.fault(Fault("close", method="getMe", times=2))
    process = process_on(telegram, f"sqlite:///{tmp_path}/x.db")
    async with running(process):
        said = await telegram.say(READER, "/help")
        await telegram.wait_for(READER, after=said)


async def test_only_the_roles_that_are_asked_for_run(telegram: Sandbox, tmp_path: Path) -> None:
    """A worker with the timetable alone does not talk."""
    made = process_on(telegram, f"sqlite:///{tmp_path}/x.db")
    process = Process(made.services, ["timetable"])
    task = asyncio.create_task(process.run(migrate=True))
    async with asyncio.timeout(10):
        while not process.timetable.is_running:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
    assert set(process.parts()) == {"timetable"}
    process.stop()
    await task
    assert not process.has_met_telegram.is_set()


async def test_the_menu_is_published_in_both_languages_and_for_the_desk(
    telegram: Sandbox, tmp_path: Path
) -> None:
    """Editors' commands stand only in the owner's menu."""
    process = process_on(telegram, f"sqlite:///{tmp_path}/x.db", owners=[READER])
    async with running(process):
        await process.timetable.tick("menu")
        bot = process.application.bot
        everyone = {c.command: c.description for c in await bot.get_my_commands()}
        ukrainian = {
            c.command: c.description for c in await bot.get_my_commands(language_code="uk")
        }
        owner = {c.command for c in await bot.get_my_commands(scope=BotCommandScopeChat(READER))}
        groups = {c.command for c in await bot.get_my_commands(BotCommandScopeAllGroupChats())}
    assert everyone.keys() == ukrainian.keys()
    assert all(everyone[name] != ukrainian[name] for name in everyone)
    assert {"topics", "digest", "help"} <= everyone.keys()
    assert "breaking" not in everyone
    assert {"breaking", "editors", "topics"} <= owner
    assert groups <= everyone.keys()


async def test_run_without_a_token_is_the_sandbox_and_ends_with_sigterm(tmp_path: Path) -> None:
    """It prints an address where the chat page is; nothing but its own folder is touched."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FRONTWIRE")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", "--migrate", cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            address = None
            while address is None:
                line = (await process.stdout.readline()).decode()
                assert line, (await process.communicate())[1].decode()
                address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        async with aiohttp.ClientSession() as session, session.get(address[0]) as answer:
            assert answer.status == 200
            assert "text/html" in answer.headers["Content-Type"]
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert b"Traceback" not in errors
    assert os.listdir(tmp_path) == ["var"]  # noqa: PTH208


async def test_a_second_poller_silences_it_but_what_is_planned_still_goes_out(
    telegram: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Health says that it hears nothing; the courier lives on."""
    monkeypatch.setattr("bot.polling.CONFLICT_PAUSE", 0.01)
    process = process_on(telegram, f"sqlite:///{tmp_path}/x.db")
    process.polling._transport = Conflicting()  # type: ignore[assignment]
    async with running(process) as task:
        async with asyncio.timeout(5):
            while process.polling._conflicts < 3:  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0.01)
        assert not task.done()
        assert process.parts()["chat"] is False
        assert process.parts()["courier"] is True


class Conflicting:
    """A transport whose getUpdates somebody else always ends."""

    async def call(self, method: str, _body: dict[str, Any], **_: Any) -> Answer:
        """409 for getUpdates alone."""
        return Answer(409) if method == "getUpdates" else Answer(200, True)


def test_the_operator_has_a_word_for_everything_that_is_sent() -> None:
    named = [content for contents in CONTENTS.values() for content in contents]
    assert sorted(named) == sorted(Content)
