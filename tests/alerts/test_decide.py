"""A draft is changed, discarded or approved: only as it was seen, and only once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select

from digests.alerts import propose
from digests.alerts.alert import Alert, AlertState
from digests.alerts.audit import entries
from digests.alerts.decide import approve
from digests.alerts.item import item_of
from digests.errors import Incomplete, NotPermitted, RequestError, Stale, TooLong
from digests.outbox.dispatch import Content, Dispatch, Lane, Reach
from digests.storage.database import Database
from digests.vocabulary import Severity, Standing
from tests.alerts.builders import (
    DEPOT,
    EDITOR,
    READER,
    REVIEWER,
    deciding,
    draft,
    newsroom,
    who,
)
from tests.outbox.builders import readers


@pytest.fixture
async def desk(database: Database, now: datetime) -> Database:
    """A newsroom, and three readers of strikes."""
    async with database.write() as session:
        await newsroom(session, now)
        await readers(session, [11, 12, 13], now=now, topics=["strikes"])
        await readers(session, [14], now=now, topics=["energy"])
    return database


async def test_an_approved_alert_goes_to_all_it_matches_in_the_urgent_lane(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        dispatch = await approve(session, alert.id, 1, **deciding(EDITOR, now))
    assert alert.state is AlertState.APPROVED
    assert (dispatch.content, dispatch.reach, dispatch.lane) == (
        Content.ALERT,
        Reach.MATCHING,
        Lane.URGENT,
    )
    assert dispatch.audience == 3


async def test_a_change_is_a_new_revision_and_the_old_one_cannot_be_sent(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        changed = {"severity": Severity.PRIORITY, "standing": Standing.CONFIRMED}
        await propose.change(session, alert.id, 1, **who(EDITOR, now), **changed)
        item = item_of(await propose.newest(session, alert))
        assert item == replace(DEPOT, **changed)  # type: ignore[arg-type]
        with pytest.raises(Stale) as refusal:
            await approve(session, alert.id, 1, **deciding(EDITOR, now))
        assert refusal.value.how == "changed"


@pytest.mark.parametrize("second", ["approve", "change", "discard"])
async def test_what_was_decided_stays_decided(desk: Database, now: datetime, second: str) -> None:
    verbs = {"approve": approve, "change": propose.change, "discard": propose.discard}
    async with desk.write() as session:
        alert = await draft(session, now)
        await approve(session, alert.id, 1, **deciding(EDITOR, now))
        keywords = (deciding if second == "approve" else who)(EDITOR, now)
        with pytest.raises(Stale) as refusal:
            await verbs[second](session, alert.id, 1, **keywords)
        assert refusal.value.how == "decided"


async def test_a_discarded_draft_never_goes_out(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        await propose.discard(session, alert.id, 1, **who(EDITOR, now))
        with pytest.raises(Stale):
            await approve(session, alert.id, 1, **deciding(EDITOR, now))
        assert await session.scalar(select(func.count()).select_from(Dispatch)) == 0


async def test_of_two_editors_at_once_one_sends_and_one_is_told(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)

    async def press(user_id: int) -> str:
        try:
            async with desk.write() as session:
                await approve(session, alert.id, 1, **deciding(user_id, now))
        except RequestError as refusal:
            return str(refusal)
        return "sent"

    assert sorted(await asyncio.gather(press(EDITOR), press(REVIEWER))) == ["decided", "sent"]
    async with desk.read() as session:
        assert await session.scalar(select(func.count()).select_from(Dispatch)) == 1


async def test_of_two_changes_at_once_one_is_told_that_it_came_too_late(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)

    async def change(text: str) -> str:
        try:
            async with desk.write() as session:
                await propose.change(session, alert.id, 1, **who(EDITOR, now), text=text)
        except Stale as refusal:
            return refusal.how
        return "done"

    assert sorted(await asyncio.gather(change("One"), change("Two"))) == ["changed", "done"]


@pytest.mark.parametrize("user_id", [READER, REVIEWER])
async def test_who_may_not_write_changes_nothing(
    desk: Database, now: datetime, user_id: int
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        for attempt in (
            propose.draft(session, DEPOT, **who(user_id, now)),
            propose.change(session, alert.id, 1, **who(user_id, now), text="x"),
            propose.discard(session, alert.id, 1, **who(user_id, now)),
        ):
            with pytest.raises(NotPermitted):
                await attempt
        assert await session.scalar(select(func.count()).select_from(Alert)) == 1
        assert alert.revision == 1


async def test_a_reader_cannot_send(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        with pytest.raises(NotPermitted):
            await approve(session, alert.id, 1, **deciding(READER, now))
        assert await session.scalar(select(func.count()).select_from(Dispatch)) == 0


async def test_without_topics_nothing_can_be_sent(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await draft(session, now, replace(DEPOT, topics=()))
        with pytest.raises(Incomplete) as refusal:
            await approve(session, alert.id, 1, **deciding(EDITOR, now))
        assert refusal.value.missing == "topics"


@pytest.mark.parametrize("alert_id", [0, 404, 10**14])
async def test_what_is_not_there_is_told_so(desk: Database, now: datetime, alert_id: int) -> None:
    async with desk.write() as session:
        with pytest.raises(Stale) as refusal:
            await approve(session, alert_id, 1, **deciding(EDITOR, now))
        assert refusal.value.how == "gone"


async def test_a_text_of_4096_heavy_characters_is_refused(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        with pytest.raises(TooLong):
            await draft(session, now, replace(DEPOT, text='<&"a' * 1024))


async def test_sending_is_in_the_audit_log(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        await approve(session, alert.id, 1, **deciding(REVIEWER, now))
        newest = (await entries(session, limit=1))[0]
    assert (newest.act, newest.subject, newest.user_id) == ("approve", f"alert:{alert.id}", 3)
    assert newest.details == {"revision": 1, "readers": 3}
