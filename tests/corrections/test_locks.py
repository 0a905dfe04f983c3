"""Whoever puts an alert right and whoever settles its copies never wait for each other for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from digests.alerts.waking import Waking, WakingAlert
from digests.corrections import amend, renew
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.outbox.claim import Claimed, claim, locked_gate
from digests.outbox.dispatch import Content, Dispatch, DispatchState, MessageKind, Reach
from digests.outbox.expand import expand
from digests.outbox.settle import Result, settle
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database
from tests.alerts.builders import EDITOR, newsroom, who
from tests.corrections.builders import arrived, proposed, sent_alert
from tests.delivery.fakes import JumpingClock
from tests.outbox.builders import readers

NEWER = "The fire is out\nFour are hurt."
LATER = Verdict(Meaning.LATER, retry_after=timedelta(seconds=3), whole_token=True)


async def approved(database: Database, alert_id: int, revision: int, now: datetime) -> None:
    """Newer words, aloud."""
    async with database.write() as session:
        made = await renew.propose(
            session, alert_id, revision, NEWER, language="en", **who(EDITOR, now)
        )
        await renew.approve(session, made.id, sounds=True, two_person=False, **who(EDITOR, now))


async def corrected(database: Database, alert_id: int, revision: int, now: datetime) -> None:
    """What was said was wrong."""
    kind, subject = CorrectionKind.CORRECT, CorrectedSubject.ALERT
    async with database.write() as session:
        one = await proposed(session, kind, subject, alert_id, now=now, revision=revision)
        await amend.approve(session, one.id, two_person=False, **who(EDITOR, now))


async def under_way(database: Database, now: datetime, waits: Content) -> tuple[int, Claimed]:
    """An alert on the wire that was told in a waking too; of its first update only this still waits."""
    async with database.write() as session:
        await newsroom(session, now)
        await readers(session, [11, 12], now=now, topics=["strikes"])
        alert = await sent_alert(session, now)
        waking = Waking(key=str(alert.id), made_at=now)
        session.add(waking)
        await session.flush()
        session.add(WakingAlert(waking_id=waking.id, alert_id=alert.id, alert_revision=1))
        await arrived(session, Content.ALERT, alert.id, [13], now=now)
        await arrived(session, Content.WAKING, waking.id, [14], now=now)
        await expand(session, now=now, rate=30)
    await approved(database, alert.id, 1, now)
    async with database.write() as session:
        done = update(Dispatch).where(Dispatch.content != waits, Dispatch.reach != Reach.MATCHING)
        await session.execute(done.values(state=DispatchState.DONE))
        clock = JumpingClock(now)
        taken = await claim(session, clock, bot_id=1, owner="one", ceiling=30, most=1)
    return alert.id, taken.messages[0]


@pytest.mark.parametrize(
    ("put_right", "waits"), [(approved, Content.WAKING), (corrected, Content.UPDATE)]
)
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgresql
async def test_a_courier_that_holds_the_gate_and_an_editor_both_come_to_an_end(
    database: Database,
    now: datetime,
    put_right: Callable[[Database, int, int, datetime], Coroutine[Any, Any, None]],
    waits: Content,
) -> None:
    alert_id, sent = await under_way(database, now, waits)
    result = Result(sent.id, sent.slot_no, sent.revision, verdict=LATER)
    async with database.write() as session:
        await locked_gate(session, 1, 30, now)
        editor = asyncio.create_task(put_right(database, alert_id, 2, now))
        done, _ = await asyncio.wait({editor}, timeout=0.5)
        assert not done, "it did not wait for the gate"
        counts = await settle(session, [result], bot_id=1, ceiling=30, now=now)
    await editor
    assert counts.again == 1
    async with database.read() as session:
        shown = select(Dispatch.revision).where(
            Dispatch.content == Content.ALERT, Dispatch.kind == MessageKind.SEND
        )
        assert set(await session.scalars(shown)) == {3}
