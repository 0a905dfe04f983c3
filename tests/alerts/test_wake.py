"""What quiet hours hold comes once, in one message, as it stands by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from digests.alerts.alert import Alert
from digests.alerts.decide import approve
from digests.alerts.wake import STALE, wake
from digests.alerts.waking import WakingAlert
from digests.audience.manner import Manner
from digests.audience.presence import pause
from digests.audience.subscribe import (
    breaking_topics_of,
    subscribe,
    toggle_breaking,
    topics_of,
    unsubscribe,
)
from digests.audience.subscriber import Subscriber
from digests.corrections import amend
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.outbox import control
from digests.outbox.claim import locked_gate
from digests.outbox.dispatch import Content, Dispatch, Lane, Reach
from digests.outbox.expand import expand
from digests.outbox.held import Held, HeldState, drop_held, wake_now, wake_up
from digests.outbox.message import OutboxMessage
from digests.outbox.plan import missed
from digests.outbox.tally import tally
from digests.outbox.waiting import waiting
from digests.storage.database import Database
from digests.vocabulary import Severity, Topic
from tests.alerts.builders import DEPOT, EDITOR, deciding, draft, newsroom
from tests.corrections.builders import arrived, proposed
from tests.outbox.builders import readers

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def sleepers(database: Database, now: datetime, chats: Sequence[int], **wishes: Any) -> None:
    """Readers who sleep from 07:00 to 10:00; it is 08:00."""
    async with database.write() as session:
        if not await session.scalar(select(Subscriber.id).limit(1)):
            await newsroom(session, now)
        hours: dict[str, Any] = {"quiet_from": 7 * 60, "quiet_until": 10 * 60}
        for one in await readers(session, chats, now=now, topics=["strikes"]):
            for name, value in (hours | wishes).items():
                setattr(one, name, value)


async def sent(
    database: Database, now: datetime, severity: Severity = Severity.ROUTINE
) -> tuple[Alert, Dispatch]:
    """An alert goes out, and flows into the outbox or is held."""
    async with database.write() as session:
        alert = await draft(session, now, replace(DEPOT, severity=severity))
        dispatch = await approve(session, alert.id, 1, **deciding(EDITOR, now))
        assert dispatch is not None
    await flow(database, now)
    return alert, dispatch


async def flow(database: Database, now: datetime) -> None:
    for _ in range(4):
        async with database.write() as session:
            await expand(session, now=now, rate=100.0)


async def woken(database: Database, now: datetime) -> list[tuple[int, list[int]]]:
    """The tick runs twice, as after a crash; who has a waking in the outbox, and of which alerts."""
    for _ in range(2):
        async with database.write() as session:
            await wake(session, now=now)
        await flow(database, now)
    async with database.read() as session:
        rows = await session.execute(
            select(OutboxMessage.chat_id, Dispatch.subject_id)
            .join(Dispatch, Dispatch.id == OutboxMessage.dispatch_id)
            .where(Dispatch.content == Content.WAKING)
            .order_by(OutboxMessage.chat_id)
        )
        found = []
        for chat_id, waking in rows.all():
            holds = select(WakingAlert.alert_id).where(WakingAlert.waking_id == waking)
            found.append((chat_id, sorted(await session.scalars(holds))))
        return found


async def states(database: Database) -> list[HeldState]:
    async with database.read() as session:
        return list(await session.scalars(select(Held.state).order_by(Held.id)))


async def test_what_was_held_comes_once_in_one_message_when_quiet_hours_end(
    database: Database, now: datetime
) -> None:
    await sleepers(database, now, [11, 12])
    first, dispatch = await sent(database, now)
    second, _ = await sent(database, now + HOUR)
    assert await woken(database, now + 2 * HOUR - MINUTE) == []
    both = [first.id, second.id]
    assert await woken(database, now + 2 * HOUR) == [(11, both), (12, both)]
    async with database.read() as session:
        dispatches = select(Dispatch).where(Dispatch.reach == Reach.WOKEN)
        (one,) = (await session.scalars(dispatches)).all()
        assert (one.audience, one.expanded, one.is_expanded) == (2, 2, True)
        stand = await tally(session, dispatch.id)
        assert (stand.audience, stand.held, stand.waiting, stand.sent) == (2, 2, 0, 0)


@pytest.mark.parametrize(
    ("severity", "held"),
    [(Severity.ROUTINE, 1), (Severity.PRIORITY, 0), (Severity.FLASH, 0)],
)
async def test_only_what_the_reader_wants_held_is_held(
    database: Database, now: datetime, severity: Severity, held: int
) -> None:
    await sleepers(database, now, [11])
    await sleepers(database, now, [12], quiet_from=None, quiet_until=None)
    _, dispatch = await sent(database, now, severity)
    async with database.read() as session:
        stand = await tally(session, dispatch.id)
    assert (stand.audience, stand.held, stand.waiting) == (2, held, 2 - held)


async def test_readers_who_missed_the_same_share_it_and_others_have_their_own(
    database: Database, now: datetime
) -> None:
    await sleepers(database, now, [11, 12])
    await sleepers(database, now, [13], alerts=(Manner.NONE, Manner.SOUND, Manner.SOUND),
                   at_night=(Manner.HOLD, Manner.HOLD, Manner.HOLD))  # fmt: skip
    routine, _ = await sent(database, now)
    async with database.write() as session:
        await session.execute(update(Subscriber).values(at_night=(Manner.HOLD,) * 3))
    priority, _ = await sent(database, now, Severity.PRIORITY)
    both = [routine.id, priority.id]
    found = await woken(database, now + 2 * HOUR)
    assert found == [(11, both), (12, both), (13, [priority.id])]


async def test_a_withdrawn_item_alone_is_never_told_of(database: Database, now: datetime) -> None:
    await sleepers(database, now, [11])
    alert, _ = await sent(database, now)
    async with database.write() as session:
        wrong = await proposed(
            session, CorrectionKind.RETRACT, CorrectedSubject.ALERT, alert.id, now=now
        )
        await amend.approve(session, wrong.id, **deciding(EDITOR, now))
    assert await woken(database, now + 2 * HOUR) == []
    assert await states(database) == [HeldState.DROPPED]


async def test_a_correction_after_waking_edits_the_copy_and_tells_its_reader(
    database: Database, now: datetime
) -> None:
    await sleepers(database, now, [11])
    alert, _ = await sent(database, now)
    await woken(database, now + 2 * HOUR)
    later = now + 3 * HOUR
    async with database.write() as session:
        waking = (await session.scalars(select(WakingAlert.waking_id))).one()
        await arrived(session, Content.WAKING, waking, [11], now=later)
        wrong = await proposed(
            session, CorrectionKind.CORRECT, CorrectedSubject.ALERT, alert.id, now=later
        )
        await amend.approve(session, wrong.id, **deciding(EDITOR, later))
        told = select(Dispatch.kind, Dispatch.content, Dispatch.audience).where(
            Dispatch.received_content == Content.WAKING
        )
        assert sorted(tuple(row) for row in await session.execute(told)) == [
            ("edit", Content.WAKING, 1),
            ("send", Content.CORRECTION, 1),
        ]
        shown = await session.scalar(select(WakingAlert.alert_revision))
        raised = await session.scalar(
            select(Dispatch.revision).where(Dispatch.reach == Reach.WOKEN)
        )
    assert (shown, raised) == (2, 2)


async def test_what_came_in_another_way_meanwhile_is_not_told_again(
    database: Database, now: datetime
) -> None:
    await sleepers(database, now, [11])
    alert, _ = await sent(database, now)
    async with database.write() as session:
        await arrived(session, Content.ALERT, alert.id, [11], now=now)
    assert await woken(database, now + 2 * HOUR) == []


async def test_who_holds_it_has_not_missed_it(database: Database, now: datetime) -> None:
    await sleepers(database, now, [11])
    alert, dispatch = await sent(database, now)
    async with database.read() as session:
        meant = Dispatch(
            content=Content.ALERT,
            subject_id=alert.id,
            topics=["strikes"],
            severity=Severity.ROUTINE,
        )
        assert list(await session.scalars(select(Subscriber.id).where(missed(meant)))) == []
    assert dispatch.audience == 1


async def test_a_pause_keeps_it_and_what_is_older_than_a_day_is_dropped(
    database: Database, now: datetime
) -> None:
    await sleepers(database, now, [11, 12])
    alert, _ = await sent(database, now)
    async with database.write() as session:
        for one in (await session.scalars(select(Subscriber))).all():
            pause(one, now=now)
    assert await woken(database, now + 2 * HOUR) == []
    async with database.write() as session:
        await session.execute(
            update(Subscriber).where(Subscriber.chat_id == 11).values(state="active")
        )
    assert await woken(database, now + 5 * HOUR) == [(11, [alert.id])]
    async with database.write() as session:
        await session.execute(update(Subscriber).values(state="active"))
    assert await woken(database, now + STALE) == [(11, [alert.id])]
    assert await states(database) == [HeldState.WOKEN, HeldState.DROPPED]


async def test_what_the_desk_has_paused_waits_on(database: Database, now: datetime) -> None:
    await sleepers(database, now, [11])
    async with database.write() as session:
        alert = await draft(session, now, replace(DEPOT, severity=Severity.ROUTINE))
        dispatch = await approve(session, alert.id, 1, **deciding(EDITOR, now))
        assert dispatch is not None
    async with database.write() as session:
        # One row held, the dispatch not yet done with the others.
        await expand(session, now=now, rate=100.0, chunk=1)
        await session.execute(
            update(Dispatch).where(Dispatch.id == dispatch.id).values(state="running")
        )
        await control.pause(session, dispatch.id, now=now, reason="the desk")
    assert await woken(database, now + 2 * HOUR) == []
    async with database.write() as session:
        await control.resume(session, dispatch.id, now=now)
    assert await woken(database, now + 2 * HOUR) == [(11, [alert.id])]


async def test_other_quiet_hours_other_waking_and_who_is_up_need_not_wait(
    database: Database, now: datetime
) -> None:
    await sleepers(database, now, [11, 12, 13])
    alert, _ = await sent(database, now)
    async with database.write() as session:
        rows = {one.chat_id: one for one in (await session.scalars(select(Subscriber))).all()}
        rows[11].quiet_until = 9 * 60
        await session.flush()
        await wake_up(session, rows[11], now=now)
        await wake_now(session, rows[12], now=now)
        await drop_held(session, 13)
    assert await woken(database, now + MINUTE) == [(12, [alert.id])]
    assert await woken(database, now + HOUR) == [(11, [alert.id]), (12, [alert.id])]
    assert await woken(database, now + 9 * HOUR) == [(11, [alert.id]), (12, [alert.id])]


@pytest.mark.parametrize(("severity", "held"), [(Severity.ROUTINE, 1), (Severity.FLASH, 0)])
async def test_quiet_hours_that_begin_while_it_waits_to_be_sent_hold_it_to_the_minute(
    database: Database, now: datetime, severity: Severity, held: int
) -> None:
    """They begin at 08:01; it came into the outbox at 08:00."""
    await sleepers(database, now, [11], quiet_from=8 * 60 + 1)
    alert, dispatch = await sent(database, now, severity)
    for moment, kept in ((now + MINUTE - timedelta(seconds=1), 0), (now + MINUTE, held)):
        async with database.write() as session:
            await locked_gate(session, 100, 30.0, now)
            queues = await waiting(session, most=5, horizon=moment, now=moment)
            assert len(queues.get(Lane.URGENT, [])) == 1 - kept
            stand = await tally(session, dispatch.id)
            assert (stand.audience, stand.held, stand.waiting) == (1, kept, 1 - kept)
    if held:
        assert await woken(database, now + 2 * HOUR) == [(11, [alert.id])]


async def test_breaking_news_of_a_topic_stays_away_and_new_topics_bring_theirs(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        (row,) = await readers(session, [11], now=now, topics=["strikes", "energy"])
        assert not await toggle_breaking(session, row, Topic("strikes"))
        assert await breaking_topics_of(session, row) == ("energy",)
        assert await topics_of(session, row) == ("energy", "strikes")
    _, dispatch = await sent(database, now, Severity.FLASH)
    assert dispatch.audience == 0
    async with database.write() as session:
        (row,) = (await session.scalars(select(Subscriber))).all()
        await subscribe(session, row, [Topic("cyber")], now=now)
        assert await breaking_topics_of(session, row) == ("cyber", "energy")
        await unsubscribe(session, row, [Topic("energy"), Topic("cyber")])
        assert await breaking_topics_of(session, row) == ()
        assert await toggle_breaking(session, row, Topic("strikes"))
        assert row.breaking_taste_id is None
