"""One running Frontwire: its parts, made from the settings, started and stopped in the right order.

Stopped: the timetable; then what comes in; then the application; then the courier finishes what is on
the wire; then connections. What was begun is ended, what was not is left for the next process.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter

from bot.application import build
from bot.context import Services
from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.pacing import seconds_of
from bot.delivery.transport import Transport
from bot.failures import what_broke
from bot.menu import Menu
from bot.polling import Polling
from bot.polling_lock import PollingLock
from bot.rendering.contents import Contents
from bot.rendering.render import Words
from bot.settings import Settings
from bot.ticks import ticks
from bot.timetable import Timetable
from bot.updates import KINDS, Updates
from bot.web import doors
from digests.errors import ConfigurationError, SecondPoller, TokenRefused
from digests.intake.fetch import FeedClient
from digests.migrations import require_head, upgrade
from digests.outbox.clock import Clock
from digests.outbox.dispatch import Content
from digests.outbox.restored import stop_if_restored, stopped_since
from digests.storage.database import Database
from digests.storage.lock import ProcessLock
from digests.stories.tagging import load_topics

_log = logging.getLogger(__name__)

CHAT, COURIER, TIMETABLE, WEB = ROLES = ("chat", "courier", "timetable", "web")
CONTENTS = {
    "digest": (Content.EDITION, Content.MAP, Content.NEWS),
    "alert": (Content.ALERT, Content.WAKING, Content.UPDATE),
    "correction": (Content.CORRECTION,),
    "notice": (Content.NOTICE,),
}
"""The operator's words in FRONTWIRE_AT_MOST_ONCE: between them they name everything that is sent."""
HOUR = timedelta(hours=1)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between two tries to reach Telegram."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def services(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Services:
    """What handlers, ticks and doors work with."""
    database = Database(settings.database_url.get_secret_value())
    topics = load_topics(settings.topics)
    words = Words(topics, archive=settings.archive_url)
    return Services(
        database=database,
        settings=settings,
        words=words,
        topics=topics,
        contents=Contents(database, words),
        clock=clock,
    )


