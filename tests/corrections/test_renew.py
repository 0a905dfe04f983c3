"""Newer words of a sent alert: who hears of them, who gets the alert now, and what must not happen."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select, update

from digests.alerts.alert import AlertRevision, RevisionReason
from digests.alerts.decide import approve
from digests.alerts.wake import wake
from digests.audience.manner import Manner
from digests.audience.subscriber import Subscriber
from digests.corrections import amend, renew
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.errors import NotPermitted, Stale
from digests.outbox.claim import claim
from digests.outbox.dispatch import Content, Dispatch, DispatchState, MessageKind, Reach
from digests.outbox.expand import expand
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Receipt
from digests.outbox.tally import tally
from digests.storage.database import Database
from digests.vocabulary import Severity
from tests.alerts.builders import DEPOT, EDITOR, READER, deciding, draft, who
from tests.corrections.builders import arrived, planned, proposed, sent_alert
from tests.delivery.fakes import JumpingClock

NEWER = "The fire is out\nFour are hurt."
ALERT = CorrectedSubject.ALERT


async def renewed(
    desk: Database,
    alert_id: int,
    revision: int,
    now: datetime,
    *,
    sounds: bool = False,
    severity: Severity | None = None,
    two_person: bool = False,
) -> None:
    async with desk.write() as session:
        made = await renew.propose(
            session, alert_id, revision, NEWER, language="en", severity=severity,
            **who(EDITOR, now),
        )  # fmt: skip
        await renew.approve(
            session, made.id, sounds=sounds, two_person=two_person, **who(EDITOR, now)
        )


@pytest.mark.parametrize(("sounds", "told"), [(False, 0), (True, 2)])
async def test_copies_are_edited_and_their_readers_told_only_aloud(
    desk: Database, now: datetime, sounds: bool, told: int
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        await arrived(session, Content.ALERT, alert.id, [11, 12], now=now)
    await renewed(desk, alert.id, 1, now, sounds=sounds)
    async with desk.read() as session:
        words = await session.get_one(AlertRevision, (alert.id, 2))
    assert (words.reason, words.texts) == (RevisionReason.UPDATE, {"en": NEWER})
    (edits,) = await planned(desk, Content.ALERT, MessageKind.EDIT)
    assert (edits.audience, edits.revision) == (2, 2)
    assert sum(d.audience for d in await planned(desk, Content.UPDATE, MessageKind.SEND)) == told


async def test_a_severity_that_rises_is_told_aloud_and_reaches_those_it_did_not(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        words = await session.get_one(AlertRevision, (alert.id, 1))
        words.severity = Severity.PRIORITY
        await session.execute(update(Dispatch).values(is_expanded=True, severity="priority"))
        subscriber = select(Subscriber.id).where(Subscriber.chat_id == 11).scalar_subquery()
        await arrived(session, Content.ALERT, alert.id, [11], now=now)
        await session.execute(update(Receipt).values(subscriber_id=subscriber))
    await renewed(desk, alert.id, 1, now, severity=Severity.FLASH)
    (told,) = await planned(desk, Content.UPDATE, MessageKind.SEND)
    _, more = await planned(desk, Content.ALERT, MessageKind.SEND)
    assert told.audience == 1
    assert (more.reach, more.severity, more.audience) == (Reach.MISSED, Severity.FLASH, 2)


async def test_what_sounds_needs_a_second_word_where_two_must_agree(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
    with pytest.raises(NotPermitted):
        await renewed(desk, alert.id, 1, now, sounds=True, two_person=True)
    await renewed(desk, alert.id, 1, now, two_person=True)


async def test_a_reader_updates_nothing(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        with pytest.raises(NotPermitted):
            await renew.propose(session, alert.id, 1, NEWER, language="en", **who(READER, now))


ACTS = ("quiet", "aloud", "correct")


@pytest.mark.parametrize("acts", list(product(ACTS, repeat=3)))
async def test_after_any_sequence_one_edit_is_left_and_it_shows_the_newest(
    desk: Database, now: datetime, acts: tuple[str, ...]
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        await arrived(session, Content.ALERT, alert.id, [11, 12], now=now)
    for revision, act in enumerate(acts, 1):
        moment = now + timedelta(minutes=revision)
        if act == "correct":
            async with desk.write() as session:
                kind = CorrectionKind.CORRECT
                one = await proposed(session, kind, ALERT, alert.id, now=moment, revision=revision)
                await amend.approve(session, one.id, two_person=False, **who(EDITOR, moment))
        else:
            await renewed(desk, alert.id, revision, moment, sounds=act == "aloud")
    edits = await planned(desk, Content.ALERT, MessageKind.EDIT)
    running = [edit for edit in edits if edit.state is DispatchState.RUNNING]
    assert [edit.revision for edit in running] == [len(acts) + 1]
    sends = await planned(desk, Content.ALERT, MessageKind.SEND)
    assert {send.revision for send in sends} == {len(acts) + 1}
    # A short reply that still waits is the newest update's, or there is none.
    waiting = [
        reply.revision
        for reply in await planned(desk, Content.UPDATE, MessageKind.SEND)
        if reply.state is DispatchState.RUNNING
    ]
    assert waiting == ([len(acts) + 1] if acts[-1] == "aloud" else [])


async def test_what_is_withdrawn_is_not_updated(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        one = await proposed(session, CorrectionKind.RETRACT, ALERT, alert.id, now=now)
        await amend.approve(session, one.id, two_person=False, **who(EDITOR, now))
    with pytest.raises(Stale):
        await renewed(desk, alert.id, 2, now)


async def test_an_alert_with_ten_thousand_copies_is_updated_within_two_seconds(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        await arrived(session, Content.ALERT, alert.id, range(1, 10_001), now=now)
    began = time.perf_counter()
    await renewed(desk, alert.id, 1, now, sounds=True)
    assert time.perf_counter() - began < 2
    (told,) = await planned(desk, Content.UPDATE, MessageKind.SEND)
    assert told.audience == 10_000


@pytest.mark.parametrize(
    ("at_night", "comes"),
    [(Manner.SOUND, [11, 12]), (Manner.SILENT, [11, 12]), (Manner.HOLD, [12])],
)
async def test_a_severity_that_rises_wakes_those_whose_night_admits_it_with_one_copy(
    desk: Database, now: datetime, at_night: Manner, comes: list[int]
) -> None:
    """It is 08:00; the first of three sleeps until 10:00 and has it kept, the second has it, the third
    wants no routine news."""
    async with desk.write() as session:
        one, _, three = (await session.scalars(select(Subscriber).order_by(Subscriber.id))).all()
        one.quiet_from, one.quiet_until = 7 * 60, 10 * 60
        one.at_night = (Manner.HOLD, Manner.HOLD, at_night)
        three.alerts = (Manner.NONE, Manner.NONE, Manner.NONE)
        alert = await draft(session, now, replace(DEPOT, severity=Severity.ROUTINE))
        first = await approve(session, alert.id, 1, **deciding(EDITOR, now))
        assert first is not None
    await flow(desk, now)
    await renewed(desk, alert.id, 1, now, severity=Severity.FLASH)
    await flow(desk, now)
    assert await coming(desk, Content.ALERT) == comes
    _, more = await planned(desk, Content.ALERT, MessageKind.SEND)
    for dispatch in (first, more):
        async with desk.read() as session:
            stand = await tally(session, dispatch.id)
        assert stand.audience == stand.held + stand.waiting + stand.passed_over
    async with desk.write() as session:
        await wake(session, now=now + timedelta(hours=2))
    await flow(desk, now)
    assert await coming(desk, Content.WAKING) == ([] if 11 in comes else [11])


async def test_who_is_being_woken_with_it_gets_no_second_copy(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        for one in await session.scalars(select(Subscriber)):
            one.quiet_from, one.quiet_until = 7 * 60, 10 * 60
        alert = await draft(session, now, replace(DEPOT, severity=Severity.ROUTINE))
        await approve(session, alert.id, 1, **deciding(EDITOR, now))
    await flow(desk, now)
    later = now + timedelta(hours=2)
    await renewed(desk, alert.id, 1, later, severity=Severity.FLASH)
    async with desk.write() as session:
        await wake(session, now=later)
    await flow(desk, later)
    assert await coming(desk, Content.ALERT) == []
    assert await coming(desk, Content.WAKING) == [11, 12, 13]


async def flow(desk: Database, now: datetime) -> None:
    for _ in range(4):
        async with desk.write() as session:
            await expand(session, now=now, rate=100.0)


async def coming(desk: Database, content: Content) -> list[int]:
    """The chats to which this is on its way."""
    async with desk.read() as session:
        rows = select(OutboxMessage.chat_id).join(
            Dispatch, Dispatch.id == OutboxMessage.dispatch_id
        )
        wanted = rows.where(Dispatch.content == content, Dispatch.kind == MessageKind.SEND)
        return sorted(await session.scalars(wanted))


@pytest.mark.parametrize(
    ("at_night", "silent"),
    [(Manner.SOUND, False), (Manner.SILENT, True), (Manner.HOLD, True)],
)
async def test_a_reply_that_sounds_is_as_loud_as_its_readers_night_allows(
    desk: Database, now: datetime, at_night: Manner, silent: bool
) -> None:
    async with desk.write() as session:
        one = (await session.scalars(select(Subscriber).where(Subscriber.chat_id == 11))).one()
        one.quiet_from, one.quiet_until = 7 * 60, 10 * 60
        one.at_night = (at_night,) * 3
        alert = await sent_alert(session, now)
        await arrived(session, Content.ALERT, alert.id, [11], now=now)
        await session.execute(update(Receipt).values(subscriber_id=one.id))
        await session.execute(update(Dispatch).values(state=DispatchState.DONE))
    await renewed(desk, alert.id, 1, now, sounds=True)
    await flow(desk, now)
    async with desk.write() as session:
        taken = await claim(session, JumpingClock(now), bot_id=1, owner="one", ceiling=30, most=5)
    told = [one.silent for one in taken.messages if one.content is Content.UPDATE]
    assert told == [silent]
