"""A dispatch that cannot be put into the outbox stops by itself, and keeps no other from it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.upkeep import Upkeep
from digests.outbox.again import Fate, given_up, let_stand, send_again, undecided
from digests.outbox.control import UNFED
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, Reach
from digests.outbox.message import OutboxMessage
from digests.outbox.plan import plan
from digests.outbox.tally import tally
from digests.storage.database import Database
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import alert, readers

CHATS = (1, 2, 3)


@pytest.fixture
def upkeep(database: Database, clock: JumpingClock) -> Upkeep:
    """A worker's chores."""
    return Upkeep(database, name="w", rate=30.0, clock=clock, fed=lambda: None)


async def poisoned(session: AsyncSession, now: datetime) -> tuple[Dispatch, Dispatch]:
    """Two alerts; a message with the first one's key is in the outbox already, as if counted twice."""
    people = await readers(session, CHATS, now=now)
    bad, good = [await alert(session, now=now, subject_id=number) for number in (1, 2)]
    session.add(
        OutboxMessage(
            dispatch_id=good.id,
            chat_id=99,
            kind=good.kind,
            lane=Lane.URGENT,
            dedup_key=f"{bad.id}:{people[1].id}",
        )
    )
    return bad, good


async def fed(
    database: Database, dispatch: Dispatch
) -> tuple[list[int], DispatchState, str | None]:
    """The readers whose message is in the outbox; how the dispatch stands, and why."""
    async with database.read() as session:
        of_it = select(OutboxMessage.chat_id).where(
            OutboxMessage.dispatch_id == dispatch.id, OutboxMessage.chat_id.in_(CHATS)
        )
        stored = await session.get_one(Dispatch, dispatch.id)
        return sorted(await session.scalars(of_it)), stored.state, stored.state_reason


async def test_the_others_are_fed_all_the_same(
    database: Database, now: datetime, upkeep: Upkeep
) -> None:
    async with database.write() as session:
        bad, good = await poisoned(session, now)
    await upkeep.feed()
    assert await fed(database, bad) == ([], DispatchState.PAUSED, UNFED)
    assert await fed(database, good) == ([1, 2, 3], DispatchState.RUNNING, None)


async def test_a_note_of_our_own_that_cannot_be_fed_is_given_up(
    database: Database, now: datetime, upkeep: Upkeep
) -> None:
    """A notice whose chat was erased before it was fed."""
    async with database.write() as session:
        await readers(session, CHATS, now=now)
        nowhere = await plan(
            session,
            content=Content.NOTICE,
            subject_id=1,
            lane=Lane.URGENT,
            reach=Reach.SINGLE,
            created_at=now,
            plan_key="nowhere",
        )
        good = await alert(session, now=now)
    await upkeep.feed()
    assert await fed(database, nowhere) == ([], DispatchState.CANCELLED, UNFED)
    assert (await fed(database, good))[0] == [1, 2, 3]


async def test_a_person_decides_whether_it_is_tried_again(
    database: Database, now: datetime, upkeep: Upkeep
) -> None:
    async with database.write() as session:
        bad, _ = await poisoned(session, now)
    await upkeep.feed()
    async with database.read() as session:
        (group,) = await given_up(session, Fate.DEAD, now=now)
        assert (group.count, group.reason, group.paused_itself) == (3, UNFED, True)
        assert await undecided(session, now=now) == {Fate.DEAD: 3, Fate.UNCERTAIN: 0}
    async with database.write() as session:
        free = update(OutboxMessage).where(OutboxMessage.chat_id == 99).values(dedup_key="99")
        await session.execute(free)
        await send_again(session, bad.id, Fate.DEAD, now=now)
    await upkeep.feed()
    assert await fed(database, bad) == ([1, 2, 3], DispatchState.RUNNING, None)
    async with database.read() as session:
        assert await given_up(session, Fate.DEAD, now=now) == []


async def test_what_is_dropped_is_accounted_for(
    database: Database, now: datetime, upkeep: Upkeep
) -> None:
    async with database.write() as session:
        bad, _ = await poisoned(session, now)
    await upkeep.feed()
    async with database.write() as session:
        await let_stand(session, bad.id, Fate.DEAD, now=now)
    assert await fed(database, bad) == ([], DispatchState.CANCELLED, UNFED)
    async with database.read() as session:
        counts = await tally(session, bad.id)
        assert (counts.audience, counts.passed_over, counts.waiting) == (3, 3, 0)
        assert await given_up(session, Fate.DEAD, now=now) == []


async def test_a_database_that_is_away_pauses_nothing(
    database: Database, now: datetime, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.write() as session:
        await readers(session, CHATS, now=now)
        dispatch = await alert(session, now=now)

    async def away(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    monkeypatch.setattr("digests.outbox.expand.insert_all", away)
    with pytest.raises(OperationalError):
        await upkeep.feed()
    monkeypatch.undo()
    assert await fed(database, dispatch) == ([], DispatchState.RUNNING, None)
    await upkeep.feed()
    assert (await fed(database, dispatch))[0] == [1, 2, 3]


async def test_a_long_alert_is_fed_in_small_steps_with_rests_for_those_who_send(
    database: Database, now: datetime, clock: JumpingClock
) -> None:
    steps = list[float]()
    upkeep = Upkeep(
        database, name="w", rate=30.0, clock=clock, fed=lambda: steps.append(clock.monotonic())
    )
    async with database.write() as session:
        await readers(session, range(1, 351), now=now)
        await alert(session, now=now)
    began = clock.monotonic()
    await upkeep.feed()
    assert [round(at - began, 3) for at in steps] == [0.0, 0.0, 0.5, 1.0]