class Process:
    """All parts of one worker. Those whose role is not asked for are made, but not started."""

    def __init__(
        self, made: Services, roles: Iterable[str] = ROLES, *, clock: Clock | None = None
    ) -> None:
        settings = made.settings
        token = settings.token.get_secret_value() if settings.token else ""
        if not token.partition(":")[0].isdecimal():
            raise ConfigurationError("FRONTWIRE_TOKEN: a token begins with digits and a colon")
        bot_id = self._bot_id = int(token.partition(":")[0])
        self.services = made
        self.roles = frozenset(roles)
        if settings.webhook_url is not None and CHAT in self.roles and WEB not in self.roles:
            raise ConfigurationError("--only: with FRONTWIRE_WEBHOOK_URL chat needs web beside it")
        self.lock = ProcessLock(made.database)
        self.transport = Transport(token, settings.api_url)
        self.courier = Courier(
            made.database,
            Gateway(self.transport),
            made.contents,
            bot_id=bot_id,
            rate=settings.rate,
            clock=clock,
            at_most_once=[one for word in settings.at_most_once for one in CONTENTS[word]],
        )
        self.application = build(
            made, self.transport, clock, self.courier.counts, self.courier.wire
        )
        self.updates = Updates(self.application)
        self.updates.is_open = False
        self.polling = Polling(self.transport, self.updates, PollingLock(made.database, bot_id))
        self.feeds = FeedClient(allow_networks=settings.allow_networks)
        self.menu = Menu(made, self.application.bot)
        bot = self.application.bot
        self.timetable = Timetable(ticks(made, self.feeds, bot, self.menu, self.transport))
        self.doors = doors.Doors(doors.build(made, self.updates, self.parts, self.courier.counts))
        self.has_met_telegram = asyncio.Event()
        """Set when Telegram knows us and, with the chat role, updates come in."""
        self.has_begun = asyncio.Event()
        """Set when every part that was asked for works."""
        self.is_delivering = False
        self._stop = asyncio.Event()

    def parts(self) -> dict[str, bool]:
        """Of each part that should run, whether it does."""
        is_heard = self.services.settings.webhook_url is not None or self.polling.is_polling
        found = {
            CHAT: self.has_met_telegram.is_set() and is_heard,
            COURIER: self.is_delivering,
            TIMETABLE: self.timetable.is_running and not self.timetable.failing,
        }
        return {part: runs for part, runs in found.items() if part in self.roles}

    def stop(self) -> None:
        """Asks ``run`` to end. Nothing more is claimed from now on: ticks and handlers may take a while to
        end, and whoever loses patience kills what is in flight."""
        self._stop.set()
        self.courier.stop()

    def stop_on_signals(self) -> None:
        """Stops when the system or Ctrl-C asks."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)

    async def run(self, *, migrate: bool = False) -> None:
        """Runs until ``stop``. Raises what makes going on senseless: a token that is refused."""
        database = self.services.database
        async with AsyncExitStack() as closing:
            closing.push_async_callback(database.close)
            closing.callback(self.lock.release)
            self.lock.acquire()
            if migrate:
                await upgrade(database)
            await require_head(database)
            await self._doubt_what_stood_still()
            closing.push_async_callback(self.feeds.close)
            closing.push_async_callback(self.transport.close)
            closing.push_async_callback(self.services.counting.close)
            await self._run_parts(closing)

    async def _doubt_what_stood_still(self) -> None:
        """Before anything plans or sends: a restored backup must not send its queue a second time."""
        async with self.services.database.write() as session:
            age = await stop_if_restored(
                session,
                bot_id=self._bot_id,
                ceiling=self.services.settings.rate,
                now=self.services.clock(),
            )
            stopped = await stopped_since(session)
        if stopped is not None:
            _log.error(
                "nothing is sent until a person says so: frontwire resume-delivery, or the owners' button",
                extra={"stopped_at": stopped, "newest_trace_hours": age and round(age / HOUR, 1)},
            )

    async def _run_parts(self, closing: AsyncExitStack) -> None:
        work: set[asyncio.Task[None]] = set()
        if COURIER in self.roles:
            courier = asyncio.create_task(self.courier.run())
            closing.push_async_callback(self._drain, courier)
            work.add(courier)
            self.is_delivering = True
        if CHAT in self.roles:
            chat = asyncio.create_task(self._converse())
            closing.push_async_callback(self._hang_up, chat)
            work.add(chat)
        if WEB in self.roles:
            closing.push_async_callback(self.doors.close)
            address = await self.doors.open(*self.services.settings.address)
            _log.info("doors are open", extra={"address": address})
        if TIMETABLE in self.roles:
            closing.push_async_callback(self.timetable.stop)
            self.timetable.start()
        if CHAT not in self.roles:
            self.has_begun.set()
        await self._wait(work)

    async def _wait(self, work: set[asyncio.Task[None]]) -> None:
        stopped = asyncio.create_task(self._stop.wait())
        try:
            while not stopped.done():
                ended, _ = await asyncio.wait({stopped, *work}, return_when=asyncio.FIRST_COMPLETED)
                for task in ended & work:
                    work.discard(task)
                    task.result()
        finally:
            stopped.cancel()

    async def _converse(self) -> None:
        """Meets Telegram, then listens. Where it hears nothing more, what is planned still goes out."""
        await self._meet()
        await self.application.start()
        self.updates.is_open = True
        if self.services.settings.webhook_url is not None:
            await self._set_webhook()
        self.has_met_telegram.set()
        self.has_begun.set()
        if self.services.settings.webhook_url is None:
            await self._poll()

    async def _poll(self) -> None:
        """Until the process ends, or another poller is met that shares no database with us."""
        while True:
            try:
                await self.polling.run()
            except SecondPoller as error:
                _log.error("another process polls with this token; end it", exc_info=error)
                if self.services.database.is_sqlite:
                    return
                # A worker that lost its lock may be the other: whoever has the lock then goes on.
                await asyncio.sleep(LONGEST_PAUSE)

    async def _meet(self) -> None:
        """getMe, until the network is there."""
        try:
            await self._until_there(self.application.initialize)
        except InvalidToken:
            raise TokenRefused("Telegram does not know this token") from None

    async def _until_there(self, ask: Callable[[], Awaitable[object]]) -> None:
        """Asks until Telegram answers: the network may be late, and many workers start at once."""
        pause = FIRST_PAUSE
        while True:
            try:
                await ask()
            except BadRequest:
                raise
            except RetryAfter as refusal:
                _log.warning("Telegram asks to wait", extra=what_broke(refusal))
                await asyncio.sleep(seconds_of(refusal))
            except NetworkError as error:
                _log.warning("Telegram cannot be reached yet", extra=what_broke(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    async def _set_webhook(self) -> None:
        settings = self.services.settings
        assert settings.webhook_url is not None  # noqa: S101 - the caller looked
        assert settings.webhook_secret is not None  # noqa: S101 - the settings demand it
        setting = partial(
            self.application.bot.set_webhook,
            settings.webhook_url,
            secret_token=settings.webhook_secret.get_secret_value(),
            allowed_updates=KINDS,
        )
        try:
            await self._until_there(setting)
        except BadRequest as error:
            # Telegram's words are about the address alone.
            raise ConfigurationError(f"FRONTWIRE_WEBHOOK_URL: {error.message}") from None

    async def _hang_up(self, chat: asyncio.Task[None]) -> None:
        chat.cancel()
        await asyncio.wait([chat])
        await self.polling.close()
        if self.application.running:
            await self.application.stop()
        await self.application.shutdown()

    async def _drain(self, courier: asyncio.Task[None]) -> None:
        self.is_delivering = False
        await self.courier.drain()
        await asyncio.wait([courier])
