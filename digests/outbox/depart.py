"""Sends that may have arrived before say that they leave again (verb), in a commit just before they do.

Most of what is in a dying worker's hands was never on the wire: it was claimed a quarter of a second
ahead. After a first death nobody can tell which, and all go again, once. By this mark it is known after
a second one: what had not departed goes again and is left to no person. Only what is in doubt pays for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.message import MessageState, OutboxMessage
from digests.storage.given import Given

_LEAVING = Given(id=BigInteger(), slot_no=BigInteger())


async def depart(session: AsyncSession, leaving: Sequence[tuple[int, int]]) -> set[int]:
    """Of these messages, each with its claim's slot number, those that may leave: the others are another
    courier's by now and must not be sent."""
    dialect = session.get_bind().dialect.name
    given = _LEAVING.table(dialect)
    marked = await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == given.c.id,
            OutboxMessage.slot_no == given.c.slot_no,
            OutboxMessage.state == MessageState.SENDING,
        )
        .values(departed=True)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False),
        _LEAVING.bound(dialect, leaving),
    )
    return {row[0] for row in marked}
