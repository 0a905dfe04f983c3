"""A look before a claim (verb, reading only): it waits for nobody, and an idle bot writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.dispatch import Lane
from digests.outbox.gate import Gate
from digests.outbox.message import MessageState, OutboxMessage, stands


@dataclass(frozen=True, slots=True)
class Glance:
    """Whether anything may go soon, whether any of it is urgent, and the next free slot as other workers'
    claims have left it."""

    is_waiting: bool
    has_urgent: bool
    tat: datetime | None
    """None where this token never sent."""


async def glance(session: AsyncSession, bot_id: int, *, horizon: datetime) -> Glance:
    """Looks for what may go before ``horizon``."""
    found = await session.execute(_GLANCE, {"bot": bot_id, "horizon": horizon})
    is_waiting, has_urgent, tat = found.one()
    return Glance(bool(is_waiting), bool(has_urgent), tat)


_MAY_GO = (
    OutboxMessage.state == stands(MessageState.READY),
    or_(
        OutboxMessage.not_before.is_(None),
        OutboxMessage.not_before <= bindparam("horizon", type_=OutboxMessage.not_before.type),
    ),
)

_GLANCE = select(
    exists().where(*_MAY_GO),
    exists().where(*_MAY_GO, OutboxMessage.lane == Lane.URGENT),
    select(Gate.tat).where(Gate.bot_id == bindparam("bot")).scalar_subquery(),
)
