"""A send that may have arrived before says that it leaves again (verb), in a commit just before it does.

Most of what is in a dying worker's hands was never on the wire: it was claimed a quarter of a second
ahead. After a first death nobody can tell which, and all go again, once. By this mark it is known after
a second one: what had not departed goes again and is left to no person. Only what is in doubt pays for it.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.message import MessageState, OutboxMessage


async def depart(session: AsyncSession, message_id: int, slot_no: int) -> bool:
    """False where the message is another courier's by now: it must not be sent."""
    marked = await session.scalar(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.slot_no == slot_no,
            OutboxMessage.state == MessageState.SENDING,
        )
        .values(departed=True)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return marked is not None
