"""Who is reached: nothing lost, nothing twice, whatever readers do between planning and sending."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from digests.audience.manner import DAY, Manner, Manners
from digests.audience.slot import Appointment, Slot
from digests.audience.subscriber import EmptyDay, Subscriber, SubscriberState
from digests.outbox.control import cancel, pause
from digests.outbox.dispatch import Content, Dispatch, Lane, Reach
from digests.outbox.expand import expand
from digests.outbox.message import OutboxMessage
from digests.outbox.plan import plan
from digests.outbox.tally import Tally, tally
from digests.storage.database import Database
from digests.vocabulary import Severity
from tests.outbox.builders import alert, readers

FLASH_ALONE: Manners = (Manner.NONE, Manner.NONE, Manner.SOUND)
NOTHING: Manners = (Manner.NONE,) * 3

ONE_DAY = timedelta(days=1)


async def digest(database: Database, chats: list[int], now: datetime, **fields: Any) -> Dispatch:
    """An edition of the last day for these readers, who keep the 08:00 slot."""
    async with database.write() as session:
        who = await readers(session, chats, now=now - ONE_DAY)
        slot = Slot(
            timezone="Europe/Kyiv", minute=480, next_due_at=now, next_local_date=date(2026, 11, 23)
        )
        session.add(slot)
        dispatch = await edition(session, now, subject_id=1, **fields)
        await session.flush()
        session.add_all(
            Appointment(subscriber_id=s.id, minute=480, slot_id=slot.id, dispatch_id=dispatch.id)
            for s in who
        )
        dispatch.audience = len(who)
        return dispatch


async def edition(session: Any, now: datetime, *, subject_id: int, **fields: Any) -> Dispatch:
    return await plan(
        session,
        **{
            "content": Content.EDITION,
            "subject_id": subject_id,
            "lane": Lane.DIGESTS,
            "reach": Reach.STAMPED,
            "covers_from": now - ONE_DAY,
            "covers_until": now,
            "created_at": now,
            "plan_key": f"edition:{subject_id}",
        }
        | fields,
    )


async def expanded(database: Database, now: datetime, **options: Any) -> list[int]:
    """Expands all there is room for; the chats that have a message now."""
    looked = 1
    while looked:
        async with database.write() as session:
            looked = (await expand(session, now=now, **({"rate": 30.0} | options))).looked
    async with database.read() as session:
        return list(await session.scalars(select(OutboxMessage.chat_id).order_by(OutboxMessage.id)))


async def change(database: Database, chat_id: int, **values: Any) -> None:
    async with database.write() as session:
        reader = (
            await session.scalars(select(Subscriber).where(Subscriber.chat_id == chat_id))
        ).one()
        for name, value in values.items():
            setattr(reader, name, value)


async def covered(database: Database, chat_id: int) -> datetime:
    async with database.read() as session:
        query = select(Subscriber.covered_until).where(Subscriber.chat_id == chat_id)
        return (await session.scalars(query)).one()


async def test_a_digest_reaches_the_stamped_and_marks_them_as_told(
    database: Database, now: datetime
) -> None:
    await digest(database, [1, 2, 3], now)
    assert await expanded(database, now) == [1, 2, 3]
    assert await covered(database, 2) == now


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
async def test_chunks_of_any_size_reach_everyone_once(
    database: Database, now: datetime, chunk: int
) -> None:
    await digest(database, list(range(1, 8)), now)
    assert await expanded(database, now, chunk=chunk) == list(range(1, 8))


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param({"covered_until": datetime.fromisoformat("2026-11-23T05:59Z")}, id="told"),
        pytest.param({"state": SubscriberState.PAUSED}, id="paused"),
        pytest.param({"state": SubscriberState.SUSPENDED}, id="gone"),
    ],
)
async def test_who_was_told_or_left_meanwhile_is_passed_over(
    database: Database, now: datetime, meanwhile: dict[str, Any]
) -> None:
    dispatch = await digest(database, [1, 2, 3], now)
    await change(database, 2, **meanwhile)
    before = await covered(database, 2)
    assert await expanded(database, now) == [1, 3]
    assert await covered(database, 2) == before
    async with database.read() as session:
        assert await tally(session, dispatch.id) == Tally(3, 2, 0, 0, 0, 0, 0, 1)


async def test_a_digest_not_sent_before_the_next_is_merged_into_it(
    database: Database, now: datetime
) -> None:
    await digest(database, [1, 2], now)
    later = now + ONE_DAY
    async with database.write() as session:
        newer = await edition(
            session, later, subject_id=2, covers_from=now - ONE_DAY, covers_until=later
        )
        stamp = await session.scalar(
            select(Appointment).join(Subscriber).where(Subscriber.chat_id == 1)
        )
        assert stamp is not None
        stamp.dispatch_id = newer.id
    assert sorted(await expanded(database, later)) == [1, 2]
    assert await covered(database, 1) == later
    assert await covered(database, 2) == now


async def test_a_reader_of_two_slots_due_at_once_gets_the_newer_digest_alone(
    database: Database, now: datetime
) -> None:
    older = await digest(database, [1], now)
    async with database.write() as session:
        newer = await edition(session, now, subject_id=2)
        stamp = (await session.scalars(select(Appointment))).one()
        session.add(
            Appointment(
                subscriber_id=stamp.subscriber_id,
                minute=540,
                slot_id=stamp.slot_id,
                dispatch_id=newer.id,
            )
        )
    assert await expanded(database, now) == [1]
    async with database.read() as session:
        assert (await tally(session, older.id)).passed_over == 1


async def test_an_empty_digest_is_kept_from_who_chose_silence(
    database: Database, now: datetime
) -> None:
    await digest(database, [1, 2], now, is_empty=True)
    await change(database, 1, empty_day=EmptyDay.SILENT)
    assert await expanded(database, now) == [2]


async def test_a_cancelled_digest_leaves_its_readers_untold(
    database: Database, now: datetime
) -> None:
    dispatch = await digest(database, [1, 2], now)
    await expanded(database, now)
    async with database.write() as session:
        await cancel(session, dispatch.id, now=now, reason="recalled")
    assert await covered(database, 1) == now - ONE_DAY
    async with database.read() as session:
        assert await tally(session, dispatch.id) == Tally(2, 0, 0, 0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("wish", "severity", "reached"),
    [
        (DAY, Severity.ROUTINE, True),
        (DAY, Severity.FLASH, True),
        (FLASH_ALONE, Severity.PRIORITY, False),
        (FLASH_ALONE, Severity.FLASH, True),
        (NOTHING, Severity.FLASH, False),
    ],
)
async def test_an_alert_reaches_whose_wish_admits_it(
    database: Database, now: datetime, wish: Manners, severity: Severity, reached: bool
) -> None:
    async with database.write() as session:
        await readers(session, [1], now=now)
    await change(database, 1, alerts=wish)
    async with database.write() as session:
        dispatch = await alert(session, now=now, severity=severity)
    assert dispatch.audience == int(reached)
    assert await expanded(database, now) == ([1] if reached else [])


async def test_who_came_after_the_alert_does_not_get_it(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await readers(session, [1], now=now)
        await alert(session, now=now)
    async with database.write() as session:
        await readers(session, [2], now=now)
    assert await expanded(database, now) == [1]


async def test_a_reader_of_two_of_its_topics_gets_an_alert_once(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await readers(session, [1], now=now, topics=["cyber", "energy"])
        await alert(session, now=now, topics=["energy", "cyber"])
    assert await expanded(database, now) == [1]


async def test_the_outbox_holds_a_minute_of_the_rate_and_no_more(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await readers(session, range(1, 401), now=now)
        await alert(session, now=now)
    assert len(await expanded(database, now, rate=2.0, chunk=50)) == 120


async def test_a_paused_dispatch_is_not_expanded(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await readers(session, [1], now=now)
        dispatch = await alert(session, now=now)
        await pause(session, dispatch.id, now=now, reason="editor")
    assert await expanded(database, now) == []


async def test_the_same_plan_made_twice_is_one_dispatch(database: Database, now: datetime) -> None:
    for _ in range(2):
        async with database.write() as session:
            await alert(session, now=now)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Dispatch)) == 1


async def test_what_a_settling_courier_holds_is_worth_asking_for_again_at_once(
    database: Database, now: datetime
) -> None:
    if database.is_sqlite:
        pytest.skip("one writer: nobody is skipped")
    async with database.write() as session:
        await readers(session, [1, 2], now=now)
        await alert(session, now=now)
    async with database.write() as settling:
        await settling.execute(select(Dispatch.id).with_for_update(read=True))
        async with database.write() as session:
            held = await expand(session, now=now, rate=30.0)
    async with database.write() as session:
        fed = await expand(session, now=now, rate=30.0)
    async with database.write() as session:
        empty = await expand(session, now=now, rate=30.0)
    assert [(one.looked, one.was_locked) for one in (held, fed, empty)] == [
        (0, True),
        (2, False),
        (0, False),
    ]


async def test_a_long_alert_leaves_the_digests_their_share_of_the_outbox(
    database: Database, now: datetime
) -> None:
    """Three seconds' worth of each lane first; then what is urgent, as far as there is room."""
    await digest(database, [*range(1, 201)], now)
    async with database.write() as session:
        await alert(session, now=now)
    held = []
    for _ in range(4):
        async with database.write() as session:
            await expand(session, now=now, rate=10, chunk=40)
            counts = await session.execute(
                select(OutboxMessage.lane, func.count()).group_by(OutboxMessage.lane)
            )
            lanes = {lane: count for lane, count in counts}  # noqa: C416
            held.append((lanes.get(Lane.URGENT, 0), lanes.get(Lane.DIGESTS, 0)))
    assert held == [(40, 0), (40, 40), (80, 40), (120, 40)]
