"""What an operator reads: the pace that is kept, and the one that is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.web.figures import figures
from digests.outbox.dispatch import Content, MessageKind
from digests.outbox.gate import Gate
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database


def receipt(session: AsyncSession, at: datetime, outcome: Outcome) -> None:
    """One message's end."""
    session.add(
        Receipt(
            dispatch_id=1,
            content=Content.ALERT,
            subject_id=7,
            revision=1,
            chat_id=1,
            kind=MessageKind.SEND,
            outcome=outcome,
            sent_at=at,
        )
    )


async def test_the_pace_is_that_of_the_last_minute(database: Database, now: datetime) -> None:
    """What was recalled never went out, and counts as little as what went out before."""
    async with database.write() as session:
        for age in (1, 20, 59, 61):
            receipt(session, now - timedelta(seconds=age), Outcome.SENT)
        receipt(session, now, Outcome.CANCELLED)
    async with database.read() as session:
        found = await figures(session, now=now, ceiling=30)
    assert (found.rate_used, found.rate_allowed, found.slots) == (3 / 60, None, 0)


async def test_a_lowered_rate_is_shown_as_it_comes_back(database: Database, now: datetime) -> None:
    """By one a second each minute, up to what the operator allows today."""
    async with database.write() as session:
        session.add(Gate(bot_id=1, rate=24, tat=now, rate_changed_at=now, slot_no=9))
    shown = []
    async with database.read() as session:
        for minutes in (0, 3, 60):
            then = now + timedelta(minutes=minutes)
            found = await figures(session, now=then, ceiling=30)
            shown.append((found.rate_allowed, found.slots))
    assert shown == [(24, 9), (27, 9), (30, 9)]
