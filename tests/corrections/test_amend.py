"""An error is admitted: one new revision, and work for the outbox to bring it to every copy."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from digests.alerts.alert import AlertRevision, RevisionReason
from digests.alerts.audit import entries
from digests.audience.taste import Taste
from digests.corrections import amend
from digests.corrections.amend import NOTE
from digests.corrections.amendment import Amendment
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.corrections.history import history
from digests.corrections.proposed import discard
from digests.editions.edition import Edition, EditionStory
from digests.errors import Incomplete, NotPermitted, RequestError, Stale, TooLong
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind
from digests.outbox.expand import expand
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Outcome
from digests.storage.database import Database
from digests.stories.story import StoryRevision
from digests.vocabulary import Standing
from tests.alerts.builders import EDITOR, OWNER, READER, REVIEWER, deciding, newsroom, who
from tests.corrections.builders import RIGHT, arrived, edition, planned, proposed, sent_alert, story
from tests.outbox.builders import readers

CORRECT, RETRACT = CorrectionKind.CORRECT, CorrectionKind.RETRACT
ALERT, STORY = CorrectedSubject.ALERT, CorrectedSubject.STORY


async def test_a_proposed_correction_changes_nothing_yet(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        await proposed(session, CORRECT, ALERT, alert.id, now=now)
        assert alert.revision == 1
        assert await history(session, ALERT, alert.id, 9) == []
    assert await planned(desk, Content.ALERT, MessageKind.EDIT) == []


async def test_a_corrected_alert_is_edited_in_every_copy_and_its_readers_are_told(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        await arrived(session, Content.ALERT, alert.id, [11, 12], now=now)
        await arrived(session, Content.ALERT, alert.id, [13], now=now, outcome=Outcome.FAILED)
        correction = await proposed(session, CORRECT, ALERT, alert.id, now=now)
        await amend.approve(session, correction.id, **deciding(EDITOR, now))
        words = await session.get_one(AlertRevision, (alert.id, 2))
    assert (words.reason, words.texts) == (RevisionReason.CORRECTION, {"en": RIGHT})
    (edits,) = await planned(desk, Content.ALERT, MessageKind.EDIT)
    (replies,) = await planned(desk, Content.CORRECTION, MessageKind.SEND)
    assert (edits.audience, edits.revision, edits.lane) == (2, 2, Lane.CORRECTIONS)
    assert (replies.audience, replies.subject_id, replies.silent) == (2, correction.id, False)


async def test_copies_that_still_wait_go_out_corrected(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        correction = await proposed(session, CORRECT, ALERT, alert.id, now=now)
        await amend.approve(session, correction.id, **deciding(EDITOR, now))
    (sending,) = await planned(desk, Content.ALERT, MessageKind.SEND)
    assert (sending.state, sending.revision) == (DispatchState.RUNNING, 2)


async def test_of_a_withdrawn_alert_nothing_more_is_sent(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        correction = await proposed(session, RETRACT, ALERT, alert.id, now=now)
        await amend.approve(session, correction.id, **deciding(EDITOR, now))
        words = await session.get_one(AlertRevision, (alert.id, 2))
    assert (words.reason, words.standing) == (RevisionReason.RETRACTION, Standing.RETRACTED)
    (sending,) = await planned(desk, Content.ALERT, MessageKind.SEND)
    assert (sending.state, sending.state_reason) == (DispatchState.CANCELLED, "retracted")


async def test_a_corrected_story_is_put_right_in_every_edition_that_holds_it(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        taste = (await session.scalars(select(Taste))).one()
        wrong, other = await story(session, now), await story(session, now, "Grain leaves Odesa")
        fresh = await edition(session, taste, wrong, now)
        old = await edition(session, taste, wrong, now - timedelta(days=8))
        beside = await edition(session, taste, other, now - timedelta(days=1))
        for one in (fresh, old, beside):
            await arrived(session, Content.EDITION, one.id, [11, 12], now=now)
        correction = await proposed(session, CORRECT, STORY, wrong.id, now=now)
        await amend.approve(session, correction.id, **deciding(EDITOR, now))
        said = await session.get_one(StoryRevision, (wrong.id, 2))
        held = select(EditionStory.story_revision).where(EditionStory.story_id == wrong.id)
        assert (await session.scalars(held)).all() == [2, 2]
        ids = select(Edition.id, Edition.revision)
        assert {row[0]: row[1] for row in await session.execute(ids)} == {
            fresh.id: 2,
            old.id: 2,
            beside.id: 1,
        }
    assert (said.title, said.standing) == (RIGHT.split("\n")[0], Standing.CORRECTED)
    edits = await planned(desk, Content.EDITION, MessageKind.EDIT)
    assert [(e.subject_id, e.revision, e.audience) for e in edits] == [
        (fresh.id, 2, 2),
        (old.id, 2, 2),
    ]
    # Only below the newest digest: a reader is told once.
    (replies,) = await planned(desk, Content.CORRECTION, MessageKind.SEND)
    assert replies.received_subject_id == fresh.id


async def test_a_reader_of_several_digests_is_told_once_below_the_newest(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        await readers(session, [14], now=now, topics=["energy"])
        strikes, energy = (await session.scalars(select(Taste).order_by(Taste.id))).all()
        wrong = await story(session, now)
        last = await edition(session, energy, wrong, now)
        asked_for = await edition(session, strikes, wrong, now - timedelta(hours=1))
        usual = await edition(session, strikes, wrong, now - timedelta(hours=2))
        # 11 changed their taste, 12 asked for a digest of their own, 13 has the usual one alone.
        for one, chats in ((last, [11, 14]), (asked_for, [12]), (usual, [11, 12, 13])):
            await arrived(session, Content.EDITION, one.id, chats, now=now)
        correction = await proposed(session, CORRECT, STORY, wrong.id, now=now)
        await amend.approve(session, correction.id, **deciding(EDITOR, now))
    async with desk.write() as session:
        await expand(session, now=now, rate=1000)
        told = await session.execute(
            select(OutboxMessage.chat_id, Dispatch.received_subject_id, Dispatch.audience)
            .join(Dispatch, Dispatch.id == OutboxMessage.dispatch_id)
            .where(Dispatch.content == Content.CORRECTION)
            .order_by(OutboxMessage.chat_id)
        )
        assert told.all() == [
            (11, last.id, 2),
            (12, asked_for.id, 1),
            (13, usual.id, 1),
            (14, last.id, 2),
        ]


async def test_a_withdrawn_story_says_so(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        wrong = await story(session, now)
        correction = await proposed(session, RETRACT, STORY, wrong.id, now=now)
        await amend.approve(session, correction.id, **deciding(EDITOR, now))
        assert (wrong.standing, wrong.revision) == (Standing.RETRACTED, 2)
        with pytest.raises(Stale):
            await proposed(session, CORRECT, STORY, wrong.id, now=now, revision=2)


async def test_a_second_error_is_a_second_correction(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        for revision in (1, 2):
            one = await proposed(session, CORRECT, ALERT, alert.id, now=now, revision=revision)
            await amend.approve(session, one.id, **deciding(EDITOR, now))
        found = await history(session, ALERT, alert.id, 3)
        assert [entry.now_revision for entry in found] == [3, 2]
        assert len(await history(session, ALERT, alert.id, 2)) == 1


async def test_of_two_editors_at_once_one_corrects_and_one_is_told(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        both = [await proposed(session, CORRECT, ALERT, alert.id, now=now) for _ in range(2)]

    async def press(correction: Correction, user_id: int) -> str:
        try:
            async with desk.write() as session:
                await amend.approve(session, correction.id, **deciding(user_id, now))
        except RequestError as refusal:
            return str(refusal)
        return "done"

    done = await asyncio.gather(press(both[0], EDITOR), press(both[1], OWNER))
    assert sorted(done) == ["changed", "done"]
    assert await press(both[done.index("done")], EDITOR) == "decided"


async def test_a_discarded_correction_cannot_be_sent(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        one = await proposed(session, CORRECT, ALERT, alert.id, now=now)
        await discard(session, Correction, one.id, **who(EDITOR, now))
        with pytest.raises(Stale):
            await amend.approve(session, one.id, **deciding(EDITOR, now))


@pytest.mark.parametrize("user_id", [READER, REVIEWER])
async def test_who_may_not_correct_changes_nothing(
    desk: Database, now: datetime, user_id: int
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        one = await proposed(session, CORRECT, ALERT, alert.id, now=now)
        for attempt in (
            amend.approve(session, one.id, **deciding(user_id, now)),
            discard(session, Correction, one.id, **who(user_id, now)),
        ):
            with pytest.raises(NotPermitted):
                await attempt
        assert alert.revision == 1


async def test_what_was_never_sent_cannot_be_corrected(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        for subject in (ALERT, STORY):
            with pytest.raises(Stale):
                await proposed(session, CORRECT, subject, 404, now=now)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": RETRACT, "note": ""}, Incomplete),
        ({"text": ""}, Incomplete),
        ({"text": "a" * 4096}, TooLong),
        ({"kind": RETRACT, "note": "a" * (NOTE + 1)}, TooLong),
    ],
)
async def test_words_that_cannot_go_out_are_refused(
    desk: Database, now: datetime, change: dict[str, object], error: type[RequestError]
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        words = replace(Amendment(CORRECT, ALERT, alert.id, 1, text=RIGHT), **change)  # type: ignore[arg-type]
        with pytest.raises(error):
            await amend.propose(session, words, **who(EDITOR, now))


async def test_a_correction_is_in_the_audit_log(desk: Database, now: datetime) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        one = await proposed(session, RETRACT, ALERT, alert.id, now=now)
        await amend.approve(session, one.id, **deciding(EDITOR, now))
        newest = (await entries(session, limit=1))[0]
    assert (newest.act, newest.subject) == ("retract", f"alert:{alert.id}")
    assert newest.details == {"correction": one.id, "revision": 2}


async def test_an_alert_with_ten_thousand_copies_is_planned_within_two_seconds(
    desk: Database, now: datetime
) -> None:
    async with desk.write() as session:
        alert = await sent_alert(session, now)
        await arrived(session, Content.ALERT, alert.id, range(1, 10_001), now=now)
        one = await proposed(session, CORRECT, ALERT, alert.id, now=now)
    began = time.perf_counter()
    async with desk.write() as session:
        await amend.approve(session, one.id, **deciding(EDITOR, now))
    assert time.perf_counter() - began < 2
    (edits,) = await planned(desk, Content.ALERT, MessageKind.EDIT)
    assert edits.audience == 10_000


async def test_a_story_put_right_in_both_languages_tells_each_reader_in_theirs(
    database: Database, now: datetime
) -> None:
    right = "Горів склад\nВін був порожній."
    async with database.write() as session:
        await newsroom(session, now)
        wrong = await story(session, now)
        one = await amend.propose(
            session,
            Amendment(
                CorrectionKind.CORRECT,
                CorrectedSubject.STORY,
                wrong.id,
                1,
                text=RIGHT,
                others={"uk": right},
            ),
            **who(EDITOR, now),
        )
        await amend.approve(session, one.id, two_person=False, **who(EDITOR, now))
        stands = await session.get_one(StoryRevision, (wrong.id, 2))
    assert stands.told_in("uk")[1]["title"] == "Горів склад"
    assert stands.told_in("en")[1]["title"] == RIGHT.split("\n")[0]
    assert stands.told_in("ru")[0] == "en"
