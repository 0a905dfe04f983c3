"""However many claim, and however often: the slots they get together keep the rate."""

from __future__ import annotations

from datetime import datetime

from digests.outbox.claim import claim
from digests.outbox.expand import expand
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers


async def test_workers_that_claim_in_turn_share_one_pace(database: Database, now: datetime) -> None:
    clock, slots, chats = JumpingClock(now), list[float](), list[int]()
    async with database.write() as session:
        await readers(session, range(1, 101), now=now)
        await alert(session, now=now)
        await expand(session, now=now, rate=30)
    for turn in range(60):
        async with database.write() as session:
            taken = await claim(session, clock, bot_id=1, owner=str(turn % 3), ceiling=30, most=20)
        slots += [message.slot for message in taken.messages]
        chats += [message.chat_id for message in taken.messages]
        assert all(slot <= clock.monotonic() + 0.25 for slot in slots)
        await clock.sleep_until(clock.monotonic() + 0.05)
    assert len(chats) == len(set(chats)) >= 80
    assert all(later - earlier >= 1.0 for earlier, later in zip(slots, slots[30:], strict=False))
