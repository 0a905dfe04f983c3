"""An outbox message becomes a receipt (verb): the one place that writes the ledger row by row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.dispatch import Dispatch
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Outcome, Receipt

Entry = dict[str, Any]

_LONGEST_REASON = 64


def entry(
    row: OutboxMessage,
    dispatch: Dispatch,
    outcome: Outcome,
    reason: str,
    *,
    revision: int,
    message_id: int | None,
    closes: bool,
    now: datetime,
) -> Entry:
    """The receipt's columns for what just happened to ``row``."""
    return {
        "dispatch_id": dispatch.id,
        "content": dispatch.content,
        "subject_id": dispatch.subject_id,
        "revision": revision,
        "subscriber_id": row.subscriber_id,
        "chat_id": row.chat_id,
        "kind": row.kind,
        "part": row.part,
        "message_id": message_id,
        "outcome": outcome,
        "reason": reason[:_LONGEST_REASON] or None,
        "attempts": row.attempt,
        "ambiguous": row.ambiguous > 0,
        "closes": closes,
        "sent_at": now,
    }


async def record(session: AsyncSession, entries: list[Entry], finished: list[int]) -> None:
    """Receipts in, finished messages out, in the caller's one transaction."""
    if entries:
        # The table, not the class: bulk rows need no objects.
        await session.execute(insert(Receipt.__table__), entries)  # type: ignore[arg-type]
    await session.flush()
    if finished:
        await session.execute(
            delete(OutboxMessage)
            .where(OutboxMessage.id.in_(finished))
            .execution_options(synchronize_session=False)
        )


async def dispatches_of(
    session: AsyncSession, rows: Iterable[OutboxMessage]
) -> dict[int, Dispatch]:
    """Their dispatches, share-locked: a correction that raises a revision waits for us, or we see it."""
    found = await session.scalars(
        select(Dispatch)
        .where(Dispatch.id.in_({row.dispatch_id for row in rows}))
        .order_by(Dispatch.id)
        .with_for_update(read=True)
    )
    return {dispatch.id: dispatch for dispatch in found}
