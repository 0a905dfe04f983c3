"""The figures an operator watches, read from the tables at the moment of asking.

None of them goes through the ledger or the subscribers: totals are kept, the rest is found by an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from digests.audience.subscriber import NOT_ACTIVE, Subscriber, SubscriberState
from digests.editions.edition import Edition
from digests.intake.article import Article
from digests.intake.source import Source
from digests.outbox.again import undecided
from digests.outbox.dispatch import Dispatch, DispatchState
from digests.outbox.gate import Gate, Worker
from digests.outbox.message import MessageState, OutboxMessage, stands
from digests.outbox.pace import rate_now
from digests.outbox.receipt import Outcome, Receipt
from digests.outbox.total import totals
from digests.stories.story import Story

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts by word; ages and waits in seconds; rates in messages a second."""

    subscribers: dict[str, int]
    sources: dict[str, int]
    articles: int
    articles_ungrouped: int
    stories: int
    editions: int
    outbox: dict[str, int]
    """Unfinished messages by lane."""
    sending: int
    """Of these, in a courier's hands."""
    dispatches_running: dict[str, int]
    """By lane."""
    dispatches_paused: int
    oldest_dispatch_seconds: dict[str, float]
    """By lane: how long ago the oldest running one was planned."""
    oldest_message_seconds: dict[str, float]
    """By lane: how long ago the oldest message that may go out now was planned, with its dispatch. What is
    in a courier's hands or held in a paused dispatch does not count."""
    receipts: dict[str, int]
    """By outcome, since the first start; old receipts that were let go count too."""
    uncertain: int
    """Of these, of messages that were sent again because an answer was lost."""
    undecided: dict[str, int]
    """Messages that wait for a person's decision: dead letters, uncertain sends."""
    slots: int
    """Given out since the first start, for every message, edit, deletion and direct answer."""
    rate_used: float
    """Messages that ended in the last minute, by the second; ``slots`` counts direct answers too."""
    rate_allowed: float | None
    """None where nothing was sent yet."""
    held_seconds: float
    """How long Telegram still makes us wait."""
    workers: int
    """Couriers that were heard of in the last minute; each says every five seconds that it is there."""
    stopped: bool
    """Whether all delivery waits for a person's word."""
    dead_rows: dict[str, int]
    """PostgreSQL: rows of the busiest tables that vacuum has not taken away yet."""
    oldest_transaction_seconds: float
    """PostgreSQL: how long the oldest open one runs; it keeps dead rows from being taken away."""


async def figures(session: AsyncSession, *, now: datetime, ceiling: float) -> Figures:
    """Everything, as it is at ``now``; ``ceiling`` is the rate that the operator allows."""
    gate = await session.scalar(select(Gate).order_by(Gate.bot_id.desc()).limit(1))
    held = gate.hold_until - now if gate and gate.hold_until else None
    running = Dispatch.state == DispatchState.RUNNING
    oldest = select(Dispatch.lane, func.min(Dispatch.created_at)).where(running)
    since = await session.execute(oldest.group_by(Dispatch.lane))
    receipts, uncertain = await totals(session)
    return Figures(
        subscribers=await _subscribers(session),
        sources=await _by(session, Source.state),
        articles=await _count(session, Article.id),
        articles_ungrouped=await _count(session, Article.id, Article.grouped_at.is_(None)),
        stories=await _count(session, Story.id),
        editions=await _count(session, Edition.id),
        outbox=await _by(session, OutboxMessage.lane),
        sending=await _count(session, OutboxMessage.id, OutboxMessage.state == "sending"),
        dispatches_running=await _by(session, Dispatch.lane, running),
        dispatches_paused=await _count(
            session, Dispatch.id, Dispatch.state == DispatchState.PAUSED
        ),
        oldest_dispatch_seconds={lane: (now - at).total_seconds() for lane, at in since},
        oldest_message_seconds=await _waiting(session, now),
        receipts=receipts,
        uncertain=uncertain,
        undecided={str(fate): n for fate, n in (await undecided(session, now=now)).items()},
        slots=gate.slot_no if gate else 0,
        rate_used=await _answered_since(session, now - MINUTE) / MINUTE.total_seconds(),
        rate_allowed=rate_now(gate.rate, gate.rate_changed_at, now, ceiling) if gate else None,
        held_seconds=max(0.0, held.total_seconds()) if held else 0.0,
        workers=await _count(session, Worker.id, Worker.heartbeat_at > now - MINUTE),
        stopped=gate is not None and gate.stopped_at is not None,
        dead_rows=await _dead_rows(session),
        oldest_transaction_seconds=await _oldest_transaction(session),
    )


HOT = ("outbox", "gate", "chat_pace", "subscriber")
_DEAD_ROWS = text(
    "SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE relname IN :tables"
).bindparams(bindparam("tables", expanding=True))
_OLDEST_TRANSACTION = text(
    "SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def _dead_rows(session: AsyncSession) -> dict[str, int]:
    if session.get_bind().dialect.name == "sqlite":
        return {}
    found = await session.execute(_DEAD_ROWS, {"tables": HOT})
    return {str(row.relname): row.n_dead_tup for row in found}


async def _oldest_transaction(session: AsyncSession) -> float:
    if session.get_bind().dialect.name == "sqlite":
        return 0.0
    return float(await session.scalar(_OLDEST_TRANSACTION) or 0)


async def _subscribers(session: AsyncSession) -> dict[str, int]:
    """By state. The active ones, nearly all, are what is left of the whole: their rows are not looked at."""
    others = await _by(session, Subscriber.state, text(NOT_ACTIVE))
    active = await _count(session, Subscriber.id) - sum(others.values())
    return others | ({str(SubscriberState.ACTIVE): active} if active else {})


async def _waiting(session: AsyncSession, now: datetime) -> dict[str, float]:
    oldest = (
        select(OutboxMessage.lane, func.min(Dispatch.created_at))
        .join(Dispatch, Dispatch.id == OutboxMessage.dispatch_id)
        .where(
            OutboxMessage.state == stands(MessageState.READY),
            or_(OutboxMessage.not_before.is_(None), OutboxMessage.not_before <= now),
        )
        .group_by(OutboxMessage.lane)
    )
    return {lane: (now - at).total_seconds() for lane, at in await session.execute(oldest)}


async def _answered_since(session: AsyncSession, since: datetime) -> int:
    on_the_wire = Receipt.outcome != Outcome.CANCELLED
    return await _count(session, Receipt.id, Receipt.sent_at > since, on_the_wire)


async def _by(
    session: AsyncSession, column: InstrumentedAttribute[Any], *where: Any
) -> dict[str, int]:
    counted = select(column, func.count()).where(*where).group_by(column)
    return {str(word): count for word, count in await session.execute(counted)}


async def _count(session: AsyncSession, column: InstrumentedAttribute[Any], *where: Any) -> int:
    return await session.scalar(select(func.count(column)).where(*where)) or 0
