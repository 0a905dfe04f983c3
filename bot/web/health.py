"""Whether the process lives, and whether it is of use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from digests.outbox.restored import stopped_since
from digests.storage.database import Database

PATIENCE = 5.0
"""Seconds the database has to answer."""


class Health:
    """``/health/live``: the loop turns. ``/health``: and the database answers, and every part runs."""

    def __init__(self, database: Database, parts: Callable[[], dict[str, bool]]) -> None:
        self._database = database
        self._parts = parts

    async def live(self, _request: web.Request) -> web.Response:
        """Answering is the proof."""
        return web.json_response({"live": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """200 where everything is ready, else 503; the body says what is not."""
        found = {"database": False, **self._parts()}
        found |= await self._answers()
        return web.json_response(found, status=200 if all(found.values()) else 503)

    async def _answers(self) -> dict[str, bool]:
        """Whether the database does; and then, whether delivery waits for a person's word."""
        try:
            async with asyncio.timeout(PATIENCE), self._database.read() as session:
                stopped = await stopped_since(session)
        except (SQLAlchemyError, OSError, TimeoutError):
            return {"database": False}
        return {"database": True, "delivery": stopped is None}
