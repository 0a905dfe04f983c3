"""``/metrics`` for Prometheus: read from the tables at the moment of asking, so that every worker tells
the same of what they share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.subscriber import Subscriber, SubscriberState
from digests.intake.article import Article
from digests.intake.source import Source, SourceState
from digests.outbox.dispatch import Dispatch, DispatchState, Lane
from digests.outbox.gate import Gate, Worker
from digests.outbox.message import MessageState, OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database


class Metrics:
    """The figures an operator watches. Seconds, counts and messages a second."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def show(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        registry = CollectorRegistry()
        now = self._clock()
        async with self._database.read() as session:
            await _queue(session, registry)
            await _dispatches(session, registry, now)
            await _gate(session, registry, now)
            await _ledger(session, registry)
            await _news(session, registry)
            await _people(session, registry)
        return web.Response(
            body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        )


async def _queue(session: AsyncSession, registry: CollectorRegistry) -> None:
    queue = Gauge(
        "frontwire_outbox_messages", "Unfinished messages.", ["lane", "state"], registry=registry
    )
    for lane in Lane:
        for state in MessageState:
            queue.labels(lane, state).set(0)
    by_lane = select(OutboxMessage.lane, OutboxMessage.state, func.count())
    for lane, state, count in await session.execute(
        by_lane.group_by(OutboxMessage.lane, OutboxMessage.state)
    ):
        queue.labels(lane, state).set(count)


async def _dispatches(session: AsyncSession, registry: CollectorRegistry, now: datetime) -> None:
    dispatches = Gauge(
        "frontwire_dispatches", "Unfinished dispatches.", ["lane", "state"], registry=registry
    )
    oldest = Gauge(
        "frontwire_oldest_dispatch_seconds",
        "Age of the oldest running dispatch.",
        ["lane"],
        registry=registry,
    )
    unfinished = select(
        Dispatch.lane, Dispatch.state, func.count(), func.min(Dispatch.created_at)
    ).where(Dispatch.state.in_([DispatchState.RUNNING, DispatchState.PAUSED]))
    for lane, state, count, since in await session.execute(
        unfinished.group_by(Dispatch.lane, Dispatch.state)
    ):
        dispatches.labels(lane, state).set(count)
        if state is DispatchState.RUNNING:
            oldest.labels(lane).set((now - since).total_seconds())


async def _gate(session: AsyncSession, registry: CollectorRegistry, now: datetime) -> None:
    rate = Gauge("frontwire_rate_allowed", "Messages a second, at present.", registry=registry)
    held = Gauge(
        "frontwire_held_seconds", "How long Telegram makes us wait still.", registry=registry
    )
    for gate in await session.scalars(select(Gate)):
        rate.set(gate.rate)
        held.set(max(0.0, (gate.hold_until - now).total_seconds()) if gate.hold_until else 0)
    workers = Gauge("frontwire_workers", "Workers known.", registry=registry)
    workers.set(await session.scalar(select(func.count()).select_from(Worker)) or 0)


async def _ledger(session: AsyncSession, registry: CollectorRegistry) -> None:
    receipts = Gauge(
        "frontwire_receipts", "The ledger, by outcome.", ["outcome"], registry=registry
    )
    for outcome in Outcome:
        receipts.labels(outcome).set(0)
    counted = select(Receipt.outcome, func.count()).group_by(Receipt.outcome)
    for outcome, count in await session.execute(counted):
        receipts.labels(outcome).set(count)
    uncertain = Gauge(
        "frontwire_uncertain_receipts", "Sent again after an answer was lost.", registry=registry
    )
    doubtful = select(func.count()).select_from(Receipt).where(Receipt.ambiguous)
    uncertain.set(await session.scalar(doubtful) or 0)


async def _news(session: AsyncSession, registry: CollectorRegistry) -> None:
    sources = Gauge("frontwire_sources", "Sources, by state.", ["state"], registry=registry)
    for state in SourceState:
        sources.labels(state).set(0)
    counted = select(Source.state, func.count()).group_by(Source.state)
    for state, count in await session.execute(counted):
        sources.labels(state).set(count)
    waiting = Gauge("frontwire_articles_ungrouped", "Articles not in a story.", registry=registry)
    ungrouped = select(func.count()).select_from(Article).where(Article.grouped_at.is_(None))
    waiting.set(await session.scalar(ungrouped) or 0)


async def _people(session: AsyncSession, registry: CollectorRegistry) -> None:
    people = Gauge("frontwire_subscribers", "Subscribers, by state.", ["state"], registry=registry)
    for state in SubscriberState:
        people.labels(state).set(0)
    counted = select(Subscriber.state, func.count()).group_by(Subscriber.state)
    for state, count in await session.execute(counted):
        people.labels(state).set(count)
