"""When a worker asks for slots: an alert that has just come is not left waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update

from bot.delivery.courier import Courier
from digests.outbox.dispatch import Lane
from digests.outbox.gate import Gate
from digests.outbox.lanes import WHEEL
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers


async def test_an_alert_that_has_just_come_has_the_next_slot_whoever_s_turn_it_is(
    database: Database,
    courier_of: Callable[..., Courier],
    clock: JumpingClock,
    now: datetime,
) -> None:
    courier = courier_of(rate=30.0)
    claimer = courier._claimer
    async with database.write() as session:
        await readers(session, range(1, 61), now=now)
        await alert(session, now=now, subject_id=1, lane=Lane.DIGESTS, severity=None)
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    await claimer.look(20)
    async with database.write() as session:
        await alert(session, now=now)
        await session.execute(update(Gate).values(wheel=WHEEL.index(Lane.DIGESTS)))
    await courier.upkeep.feed()
    lanes: list[Lane] = []
    while len(lanes) < 20:
        taken, again_at = await claimer.look(20)
        lanes += [message.lane for message in taken.messages] if taken else []
        await clock.sleep_until(again_at)
    assert lanes[0] is Lane.URGENT
    assert lanes[:20].count(Lane.DIGESTS) == 4, "it jumps the queue once, not at every look"
