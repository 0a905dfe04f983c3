"""Who may let an alert go out, and when: nobody approves their own, nothing goes out by itself late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from digests.alerts import propose
from digests.alerts.alert import Alert, AlertState
from digests.alerts.audit import entries
from digests.alerts.card import Card
from digests.alerts.decide import Due, approve, release_due
from digests.alerts.release import ALONE_AFTER, Consent, Proposal, consent
from digests.errors import NotPermitted, RequestError, Stale
from digests.outbox.dispatch import Dispatch
from digests.storage.database import Database
from tests.alerts.builders import DEPOT, EDITOR, OWNER, REVIEWER, deciding, draft, newsroom, who
from tests.outbox.builders import readers

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
async def desk(database: Database, now: datetime) -> Database:
    """A newsroom, and a reader of strikes."""
    async with database.write() as session:
        await newsroom(session, now)
        await readers(session, [11], now=now, topics=["strikes"])
    return database


@pytest.mark.parametrize(
    ("two_person", "proposed_by", "by", "after", "expected"),
    [
        (False, None, 1, timedelta(0), Consent.ONE),
        (False, 1, 1, timedelta(0), Consent.ONE),
        (True, None, 1, timedelta(0), "second"),
        (True, 1, 2, timedelta(0), Consent.TWO),
        (True, 1, 1, timedelta(0), "own"),
        (True, 1, 1, ALONE_AFTER - timedelta(seconds=1), "own"),
        (True, 1, 1, ALONE_AFTER, Consent.ALONE),
    ],
)
def test_whose_word_is_enough(
    now: datetime,
    two_person: bool,
    proposed_by: int | None,
    by: int,
    after: timedelta,
    expected: str,
) -> None:
    proposal = Proposal(proposed_by, now if proposed_by else None)
    try:
        found: str = consent(proposal, by=by, two_person=two_person, now=now + after)
    except NotPermitted as refusal:
        found = str(refusal)
    assert found == expected


async def attempt(desk: Database, alert: Alert, by: int, now: datetime) -> str:
    """Approves where two must agree; the refusal's reason, or the state it is in then."""
    try:
        async with desk.write() as session:
            await approve(session, alert.id, alert.revision, **deciding(by, now, two_person=True))
    except RequestError as refusal:
        return str(refusal)
    async with desk.read() as session:
        return str((await session.get_one(Alert, alert.id)).state)


async def test_nobody_approves_their_own_and_each_who_may_approve_is_asked(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
    assert await attempt(desk, alert, REVIEWER, now) == "second"
    async with desk.write() as session:
        await propose.propose(session, alert.id, 1, **who(EDITOR, now))
        asked = set(await session.scalars(select(Card.chat_id)))
    assert asked == {OWNER, REVIEWER}
    assert await attempt(desk, alert, EDITOR, now) == "own"
    assert await attempt(desk, alert, REVIEWER, now) == "approved"


async def test_when_nobody_answers_the_author_decides_alone_and_the_log_says_so(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        await propose.propose(session, alert.id, 1, **who(EDITOR, now))
    assert await attempt(desk, alert, EDITOR, now + 9 * MINUTE) == "own"
    assert await attempt(desk, alert, EDITOR, now + 10 * MINUTE) == "approved"
    async with desk.read() as session:
        (newest,) = await entries(session, limit=1)
    assert (newest.act, newest.details["alone"]) == ("approve", True)


async def test_only_who_wrote_it_last_proposes_so_that_two_have_agreed_to_the_same_words(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        with pytest.raises(NotPermitted, match="writer"):
            await propose.propose(session, alert.id, 1, **who(OWNER, now))
        await propose.propose(session, alert.id, 1, **who(EDITOR, now))
        await propose.change(session, alert.id, 1, **who(OWNER, now), text="Other words of mine")
        assert alert.state is AlertState.DRAFT
        with pytest.raises(NotPermitted, match="writer"):
            await propose.propose(session, alert.id, 2, **who(EDITOR, now))
        await propose.propose(session, alert.id, 2, **who(OWNER, now))
    assert await attempt(desk, alert, OWNER, now) == "own"
    assert await attempt(desk, alert, EDITOR, now) == "approved"


async def test_what_is_rejected_is_a_draft_again_with_the_reason(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now)
        await propose.propose(session, alert.id, 1, **who(EDITOR, now))
        await propose.reject(session, alert.id, 1, why="One source\nonly", **who(REVIEWER, now))
        assert (alert.state, alert.refusal) == (AlertState.DRAFT, "One source only")
    # Who proposed it before is no proposal now.
    assert await attempt(desk, alert, OWNER, now) == "second"
    async with desk.write() as session:
        with pytest.raises(Stale):
            await propose.reject(session, alert.id, 1, why="Again", **who(REVIEWER, now))
        again = await propose.propose(session, alert.id, 1, **who(EDITOR, now))
        assert again.refusal is None


async def scheduled(desk: Database, now: datetime) -> Alert:
    """Approved for an hour from now."""
    async with desk.write() as session:
        alert = await draft(session, now, replace(DEPOT, release_at=now + HOUR))
        assert await approve(session, alert.id, 1, **deciding(EDITOR, now)) is None
        assert alert.state is AlertState.SCHEDULED
    return alert


async def released(desk: Database, now: datetime) -> tuple[list[Due], int]:
    """What a tick does, and how many dispatches there are then."""
    async with desk.write() as session:
        due = await release_due(session, now=now)
        return due, await session.scalar(select(func.count()).select_from(Dispatch)) or 0


async def test_it_goes_out_at_its_time_and_once(desk: Database, now: datetime) -> None:
    alert = await scheduled(desk, now)
    assert await released(desk, now + HOUR - MINUTE) == ([], 0)
    assert await released(desk, now + HOUR) == ([Due(alert.id, is_sent=True)], 1)
    assert await released(desk, now + HOUR) == ([], 1)
    async with desk.read() as session:
        found = await session.get_one(Alert, alert.id)
        assert (found.state, found.decided_at) == (AlertState.APPROVED, now + HOUR)


@pytest.mark.parametrize(("late", "is_sent"), [(HOUR, True), (HOUR + MINUTE, False)])
async def test_what_was_missed_while_down_goes_out_within_an_hour_else_a_person_decides(
    desk: Database, now: datetime, late: timedelta, is_sent: bool
) -> None:
    alert = await scheduled(desk, now)
    due, dispatches = await released(desk, now + HOUR + late)
    assert (due, dispatches) == ([Due(alert.id, is_sent=is_sent)], int(is_sent))
    async with desk.read() as session:
        state = (await session.get_one(Alert, alert.id)).state
    assert state is (AlertState.APPROVED if is_sent else AlertState.DRAFT)


@pytest.mark.parametrize("how", ["changed", "cancelled"])
async def test_what_was_changed_or_cancelled_does_not_go_out(
    desk: Database, now: datetime, how: str
) -> None:
    alert = await scheduled(desk, now)
    async with desk.write() as session:
        if how == "changed":
            await propose.change(session, alert.id, 1, **who(EDITOR, now), text="Other words now")
        else:
            await propose.reopen(session, alert.id, 1, **who(EDITOR, now))
    assert await released(desk, now + HOUR) == ([], 0)


async def test_a_time_that_passed_before_anybody_approved_is_not_taken_for_now(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await draft(session, now, replace(DEPOT, release_at=now + HOUR))
        with pytest.raises(Stale) as refusal:
            await approve(session, alert.id, 1, **deciding(EDITOR, now + HOUR))
        assert refusal.value.how == "time"
