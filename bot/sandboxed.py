"""The bot without a token: the sandbox is its Telegram, with people to chat as and a week of articles."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from bot.console import render
from bot.process import Process, services
from bot.sample import EDITOR, load_week, people
from bot.sandbox import Sandbox
from bot.settings import Settings
from digests.migrations import upgrade

DATABASE = Path("var/sandbox/frontwire.db")


async def sandbox(settings: Settings) -> None:
    """A Telegram of our own, a week of sample articles, a reader and an editor; fresh at each start."""
    async with Sandbox() as telegram:
        people(telegram)
        process = Process(services(_aimed_at(telegram, settings)))
        process.lock.acquire()
        for end in ("", "-wal", "-shm"):
            DATABASE.with_name(DATABASE.name + end).unlink(missing_ok=True)
        process.stop_on_signals()
        await upgrade(process.services.database)
        await load_week(process.services)
        telling = asyncio.create_task(_tell(process, telegram))
        try:
            await process.run()
        finally:
            telling.cancel()


def _aimed_at(telegram: Sandbox, settings: Settings) -> Settings:
    here = {
        "token": SecretStr(telegram.token),
        "api_url": telegram.url,
        "database_url": SecretStr(f"sqlite:///{DATABASE}"),
        "owners": [EDITOR],
        # Any free port: the live bot beside us keeps its own.
        "listen": "127.0.0.1:0",
        "webhook_url": None,
    }
    return settings.model_copy(update=here)


async def _tell(process: Process, telegram: Sandbox) -> None:
    await process.has_met_telegram.wait()
    sys.stdout.write(render("sandbox.txt", address=telegram.page_url))
    sys.stdout.flush()
