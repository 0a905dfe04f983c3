"""``/metrics`` for Prometheus. Gauges are read from what all workers share, and each tells the same; the
counters of claims and answers are this worker's own, to be summed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.delivery.counts import Counts
from bot.web.figures import figures
from digests.storage.database import Database


class Metrics:
    """The door that Prometheus scrapes."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], ceiling: float, counts: Counts
    ) -> None:
        self._database, self._clock = database, clock
        self._ceiling, self._counts = ceiling, counts

    async def show(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        from bot.web.exposition import CONTENT_TYPE, exposed  # unscraped: 1 MB less

        async with self._database.read() as session:
            found = await figures(session, now=self._clock(), ceiling=self._ceiling)
        return web.Response(
            body=exposed(found, self._counts), headers={"Content-Type": CONTENT_TYPE}
        )
