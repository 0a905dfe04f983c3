"""What simply arrived leaves the outbox for the ledger (verb): nearly all there is to settle, in two
statements whatever number of messages.

Simply: whole, under the claim it was sent by, and showing the newest revision. The rest is
``settle.py``'s, and these rows mean the same there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningDelete

from digests.outbox.dispatch import Dispatch, MessageKind
from digests.outbox.message import MessageState, OutboxMessage, stands
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.given import Given

Arrival = tuple[int, int, int, int, int | None]
"""Id, slot number, revision and parts of what was rendered, message id."""

_ARRIVALS = Given(
    id=BigInteger(),
    slot_no=BigInteger(),
    revision=BigInteger(),
    parts=BigInteger(),
    message_id=BigInteger(),
)

_OUTBOX = cast(Table, OutboxMessage.__table__)
_DISPATCH, _RECEIPT = cast(Table, Dispatch.__table__), cast(Table, Receipt.__table__)


async def close_arrived(
    session: AsyncSession, arrivals: Sequence[Arrival], *, now: datetime
) -> set[int]:
    """Closes those it may; their ids."""
    if not arrivals:
        return set()
    statements = _statements(session.get_bind().dialect.name)
    parameters = _ARRIVALS.bound(statements.dialect, arrivals)
    connection = await session.connection()
    if statements.lock is not None:
        # Rows first, then their dispatches, as everywhere.
        rows = await connection.execute(statements.lock, parameters)
        await connection.execute(statements.share, {"ids": list({row[0] for row in rows})})
    await connection.execute(statements.enter, parameters | {"now": now})
    gone = await connection.execute(statements.leave, parameters)
    return {row[0] for row in gone}


@dataclass(frozen=True, slots=True)
class _Statements:
    dialect: str
    enter: Insert
    leave: ReturningDelete[Any]
    lock: Select[Any] | None
    share: Select[Any]


@cache
def _statements(dialect: str) -> _Statements:
    given = _ARRIVALS.table(dialect)
    simply = (
        _OUTBOX.c.id == given.c.id,
        _OUTBOX.c.slot_no == given.c.slot_no,
        _OUTBOX.c.state == stands(MessageState.SENDING),
        _OUTBOX.c.kind == MessageKind.SEND,
        _OUTBOX.c.part + 1 >= given.c.parts,
        _DISPATCH.c.id == _OUTBOX.c.dispatch_id,
        _DISPATCH.c.kind == MessageKind.SEND,
        _DISPATCH.c.revision <= given.c.revision,
    )
    columns = {
        "dispatch_id": _OUTBOX.c.dispatch_id,
        "content": _DISPATCH.c.content,
        "subject_id": _DISPATCH.c.subject_id,
        "revision": given.c.revision,
        "subscriber_id": _OUTBOX.c.subscriber_id,
        "chat_id": _OUTBOX.c.chat_id,
        "kind": _OUTBOX.c.kind,
        "part": _OUTBOX.c.part,
        "message_id": given.c.message_id,
        "outcome": literal(Outcome.SENT, Receipt.outcome.type),
        "reason": null(),
        "attempts": _OUTBOX.c.attempt,
        "ambiguous": _OUTBOX.c.ambiguous > 0,
        "closes": literal(True),
        "sent_at": bindparam("now", type_=Receipt.sent_at.type),
    }
    asked = select(_OUTBOX.c.dispatch_id).where(_OUTBOX.c.id.in_(select(given.c.id)))
    return _Statements(
        dialect,
        insert(_RECEIPT).from_select(list(columns), select(*columns.values()).where(*simply)),
        delete(_OUTBOX)
        .where(_OUTBOX.c.id.in_(select(_OUTBOX.c.id).where(*simply).correlate(None)))
        .returning(_OUTBOX.c.id),
        None if dialect == "sqlite" else asked.order_by(_OUTBOX.c.id).with_for_update(),
        select(_DISPATCH.c.id)
        .where(_DISPATCH.c.id.in_(bindparam("ids", expanding=True)))
        .order_by(_DISPATCH.c.id)
        .with_for_update(read=True),
    )
