"""Nothing grows for ever (verb): what nobody can need any more goes, some of it at each tick.

A copy can be corrected as long as its receipt lives, so what its correction needs lives as long: the
receipt, its dispatch, its edition, the revisions of its stories. The audit log is never shortened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from digests.audience.slot import Appointment
from digests.editions.edition import Edition
from digests.editions.story_news import StoryNews
from digests.intake.article import Article
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Reach
from digests.outbox.held import Held
from digests.outbox.message import OutboxMessage
from digests.outbox.notice import Notice
from digests.outbox.receipt import Receipt
from digests.storage.bulk import delete_some

RECEIPTS = timedelta(days=396)
"""Thirteen months. On PostgreSQL the ledger's months are dropped whole (``outbox/months.py``)."""

NOTICES = timedelta(days=90)
"""Notes to a chat, such as a desk's warning, with their dispatches; what quiet hours held back. Whoever has
not woken by then never will be told: what was held for a day is news no more."""

EDITIONS = timedelta(days=30)
"""Editions, and story news, that reached nobody."""

TEXTS = timedelta(days=90)
"""Articles' full texts: headlines, summaries and what stories tell stay. Grouping looks back three days."""

AT_ONCE = 5_000
"""Rows of each kind in one transaction: the writer is never away for long."""


async def tidy(session: AsyncSession, *, now: datetime) -> int:
    """One round; how many rows went or were emptied. Another follows with the next tick."""
    gone = 0
    if session.get_bind().dialect.name == "sqlite":
        gone += await delete_some(session, Receipt, Receipt.sent_at < now - RECEIPTS, AT_ONCE)
    for table, stale in (
        (Notice, _stale_notice(now)),
        (Held, Held.held_at < now - NOTICES),
        (Edition, _stale(Edition, Content.EDITION, Edition.created_at, now)),
        (StoryNews, _stale(StoryNews, Content.NEWS, StoryNews.made_at, now)),
        (Dispatch, _stale_dispatch(now)),
    ):
        gone += await delete_some(session, table, stale, AT_ONCE)
    return gone + await _empty_texts(session, now)


def _stale_notice(now: datetime) -> ColumnElement[bool]:
    unfinished = exists().where(
        Dispatch.content == Content.NOTICE, Dispatch.subject_id == Notice.id, ~_is_over()
    )
    return (Notice.made_at < now - NOTICES) & ~unfinished


def _stale(
    table: type[Edition] | type[StoryNews],
    content: Content,
    made_at: ColumnElement[datetime] | InstrumentedAttribute[datetime],
    now: datetime,
) -> ColumnElement[bool]:
    """It reached nobody, and nobody waits for it."""
    copy = exists().where(Receipt.content == content, Receipt.subject_id == table.id)
    way = exists().where(Dispatch.content == content, Dispatch.subject_id == table.id, ~_is_over())
    return (made_at < now - EDITIONS) & ~copy & ~way


def _stale_dispatch(now: datetime) -> ColumnElement[bool]:
    """Over, without a receipt, and no reader's newest digest: what came of it is not asked any more."""
    receipt = exists().where(Receipt.dispatch_id == Dispatch.id)
    stamp = exists().where(Appointment.dispatch_id == Dispatch.id)
    left = exists().where(OutboxMessage.dispatch_id == Dispatch.id)
    is_single = Dispatch.reach == Reach.SINGLE
    old = or_(
        is_single & (Dispatch.created_at < now - NOTICES), Dispatch.created_at < now - RECEIPTS
    )
    return _is_over() & old & ~stamp & ~left & (is_single | ~receipt)


def _is_over() -> ColumnElement[bool]:
    return Dispatch.state.in_((DispatchState.DONE, DispatchState.CANCELLED))


async def _empty_texts(session: AsyncSession, now: datetime) -> int:
    full = (func.length(Article.text) > 0) | Article.later_text.is_not(None)
    chosen = (
        select(Article.id)
        .where(Article.read_at < now - TEXTS, Article.grouped_at.is_not(None), full)
        .order_by(Article.id)
        .limit(AT_ONCE)
    )
    result = await session.execute(
        update(Article)
        .where(Article.id.in_(chosen.scalar_subquery()))
        .values(text="", later_text=None)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount  # type: ignore[attr-defined, no-any-return]
