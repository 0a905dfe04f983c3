"""Forgetting: no row names the chat any more; the export held every one of them."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import func, select

from digests.audience.forget import erase, export
from digests.audience.slot import Appointment
from digests.audience.subscriber import ChatKind, Subscriber
from digests.migrations.tables import METADATA
from digests.outbox.dispatch import Content, MessageKind
from digests.outbox.gate import ChatPace
from digests.outbox.held import Held, HeldState
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database
from digests.vocabulary import Severity
from tests.audience.builders import ENERGY, reader


def receipt(chat_id: int, now: datetime, subscriber_id: int = 1) -> Receipt:
    return Receipt(
        dispatch_id=1,
        content=Content.EDITION,
        subject_id=1,
        revision=1,
        subscriber_id=subscriber_id,
        chat_id=chat_id,
        kind=MessageKind.SEND,
        message_id=55,
        outcome=Outcome.SENT,
        sent_at=now,
    )


async def test_after_forgetting_no_table_names_the_chat_and_the_ledger_still_counts(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        one = await reader(session, now, ENERGY)
        other = await reader(session, now, ENERGY, chat_id=2)
        one.kind = ChatKind.GROUP
        # -5 is what the chat was called before it became a supergroup.
        session.add_all([receipt(100, now, one.id), receipt(-5, now, one.id)])
        session.add(receipt(2, now, other.id))
    async with database.write() as session:
        assert await erase(session, 100) == 3
    async with database.read() as session:
        for table in METADATA.sorted_tables:
            if "chat_id" in table.columns:
                named = select(func.count()).select_from(table).where(table.c.chat_id == 100)
                assert await session.scalar(named) == 0, table.name
        assert await session.scalar(select(func.count()).select_from(Subscriber)) == 1
        assert await session.scalar(select(func.count()).select_from(Appointment)) == 1
        kept = (await session.scalars(select(Receipt).order_by(Receipt.chat_id))).all()
        assert [(row.chat_id, row.subscriber_id, row.message_id) for row in kept] == [
            (0, None, None),
            (0, None, None),
            (2, other.id, 55),
        ]


async def test_the_export_is_json_and_holds_topics_times_and_every_row(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await reader(session, now, ENERGY)
        session.add_all([receipt(100, now), ChatPace(chat_id=100, next_send_at=now)])
    async with database.read() as session:
        held = json.loads(json.dumps(await export(session, 100)))
    assert held["topics"] == ["energy"]
    assert held["times"] == [{"minute": 480, "weekdays": 127}]
    assert held["subscriber"][0]["language"] == "uk"
    assert held["receipt"][0]["message_id"] == 55
    assert "chat_pace" not in held, "what is forgotten within the minute is nothing that we keep"
    async with database.read() as session:
        assert await export(session, 999) == {"chat_id": 999}


async def test_the_admin_who_let_us_into_a_group_is_named_there_no_more(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        group = await reader(session, now, ENERGY)
        group.set_up_by = 7
    async with database.read() as session:
        assert await export(session, 7) == {"chat_id": 7, "set_up_by_in_chats": [100]}
    async with database.write() as session:
        await erase(session, 7)
    async with database.read() as session:
        assert await session.scalar(select(Subscriber.set_up_by)) is None


async def test_what_is_held_and_woken_is_exported_and_forgotten_with_its_reader(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        one = await reader(session, now, ENERGY)
        for state in (HeldState.HELD, HeldState.WOKEN):
            kept = Held(dispatch_id=1, subject_id=7, severity=Severity.ROUTINE, state=state,
                        subscriber_id=one.id, chat_id=100, held_at=now, wakes_at=now, woken_by=2)  # fmt: skip
            session.add(kept)
        came = receipt(100, now, one.id)
        came.content = Content.WAKING
        session.add(came)
    async with database.read() as session:
        known = json.loads(json.dumps(await export(session, 100)))
    assert [row["state"] for row in known["held"]] == ["held", "woken"]
    assert [row["content"] for row in known["receipt"]] == ["waking"]
    async with database.write() as session:
        await erase(session, 100)
    async with database.read() as session:
        rows = (await session.execute(select(Held.chat_id, Held.subscriber_id))).all()
        assert {tuple(row) for row in rows} <= {(0, None)}
        sent = (await session.scalars(select(Receipt))).one()
        assert (sent.chat_id, sent.subscriber_id, sent.message_id) == (0, None, None)
