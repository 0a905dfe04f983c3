"""Databases in a hurry: SQLite without a thread, and neither engine waits for the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class _Here(aiosqlite.Connection):
    """A connection whose every call is done at once, where it was made."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    async def _connect(self) -> _Here:
        self._connection = self._connector()
        return self

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()

    def stop(self) -> asyncio.Future[None] | None:
        """Closes; there is no thread to end."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return None


def careless(engine: AsyncEngine) -> None:
    """PostgreSQL that does not wait for the disk: the machine itself does not fail here."""

    @event.listens_for(engine.sync_engine, "connect")
    def _careless(connection: Any, _record: Any) -> None:
        connection.run_async(lambda raw: raw.execute("SET synchronous_commit TO off"))


def inline(engine: AsyncEngine) -> None:
    """Lets this SQLite engine work without threads, and without waiting for the disk."""

    def here(*where: Any, **how: Any) -> _Here:
        return _Here(lambda: sqlite3.connect(*where, **how), 64)

    @event.listens_for(engine.sync_engine, "do_connect")
    def _creator(_dialect: Any, _record: Any, _where: Any, how: dict[str, Any]) -> None:
        how["async_creator_fn"] = here

    @event.listens_for(engine.sync_engine, "connect")
    def _careless(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.close()
