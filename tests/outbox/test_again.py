"""What the machine gave up goes again by a person's wish, and every reader stays counted once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import verdict
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.outbox.again import (
    CONTENT_FAULTS,
    GOOD_FOR,
    LOOKED_BACK,
    Fate,
    given_up,
    let_stand,
    send_again,
)
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.message import OutboxMessage
from digests.outbox.plan import plan
from digests.outbox.receipt import Outcome, Receipt
from digests.outbox.tally import tally
from digests.outbox.verdict import Meaning
from digests.storage.database import Database
from tests.outbox.builders import alert, readers

CHATS = (11, 12, 13, 14)


def test_every_fault_of_a_content_is_known_as_one() -> None:
    """The words that the ledger holds for refusals are those that verdicts use."""
    faults = {
        reason
        for _, meaning, reason in verdict._BAD_REQUEST
        if meaning in (Meaning.REFUSED, Meaning.UNPARSED)
    }
    assert faults | {"bad request"} == set(CONTENT_FAULTS)


async def over(
    session: AsyncSession, dispatch: Dispatch, outcomes: dict[int, Outcome], now: datetime
) -> None:
    """The dispatch has ended: a receipt for each reader."""
    people = {row.chat_id: row for row in await session.scalars(select(Subscriber))}
    rows = [
        {
            "dispatch_id": dispatch.id,
            "content": dispatch.content,
            "subject_id": dispatch.subject_id,
            "revision": 1,
            "subscriber_id": people[chat].id,
            "chat_id": chat,
            "kind": dispatch.kind,
            "part": 0,
            "message_id": 500 + chat if outcome is Outcome.SENT else None,
            "outcome": outcome,
            "reason": {Outcome.FAILED: "too long", Outcome.UNKNOWN: "no answer"}.get(outcome),
            "attempts": 2,
            "ambiguous": outcome is Outcome.UNKNOWN,
            "closes": True,
            "sent_at": now,
        }
        for chat, outcome in outcomes.items()
    ]
    await session.execute(insert(Receipt), rows)
    dispatch.state = DispatchState.DONE
    dispatch.is_expanded, dispatch.expanded = True, len(rows)
    await session.flush()


async def unlucky(session: AsyncSession, now: datetime) -> Dispatch:
    """An alert: two uncertain, one refused, one delivered."""
    await readers(session, CHATS, now=now)
    dispatch = await alert(session, now=now, expires_at=now + timedelta(hours=1))
    outcomes = (Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.FAILED, Outcome.SENT)
    await over(session, dispatch, dict(zip(CHATS, outcomes, strict=True)), now)
    return dispatch


async def count(session: AsyncSession, fate: Fate, now: datetime) -> list[int]:
    return [group.count for group in await given_up(session, fate, now=now)]


async def test_a_dispatch_is_one_group_of_each_fate(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await unlucky(session, now)
        assert await count(session, Fate.UNCERTAIN, now) == [2]
        assert await count(session, Fate.DEAD, now) == [1]
        assert await count(session, Fate.DEAD, now + LOOKED_BACK) == []


async def test_what_goes_again_is_waiting_and_nothing_else(
    database: Database, now: datetime
) -> None:
    later = now + timedelta(hours=3)
    async with database.write() as session:
        dispatch = await unlucky(session, now)
        assert await send_again(session, dispatch.id, Fate.UNCERTAIN, now=later) == 2
        assert await send_again(session, dispatch.id, Fate.UNCERTAIN, now=later) == 0
        how = await tally(session, dispatch.id)
        rows = (await session.scalars(select(OutboxMessage))).all()
    assert (how.audience, how.waiting, how.sent, how.failed, how.unknown) == (4, 2, 1, 1, 0)
    assert [(row.chat_id, row.ambiguous, row.attempt) for row in rows] == [(11, 1, 0), (12, 1, 0)]
    assert dispatch.state is DispatchState.RUNNING
    assert dispatch.expires_at == later + GOOD_FOR


async def test_who_cannot_be_reached_any_more_keeps_the_old_receipt(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        dispatch = await unlucky(session, now)
        left = update(Subscriber).where(Subscriber.chat_id == 11)
        await session.execute(left.values(state=SubscriberState.PAUSED))
        assert await send_again(session, dispatch.id, Fate.UNCERTAIN, now=now) == 1
        assert await count(session, Fate.UNCERTAIN, now) == []
        assert (await tally(session, dispatch.id)).unknown == 1


async def test_a_group_that_moved_gets_it_where_it_is_now(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        dispatch = await unlucky(session, now)
        moved = update(Subscriber).where(Subscriber.chat_id == 11).values(chat_id=-1001)
        await session.execute(moved)
        await send_again(session, dispatch.id, Fate.UNCERTAIN, now=now)
        chats = set(await session.scalars(select(OutboxMessage.chat_id)))
    assert chats == {-1001, 12}


async def test_an_answer_that_came_late_ends_the_doubt(database: Database, now: datetime) -> None:
    async with database.write() as session:
        dispatch = await unlucky(session, now)
        columns = [c for c in Receipt.__table__.columns if c.name != "id"]
        row = (await session.execute(select(*columns).where(Receipt.chat_id == 11))).one()
        second = {**row._mapping, "outcome": Outcome.SENT, "closes": False, "message_id": 9}
        await session.execute(insert(Receipt), [second])
        assert await count(session, Fate.UNCERTAIN, now) == [1]
        assert await send_again(session, dispatch.id, Fate.UNCERTAIN, now=now) == 1


async def test_what_is_let_stand_is_not_asked_about_again(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        dispatch = await unlucky(session, now)
        for fate in Fate:
            await let_stand(session, dispatch.id, fate, now=now)
            assert await count(session, fate, now) == []
        how = await tally(session, dispatch.id)
    assert (how.sent, how.failed, how.unknown) == (1, 1, 2)


@pytest.mark.parametrize("state", [DispatchState.CANCELLED])
async def test_what_was_recalled_is_not_brought_back(
    database: Database, now: datetime, state: DispatchState
) -> None:
    async with database.write() as session:
        dispatch = await unlucky(session, now)
        dispatch.state = state
        await session.flush()
        assert await send_again(session, dispatch.id, Fate.UNCERTAIN, now=now) == 0
        assert await count(session, Fate.UNCERTAIN, now) == [2]


async def test_a_refused_digest_goes_again_only_to_those_nobody_told_since(
    database: Database, now: datetime
) -> None:
    """A refused digest's readers were left for the next one: who has had that gets no older one."""
    before, until = now - timedelta(hours=24), now
    async with database.write() as session:
        await readers(session, CHATS[:2], now=before)
        dispatch = await plan(
            session,
            content=Content.EDITION,
            subject_id=1,
            lane=Lane.DIGESTS,
            reach=Reach.STAMPED,
            covers_from=before,
            covers_until=until,
            audience=2,
            cursor_end=2,
            created_at=now,
            plan_key="edition:1",
        )
        await over(session, dispatch, dict.fromkeys(CHATS[:2], Outcome.FAILED), now)
        told = update(Subscriber).where(Subscriber.chat_id == 12)
        await session.execute(told.values(covered_until=now + timedelta(hours=24)))
        assert await send_again(session, dispatch.id, Fate.DEAD, now=now) == 1
        covered = select(Subscriber.covered_until).where(Subscriber.chat_id == 11)
        assert await session.scalar(covered) == until


async def test_an_edit_that_never_got_through_is_a_dead_letter(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        dispatch = await unlucky(session, now)
        dispatch.kind = MessageKind.EDIT
        edits = update(Receipt).where(Receipt.outcome == Outcome.UNKNOWN)
        await session.execute(edits.values(kind=MessageKind.EDIT, message_id=77))
        assert await count(session, Fate.UNCERTAIN, now) == []
        assert await count(session, Fate.DEAD, now) == [3]
        await send_again(session, dispatch.id, Fate.DEAD, now=now)
        again = select(OutboxMessage.message_id).where(OutboxMessage.kind == MessageKind.EDIT)
        assert list(await session.scalars(again)) == [77, 77]
