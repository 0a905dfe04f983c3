"""Copies are counted before anything is locked, and who is missed by the count is reached all the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from digests.audience.taste import Taste
from digests.corrections import amend, renew
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.corrections.counted import Counted, count
from digests.outbox.dispatch import Content, Dispatch, MessageKind
from digests.outbox.expand import expand
from digests.storage.database import Database
from tests.alerts.builders import EDITOR, who
from tests.corrections.builders import arrived, edition, proposed, sent_alert, story

ALERT, STORY = CorrectedSubject.ALERT, CorrectedSubject.STORY


@pytest.mark.parametrize("act", ["correct", "update"])
async def test_nothing_of_the_ledger_is_counted_while_the_gates_are_locked(
    desk: Database, now: datetime, act: str
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        await arrived(session, Content.ALERT, alert.id, [11, 12, 13], now=now)
        made: Any
        if act == "correct":
            made = await proposed(session, CorrectionKind.CORRECT, ALERT, alert.id, now=now)
        else:
            made = await renew.propose(
                session, alert.id, 1, "New", language="en", **who(EDITOR, now)
            )
    async with desk.read() as session:
        counted = await count(session, ALERT, alert.id, now=now)
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(" ".join(statement.lower().split()))

    decided: dict[str, Any] = {"two_person": False, "counted": counted, **who(EDITOR, now)}
    event.listen(desk.engine.sync_engine, "before_cursor_execute", hear)
    try:
        async with desk.write() as session:
            if act == "correct":
                await amend.approve(session, made.id, **decided)
            else:
                await renew.approve(session, made.id, sounds=True, **decided)
    finally:
        event.remove(desk.engine.sync_engine, "before_cursor_execute", hear)
    assert any("from gate" in statement for statement in said)
    assert not [one for one in said if "count(" in one and "from receipt" in one]
    async with desk.read() as session:
        planned = select(Dispatch.audience).where(Dispatch.received_subject_id == alert.id)
        assert list(await session.scalars(planned)) == [3, 3]


async def test_copies_that_the_count_did_not_see_are_edited_and_belong_to_the_audience(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        made = await proposed(session, CorrectionKind.CORRECT, ALERT, alert.id, now=now)
        await arrived(session, Content.ALERT, alert.id, [11, 12, 13], now=now)
        await amend.approve(
            session, made.id, two_person=False, counted=Counted(), **who(EDITOR, now)
        )
    for _ in range(3):
        async with desk.write() as session:
            await expand(session, now=now, rate=100.0)
    async with desk.read() as session:
        edits = select(Dispatch).where(
            Dispatch.kind == MessageKind.EDIT, Dispatch.content == Content.ALERT
        )
        dispatch = (await session.scalars(edits)).one()
    assert (dispatch.expanded, dispatch.audience, dispatch.passed_over) == (3, 3, 0)


async def test_of_several_digests_each_reader_is_counted_below_the_newest(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        wrong = await story(session, now)
        taste = (await session.scalars(select(Taste))).one()
        older = await edition(session, taste, wrong, now - timedelta(hours=4))
        newer = await edition(session, taste, wrong, now - timedelta(hours=2))
        await arrived(session, Content.EDITION, older.id, [11, 12], now=now, message_id=1)
        await arrived(session, Content.EDITION, newer.id, [11], now=now, message_id=2)
        counted = await count(session, STORY, wrong.id, now=now)
        made = await proposed(session, CorrectionKind.CORRECT, STORY, wrong.id, now=now)
        await amend.approve(session, made.id, two_person=False, **who(EDITOR, now))
        told = await session.execute(
            select(Dispatch.received_subject_id, Dispatch.audience).where(
                Dispatch.content == Content.CORRECTION
            )
        )
    assert [counted.of(Content.EDITION, one.id).copies for one in (older, newer)] == [2, 1]
    assert {row[0]: row[1] for row in told} == {older.id: 1, newer.id: 1}
