"""Messages whose courier died are taken from it (verb). Any worker does it, and only once each.

A courier that lives drops what its lease no longer covers, so a lease that ran out has no owner left.
On SQLite there is one process: whatever is in flight when it starts was a dead one's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.dispatch import Content
from digests.outbox.gate import ChatPace, Worker
from digests.outbox.ledger import Entry, dispatches_of, entry, record
from digests.outbox.message import MessageState, OutboxMessage, stands
from digests.outbox.retry import rescued

AT_ONCE = 1_000

APART = timedelta(seconds=1)
"""Between two rescued messages, where there are few: well longer than a claim reaches ahead. One of them
may be what killed the worker, and must not take the others with it a second time."""

SPREAD = timedelta(seconds=30)
"""All that one call rescues goes out again within this time."""

FORGOTTEN_AFTER = timedelta(minutes=1)
"""A chat's pace is not needed so long after it ended; nor is it minded should clocks step."""

SILENT_WORKER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rescued:
    """What one call found: messages that go again, and those a person must decide about."""

    again: int = 0
    unknown: int = 0


async def rescue(
    session: AsyncSession,
    *,
    now: datetime,
    orphans: bool = False,
    at_most_once: Collection[Content] = (),
) -> Rescued:
    """Takes messages whose lease ran out; with ``orphans`` all that are in flight. Of the contents in
    ``at_most_once`` none is sent again: they may have been on the wire."""
    overdue = OutboxMessage.state == stands(MessageState.SENDING)
    if not orphans:
        overdue &= or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now)
    rows = (
        await session.scalars(
            select(OutboxMessage)
            .where(overdue)
            .order_by(OutboxMessage.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not rows:
        return Rescued()
    dispatches = await dispatches_of(session, rows)
    entries: list[Entry] = []
    finished: list[int] = []
    apart = min(APART, SPREAD / len(rows))
    for place, row in enumerate(rows):
        row.rescues += 1
        dispatch = dispatches[row.dispatch_id]
        decision = rescued(
            kind=row.kind,
            ambiguous=row.ambiguous,
            rescues=row.rescues,
            has_left=row.departed or not row.ambiguous,
            at_most_once=dispatch.content in at_most_once,
        )
        row.ambiguous += decision.ambiguous
        row.state = MessageState.READY
        row.not_before = now + apart * place if place else None
        row.owner = row.lease_until = row.slot = row.slot_no = None
        if decision.outcome is not None:
            entries.append(
                entry(
                    row,
                    dispatch,
                    decision.outcome,
                    decision.reason,
                    revision=dispatch.revision,
                    message_id=row.message_id,
                    closes=True,
                    now=now,
                )
            )
            finished.append(row.id)
    await record(session, entries, finished)
    return Rescued(again=len(rows) - len(finished), unknown=len(finished))


async def tidy(session: AsyncSession, *, now: datetime) -> None:
    """Drops what has lost its meaning: chats' old paces, and workers not heard of for an hour."""
    await session.execute(delete(ChatPace).where(ChatPace.next_send_at < now - FORGOTTEN_AFTER))
    await session.execute(delete(Worker).where(Worker.heartbeat_at < now - SILENT_WORKER))
