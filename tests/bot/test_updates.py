"""Updates and polling: each update processed once, none lost, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from telegram import Update
from telegram.ext import TypeHandler

from bot.application import build
from bot.context import App
from bot.delivery.transport import Transport
from bot.polling import Polling
from bot.polling_lock import PollingLock
from bot.sandbox import Fault, Sandbox
from bot.updates import Updates
from digests.errors import SecondPoller, TokenRefused
from digests.storage.database import Database
from tests.bot.conftest import make_services


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    """A Bot API server with one person."""
    async with Sandbox() as server:
        server.add_user(1, "Olena")
        yield server


class Bot:
    """An application that only notes what it was told, and may be made to wait."""

    def __init__(self, app: App, transport: Transport) -> None:
        self.app, self.transport = app, transport
        self.heard: list[str] = []
        self.news = asyncio.Event()
        self.waits = asyncio.Event()
        self.waits.set()
        app.add_handler(TypeHandler(Update, self.note), group=-1)

    async def note(self, update: Update, context: Any) -> None:
        if update.message and update.message.text == "slow":
            await self.waits.wait()
        self.heard.append(update.message.text if update.message else "?")  # type: ignore[arg-type]
        self.news.set()

    async def hears(self, count: int) -> list[str]:
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                self.news.clear()
                await self.news.wait()
        return self.heard


@pytest.fixture
async def bot(telegram: Sandbox, tmp_path: Path, now: datetime) -> AsyncIterator[Bot]:
    """On the sandbox; its handlers touch no database."""
    database = Database(f"sqlite:///{tmp_path}/x.db")
    transport = Transport(telegram.token, telegram.url)
    app = build(make_services(database, now, api_url=telegram.url), transport)
    app.handlers.clear()
    await app.initialize()
    yield Bot(app, transport)
    await app.shutdown()
    await transport.close()
    await database.close()


def polling_of(bot: Bot, database: Database) -> Polling:
    """A worker's polling."""
    return Polling(bot.transport, Updates(bot.app), PollingLock(database, 100))


async def stop(task: asyncio.Task[None], polling: Polling) -> None:
    """As the process does."""
    task.cancel()
    await asyncio.wait([task])
    await polling.close()


async def die(task: asyncio.Task[None], polling: Polling) -> None:
    """As by a kill: nothing is finished, nothing confirmed."""
    handlers = polling._updates._open.values()
    for begun in (task, *handlers):
        begun.cancel()
    await asyncio.wait([task, *handlers])


def message(update_id: int, text: str) -> dict[str, Any]:
    """An update as Telegram says it."""
    chat = {"id": 1, "type": "private", "first_name": "Olena"}
    sender = {"id": 1, "is_bot": False, "first_name": "Olena"}
    body = {"message_id": update_id, "date": 1, "chat": chat, "from": sender, "text": text}
    return {"update_id": update_id, "message": body}


async def test_an_update_told_twice_is_processed_once(bot: Bot) -> None:
    """While it is processed, and after."""
    updates = Updates(bot.app)
    bot.waits.clear()
    first = updates.take(message(7, "slow"))
    assert updates.take(message(7, "slow")) is first
    bot.waits.set()
    await updates.finish(5)
    assert updates.take(message(7, "slow")) is None
    assert bot.heard == ["slow"]


@pytest.mark.parametrize(
    "said",
    [
        {"update_id": 1},
        {"update_id": 1, "a_new_kind": {"x": 1}},
        {"update_id": 1, "message": {"message_id": "x"}},
        {"update_id": 1, "message": []},
        {"update_id": 1, "callback_query": None},
    ],
)
async def test_what_cannot_be_read_is_let_go(bot: Bot, said: dict[str, Any]) -> None:
    """It never stops those that follow."""
    updates = Updates(bot.app)
    updates.take(said)
    updates.take(message(2, "after"))
    await updates.finish(5)
    assert updates.unfinished == frozenset()
    assert bot.heard[-1] == "after"


async def test_what_is_said_comes_in_and_is_confirmed_only_when_done(
    bot: Bot, telegram: Sandbox, tmp_path: Path
) -> None:
    """A worker that dies in the middle of an update leaves it for the next."""
    database = Database(f"sqlite:///{tmp_path}/lock.db")
    bot.waits.clear()
    first = polling_of(bot, database)
    task = asyncio.create_task(first.run())
    await telegram.say(1, "quick")
    await telegram.say(1, "slow")
    assert await bot.hears(1) == ["quick"]
    await die(task, first)

    bot.heard.clear()
    bot.waits.set()
    second = polling_of(bot, database)
    task = asyncio.create_task(second.run())
    assert "slow" in await bot.hears(1)
    await stop(task, second)

    bot.heard.clear()
    third = polling_of(bot, database)
    task = asyncio.create_task(third.run())
    await telegram.say(1, "new")
    assert await bot.hears(1) == ["new"]
    await stop(task, third)
    await database.close()


