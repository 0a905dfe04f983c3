"""Who works at the desk, and that every act there is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from digests.alerts.audit import entries, record_refusal
from digests.alerts.card import Card, want_cards
from digests.alerts.editor import Role
from digests.alerts.permission import Act
from digests.alerts.staff import appoint, demand, desk_chats, dismiss, role_of, staff
from digests.errors import NotPermitted, Stale
from digests.storage.database import Database
from tests.alerts.builders import (
    EDITOR,
    OWNER,
    OWNERS,
    READER,
    REVIEWER,
    draft,
    newsroom,
    who,
)


async def test_owners_come_from_the_settings_and_the_others_are_appointed(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        roles = [await role_of(session, one, OWNERS) for one in (OWNER, EDITOR, REVIEWER, READER)]
    assert roles == [Role.OWNER, Role.EDITOR, Role.REVIEWER, None]


async def test_only_owners_appoint_and_nobody_becomes_an_owner(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        for by, role in ((EDITOR, Role.EDITOR), (READER, Role.EDITOR), (OWNER, Role.OWNER)):
            with pytest.raises(NotPermitted):
                await appoint(session, READER, role, **who(by, now))
        assert [editor.user_id for editor in await staff(session)] == [EDITOR, REVIEWER]


async def test_whoever_is_dismissed_may_nothing_from_that_moment(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        await dismiss(session, EDITOR, **who(OWNER, now))
        with pytest.raises(NotPermitted):
            await demand(session, EDITOR, Act.WATCH, owners=OWNERS)
        with pytest.raises(Stale):
            await dismiss(session, EDITOR, **who(OWNER, now))


async def test_whoever_is_dismissed_sees_no_draft_grow_any_more(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        made = await draft(session, now)
        await want_cards(session, made.id, [OWNER, EDITOR], "en")
        await dismiss(session, EDITOR, **who(OWNER, now))
        assert [card.chat_id for card in await session.scalars(select(Card))] == [OWNER]


async def test_appointing_again_changes_the_role(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        await appoint(session, EDITOR, Role.REVIEWER, **who(OWNER, now))
        assert await role_of(session, EDITOR, OWNERS) is Role.REVIEWER


async def test_the_desk_is_told_where_owners_and_editors_are(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        assert await desk_chats(session, OWNERS) == [OWNER, EDITOR]


async def test_the_audit_log_holds_who_did_what_newest_first(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        await dismiss(session, EDITOR, **who(OWNER, now))
    async with database.read() as session:
        found = await entries(session)
        assert [(e.act, e.subject) for e in found] == [
            ("dismiss", "person:2"),
            ("appoint", "person:3"),
            ("appoint", "person:2"),
        ]
        assert [e.subject for e in await entries(session, before=found[0].id, limit=1)] == [
            "person:3"
        ]


async def test_hammering_a_button_does_not_fill_the_log(database: Database, now: datetime) -> None:
    async with database.write() as session:
        for second in range(0, 120, 2):
            moment = now + timedelta(seconds=second)
            await record_refusal(session, "send", "alert:1", by=READER, now=moment, reason="no")
        assert len(await entries(session, limit=100)) == 2
