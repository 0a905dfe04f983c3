"""Who polls: Telegram allows one. On PostgreSQL an advisory lock goes from worker to worker."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.storage.database import Database
from digests.storage.trouble import TROUBLE

_log = logging.getLogger(__name__)

TRY_AGAIN = 1.0
"""Seconds between two tries: how long nobody polls after a worker ended."""
PATIENCE = 10.0
"""Seconds that the database has to say whether it is our turn still."""
_FAMILY = 0x46574B  # so that our locks are nobody else's in a shared database


class PollingLock:
    """Held while polling. On SQLite there is one process, so it is held at once."""

    def __init__(self, database: Database, bot_id: int) -> None:
        self._database = database
        self._key = bot_id % 2**31
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> PollingLock:
        while not self._database.is_sqlite and not await self._try():  # noqa: ASYNC110 - another's lock
            await asyncio.sleep(TRY_AGAIN)
        return self

    async def holds(self) -> bool:
        """Whether it is ours still: it goes with its connection, and another worker may have it by now."""
        if self._connection is None:
            return self._database.is_sqlite
        try:
            async with asyncio.timeout(PATIENCE):
                await self._connection.execute(text("SELECT 1"))
        except TROUBLE as error:
            _log.warning("no turn to poll any more", extra={"error": type(error).__name__})
            return False
        return True

    async def __aexit__(self, *_: object) -> None:
        await self._let_go()

    async def _try(self) -> bool:
        """Whether it is ours now. It lasts as long as its connection, so a dead worker holds nothing."""
        try:
            self._connection = await self._database.engine.connect()
            self._connection = await self._connection.execution_options(
                isolation_level="AUTOCOMMIT"
            )
            found = await self._connection.execute(
                text("SELECT pg_try_advisory_lock(:family, :key)"),
                {"family": _FAMILY, "key": self._key},
            )
            if found.scalar_one():
                return True
        except TROUBLE as error:
            _log.warning(
                "cannot ask whose turn to poll it is", extra={"error": type(error).__name__}
            )
        await self._let_go()
        return False

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Not back to the pool: the lock lives in the connection.
            await connection.invalidate()
            await connection.close()