async def test_polling_survives_what_the_network_does(
    bot: Bot, telegram: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken answer, a lost connection, 502, 429: it asks again."""
    monkeypatch.setattr("bot.polling.LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(Polling, "_pause_after", quickly(Polling._pause_after))
    for kind in ("garbage", "close", "status", "too_many"):
        telegram.fault(Fault(kind, method="getUpdates", times=1, retry_after=1))  # type: ignore[arg-type]
    database = Database(f"sqlite:///{tmp_path}/lock.db")
    polling = polling_of(bot, database)
    task = asyncio.create_task(polling.run())
    await telegram.say(1, "still here?")
    assert await bot.hears(1) == ["still here?"]
    await stop(task, polling)
    await database.close()


def quickly(real: Any) -> Any:
    """The real decision, without its seconds."""

    def decide(self: Polling, *args: Any) -> float:
        real(self, *args)
        return 0.01

    return decide


@pytest.mark.parametrize(("status", "error"), [(409, SecondPoller), (401, TokenRefused)])
async def test_polling_ends_where_going_on_is_senseless(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    """A second poller that stays, a token that is wrong."""
    monkeypatch.setattr(Polling, "_pause_after", quickly(Polling._pause_after))
    database = Database(f"sqlite:///{tmp_path}/lock.db")
    polling = Polling(Refusing(status), Updates(bot.app), PollingLock(database, 100))  # type: ignore[arg-type]
    with pytest.raises(error):
        await polling.run()
    assert not polling.is_polling
    await database.close()


class Refusing:
    """A transport whose getUpdates is always refused."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def call(self, method: str, body: dict[str, Any], **_: Any) -> Any:
        from bot.delivery.answer import Answer

        return Answer(200, True) if method == "deleteWebhook" else Answer(self.status, [])


@pytest.mark.postgresql
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_one_worker_polls_and_hands_over_to_the_next(database: Database) -> None:
    """On PostgreSQL the lock goes on when its holder ends, however it ends."""
    other = Database(database.url.render_as_string(hide_password=False))
    log: list[str] = []
    go_on = asyncio.Event()

    async def worker(name: str, store: Database) -> None:
        async with PollingLock(store, 100):
            log.append(name)
            await go_on.wait()

    first = asyncio.create_task(worker("first", database))
    async with asyncio.timeout(5):
        while not log:  # noqa: ASYNC110 - a real database is asked
            await asyncio.sleep(0.01)
    second = asyncio.create_task(worker("second", other))
    await asyncio.sleep(0.1)
    assert log == ["first"]
    first.cancel()
    await asyncio.wait([first])
    go_on.set()
    async with asyncio.timeout(5):
        await second
    assert log == ["first", "second"]
    await other.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_turn_that_ended_with_its_connection_is_known_to_have_ended(
    database: Database,
) -> None:
    """As at a restart of the server: it is another worker's then."""
    other = Database(database.url.render_as_string(hide_password=False))
    async with PollingLock(database, 100) as lock:
        assert await lock.holds()
        async with other.read() as session:
            await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        assert not await lock.holds()
        async with asyncio.timeout(5), PollingLock(other, 100) as heir:
            assert await heir.holds()
    await other.close()


class Turn(PollingLock):
    """Another worker's after a while."""

    def __init__(self, polls: int) -> None:
        self.left, self.entered, self.again = polls, 0, asyncio.Event()

    async def __aenter__(self) -> Turn:
        self.entered += 1
        if self.entered > 1:
            self.again.set()
            await asyncio.Event().wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        """It is not ours anyway."""

    async def holds(self) -> bool:
        """For so many polls."""
        self.left -= 1
        return self.left >= 0


async def test_who_lost_its_turn_polls_no_more_until_it_has_it_again(bot: Bot) -> None:
    asked: list[str] = []

    class Counting(Refusing):
        async def call(self, method: str, body: dict[str, Any], **more: Any) -> Any:
            asked.append(method)
            return await super().call(method, body, **more)

    lock = Turn(polls=2)
    polling = Polling(Counting(200), Updates(bot.app), lock)  # type: ignore[arg-type]
    running = asyncio.create_task(polling.run())
    async with asyncio.timeout(5):
        await lock.again.wait()
    assert asked == ["deleteWebhook", "getUpdates", "getUpdates"]
    assert not polling.is_polling
    await stop(running, polling)
