"""``/metrics`` for Prometheus. Every worker tells the same, since all is read from what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.web.figures import Figures, figures
from digests.audience.subscriber import SubscriberState
from digests.intake.source import SourceState
from digests.outbox.dispatch import Lane
from digests.outbox.receipt import Outcome
from digests.storage.database import Database


class Metrics:
    """The door that Prometheus scrapes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def show(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        async with self._database.read() as session:
            found = await figures(session, now=self._clock())
        return web.Response(
            body=generate_latest(registry_of(found)),
            headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4},
        )


def registry_of(found: Figures) -> CollectorRegistry:
    """The figures under Prometheus' names."""
    registry = CollectorRegistry()

    def each(
        name: str, what: str, label: str, words: Iterable[str], of: Mapping[str, float]
    ) -> None:
        gauge = Gauge(f"frontwire_{name}", what, [label], registry=registry)
        for word in words:
            gauge.labels(str(word)).set(of.get(str(word), 0))

    def one(name: str, what: str, value: float) -> None:
        Gauge(f"frontwire_{name}", what, registry=registry).set(value)

    each("subscribers", "Subscribers.", "state", SubscriberState, found.subscribers)
    each("sources", "Sources.", "state", SourceState, found.sources)
    each("outbox_messages", "Unfinished messages.", "lane", Lane, found.outbox)
    each("dispatches", "Running dispatches.", "lane", Lane, found.dispatches_running)
    oldest = "Age of the oldest running dispatch."
    each("oldest_dispatch_seconds", oldest, "lane", Lane, found.oldest_dispatch_seconds)
    each("receipts", "The ledger.", "outcome", Outcome, found.receipts)
    one("articles", "Articles kept.", found.articles)
    one("articles_ungrouped", "Articles not yet in a story.", found.articles_ungrouped)
    one("stories", "Stories.", found.stories)
    one("outbox_sending", "Messages in a courier's hands.", found.sending)
    one("dispatches_paused", "Paused dispatches.", found.dispatches_paused)
    one("uncertain_receipts", "Messages that may have arrived twice.", found.uncertain)
    one("rate_allowed", "Messages a second, at present.", found.rate_allowed or 0)
    one("held_seconds", "How long Telegram still makes us wait.", found.held_seconds)
    one("workers", "Workers known.", found.workers)
    return registry
