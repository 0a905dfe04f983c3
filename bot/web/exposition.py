"""The figures under Prometheus' names, in its text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.delivery.counts import Counts
from bot.web.figures import HOT, Figures
from digests.audience.subscriber import SubscriberState
from digests.intake.source import SourceState
from digests.outbox.again import Fate
from digests.outbox.dispatch import Lane
from digests.outbox.receipt import Outcome
from digests.outbox.settle import Settled
from digests.outbox.verdict import Meaning

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposed(found: Figures, counts: Counts) -> bytes:
    """What a scrape gets."""
    return generate_latest(registry_of(found, counts))


class _Counters(Collector):
    """Counters whose values are known already."""

    def __init__(self, found: Figures, counts: Counts) -> None:
        self._found, self._counts = found, counts

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Prometheus' own name for it."""
        slots = "Slots given out by all workers."
        yield CounterMetricFamily("frontwire_slots", slots, self._found.slots)
        yield CounterMetricFamily("frontwire_claims", "This worker's claims.", self._counts.claims)
        spent = "What this worker's claims took."
        seconds = self._counts.claim_seconds
        yield CounterMetricFamily("frontwire_claim_seconds", spent, seconds)
        answers = CounterMetricFamily(
            "frontwire_answers", "Answers to this worker's messages.", labels=["meaning"]
        )
        for meaning in Meaning:
            answers.add_metric([meaning], self._counts.answers[meaning])
        yield answers
        settled = CounterMetricFamily(
            "frontwire_settled", "How this worker's messages ended.", labels=["how"]
        )
        for how in Settled.__slots__:
            settled.add_metric([how], self._counts.settled[how])
        yield settled


def registry_of(found: Figures, counts: Counts) -> CollectorRegistry:
    """The figures under Prometheus' names."""
    registry = CollectorRegistry()
    registry.register(_Counters(found, counts))

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
    oldest = "How long ago the oldest running dispatch was planned."
    each("oldest_dispatch_seconds", oldest, "lane", Lane, found.oldest_dispatch_seconds)
    waiting = "How long ago the oldest message that may go out now was planned."
    each("oldest_message_seconds", waiting, "lane", Lane, found.oldest_message_seconds)
    ledger = "Messages, edits and deletions that ended so, since the first start."
    each("receipts", ledger, "outcome", Outcome, found.receipts)
    one("articles", "Articles kept.", found.articles)
    one("articles_ungrouped", "Articles not yet in a story.", found.articles_ungrouped)
    one("stories", "Stories.", found.stories)
    one("outbox_sending", "Messages in a courier's hands.", found.sending)
    one("dispatches_paused", "Paused dispatches.", found.dispatches_paused)
    twice = "Messages that may have arrived twice, since the first start."
    one("uncertain_receipts", twice, found.uncertain)
    waiting = "Messages that wait for a person's decision."
    each("undecided_messages", waiting, "fate", Fate, found.undecided)
    one(
        "rate_used",
        "Messages that ended, a second, over the last minute; direct answers apart.",
        found.rate_used,
    )
    one("rate_allowed", "Messages a second, at present.", found.rate_allowed or 0)
    one("held_seconds", "How long Telegram still makes us wait.", found.held_seconds)
    one("workers", "Couriers heard of in the last minute.", found.workers)
    one("delivery_stopped", "1 where all delivery waits for a person's word.", found.stopped)
    dead = "Rows that vacuum has not taken away yet (PostgreSQL)."
    each("dead_rows", dead, "table", HOT, found.dead_rows)
    seconds = found.oldest_transaction_seconds
    one("oldest_transaction_seconds", "Age of the oldest open one (PostgreSQL).", seconds)
    return registry
