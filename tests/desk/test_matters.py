"""What waits for a decision is told at the desk once, grouped, and decided by buttons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.desk.watching import look_around, watch
from digests.alerts.alert import Alert, AlertRevision
from digests.alerts.matter import Matter, MatterKind, MatterState
from digests.alerts.telling import APART
from digests.corrections.correction import Correction
from digests.intake.article import Article
from digests.intake.source import Source, SourceKind, SourceState
from digests.outbox.control import UNFED
from digests.outbox.dispatch import (
    Content,
    Dispatch,
    DispatchState,
    Lane,
    MessageKind,
    Reach,
)
from digests.outbox.gate import Worker
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.outbox.tally import tally
from digests.stories.story import Story, StoryArticle, StoryTopic
from digests.vocabulary import Severity
from tests.alerts.builders import EDITOR, OWNER, REVIEWER
from tests.corrections.builders import story
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons

ALERT = "/breaking Missile strikes reported on a depot near Luhansk\nIt burns. Two are hurt."


async def look(desk: Newsroom) -> None:
    """The timetable's ticks, and the courier."""
    await look_around(desk.services)
    await watch(desk.services)
    await desk.deliver()


async def later(desk: Newsroom, **by: float) -> None:
    """Time passes, and everything ticks."""
    desk.clock.set_by(timedelta(**by))
    await look(desk)


async def flash(desk: Newsroom, title: str = "A ceasefire takes effect") -> int:
    """A story that the rule for severity called flash."""
    async with desk.database.write() as session:
        made = await story(session, desk.clock.now, title)
        made.severity = Severity.FLASH
        session.add(StoryTopic(story_id=made.id, topic="strikes", score=3.0, reasons=["hit"]))
        return made.id


async def matters(desk: Newsroom, kind: MatterKind) -> Sequence[Matter]:
    async with desk.database.read() as session:
        return (await session.scalars(select(Matter).where(Matter.kind == kind))).all()


async def state_of(desk: Newsroom, kind: MatterKind) -> tuple[MatterState, str | None]:
    (matter,) = await matters(desk, kind)
    return matter.state, matter.decision


async def test_a_flash_story_becomes_a_draft_by_one_tap(desk: Newsroom) -> None:
    story_id = await flash(desk)
    await look(desk)
    assert "A ceasefire takes effect" in desk.last(EDITOR)
    assert "no alert tells it" in desk.last(OWNER)
    await desk.tap(EDITOR, "Make an alert")
    assert desk.with_button(EDITOR, "Send to 3")
    async with desk.database.read() as session:
        alert = (await session.scalars(select(Alert))).one()
        words = await session.get_one(AlertRevision, (alert.id, 1))
    assert alert.story_id == story_id
    assert words.texts["en"] == "A ceasefire takes effect\nIt burned all night."
    assert (words.severity, words.topics) == (Severity.FLASH, ["strikes"])
    await desk.deliver()
    assert "a draft was made of it" in desk.last(OWNER)
    assert buttons(desk.screen(OWNER)[-1]) == []
    assert await state_of(desk, MatterKind.FLASH) == (MatterState.SETTLED, "alert")


async def test_who_decides_second_is_refused_and_both_are_written_down(desk: Newsroom) -> None:
    await flash(desk)
    await look(desk)
    notice = desk.screen(OWNER)[-1]
    await desk.tap(EDITOR, "Not breaking")
    assert await desk.tap(OWNER, "Make an alert", message=notice) == "That was already decided."
    assert (await desk.audited())[-2:] == ["decide", "refused make_alert"]
    await later(desk, hours=1)
    assert len(desk.screen(EDITOR)) == 1
    assert "not breaking" in desk.last(EDITOR)


async def test_a_flash_that_grew_old_waits_no_more(desk: Newsroom) -> None:
    await flash(desk)
    await look(desk)
    await later(desk, hours=7)
    assert "no longer so" in desk.last(EDITOR)
    assert await state_of(desk, MatterKind.FLASH) == (MatterState.SETTLED, "over")


async def test_what_was_decided_long_ago_is_let_go(desk: Newsroom) -> None:
    await flash(desk)
    await look(desk)
    await desk.tap(EDITOR, "Not breaking")
    await later(desk, days=89)
    assert len(await matters(desk, MatterKind.FLASH)) == 1
    await later(desk, days=2)
    assert await matters(desk, MatterKind.FLASH) == []


async def test_many_at_once_are_one_notice_and_the_rest_stands_at_the_desk(desk: Newsroom) -> None:
    for number in range(7):
        await flash(desk, f"Story {number}")
    await look(desk)
    (notice,) = desk.screen(EDITOR)
    assert notice["text"].startswith("7 stories look like flash news")
    assert "5. ⚡ Story 4" in notice["text"]
    assert "Story 5" not in notice["text"]
    await later(desk, minutes=2)
    assert len(desk.screen(EDITOR)) == 1
    await desk.tap(EDITOR, "All of them")
    page = desk.screen(EDITOR)[0]
    assert "7. ⚡ Story 6" in page["text"]
    await desk.tap(EDITOR, "7 · Not breaking", message=page)
    assert "Story 6" not in desk.screen(EDITOR)[0]["text"]
    (menu,) = await desk.say(EDITOR, "/desk")
    assert "6 stories like flash news" in menu["text"]


async def test_a_bad_hour_is_no_flood(desk: Newsroom) -> None:
    await flash(desk, "First")
    await look(desk)
    await flash(desk, "Second")
    await watch(desk.services)
    await desk.deliver()
    assert len(desk.screen(EDITOR)) == 1
    await later(desk, seconds=APART[MatterKind.FLASH].total_seconds() + 1)
    assert "Second" in desk.last(EDITOR)
    assert "First" not in desk.last(EDITOR)


async def told_article(
    desk: Newsroom, *, title: str = "Depot burns after missile strike", **later: Any
) -> int:
    """An article in a story that is current, which its source changed."""
    now = desk.clock.now
    async with desk.database.write() as session:
        source = Source(kind=SourceKind.FEED, address="https://a.example/f", title="Harbour Wire",
                        created_at=now)  # fmt: skip
        session.add(source)
        await session.flush()
        article = Article(
            source_id=source.id, identity="https://a.example/1", url="https://a.example/1",
            title=title, summary="It burned all night. Five were hurt.", text="", topics=[],
            language="en", published_at=now, read_at=now, changed_at=now, **later,
        )  # fmt: skip
        told = await story(session, now, title)
        session.add(article)
        await session.flush()
        session.add(StoryArticle(article_id=article.id, story_id=told.id, terms=""))
        return told.id


async def test_a_silent_edit_is_shown_old_and_new_and_corrected(desk: Newsroom) -> None:
    await told_article(
        desk,
        later_title="Depot burns after short circuit",
        later_summary="It burned all night. Two were hurt.",
    )
    await look(desk)
    shown = desk.last(EDITOR)
    assert "Harbour Wire" in shown
    assert "Depot burns after missile strike\nDepot burns after short circuit" in shown
    assert "Five were hurt." in shown
    await desk.tap(EDITOR, "Correct the story")
    assert "What is right?" in desk.last(EDITOR)
    await desk.say(EDITOR, "Depot burns after a short circuit\nTwo are hurt.")
    await desk.tap(EDITOR, "Correct it")
    async with desk.database.read() as session:
        correction = (await session.scalars(select(Correction))).one()
    assert (correction.subject, correction.now_revision) == ("story", 2)
    await later(desk, minutes=5)
    assert await state_of(desk, MatterKind.EDIT) == (MatterState.SETTLED, "over")


async def test_the_new_words_of_the_source_are_taken_by_one_tap(desk: Newsroom) -> None:
    story_id = await told_article(desk, later_title="Depot burns after short circuit")
    await look(desk)
    await desk.tap(EDITOR, "Take the new words")
    await desk.tap(EDITOR, "Correct it")
    async with desk.database.read() as session:
        correction = (await session.scalars(select(Correction))).one()
        changed = await session.get_one(Story, story_id)
    assert correction.texts["en"].startswith("Depot burns after short circuit\nIt burned")
    assert changed.revision == 2


async def test_a_typo_put_right_is_nobodys_business(desk: Newsroom) -> None:
    await told_article(desk, later_title="Depot burns after misile strike (updated)")
    await look(desk)
    assert desk.screen(EDITOR) == []


async def test_an_ignored_edit_stays_ignored(desk: Newsroom) -> None:
    await told_article(desk, later_title="No depot burns")
    await look(desk)
    await desk.tap(EDITOR, "Ignore")
    await later(desk, hours=1)
    assert await state_of(desk, MatterKind.EDIT) == (MatterState.SETTLED, "ignore")
    assert len(desk.screen(EDITOR)) == 1


async def test_a_withdrawn_article_lets_the_story_be_withdrawn(desk: Newsroom) -> None:
    story_id = await told_article(desk, withdrawn_at=desk.clock.now)
    await look(desk)
    assert "the article is gone from its site" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Withdraw the story")
    await desk.say(EDITOR, "The source took it back.")
    await desk.tap(EDITOR, "Withdraw it")
    async with desk.database.read() as session:
        assert (await session.get_one(Story, story_id)).standing == "retracted"


async def lively(desk: Newsroom, *, silent_for: timedelta) -> int:
    """A feed with twenty items a day for a week, which then falls silent."""
    last: datetime = desk.clock.now - silent_for
    async with desk.database.write() as session:
        source = Source(
            kind=SourceKind.FEED, address="https://b.example/f", title="River Radio",
            created_at=last, last_new_at=last, last_ok_at=desk.clock.now,
        )  # fmt: skip
        session.add(source)
        await session.flush()
        session.add_all(
            Article(
                source_id=source.id, identity=f"https://b.example/{n}", title=f"News {n}",
                summary="", text="", topics=[], read_at=last,
                published_at=last - timedelta(minutes=72) * n, grouped_at=last,
            )
            for n in range(140)
        )  # fmt: skip
        return source.id


async def test_while_we_were_away_nobody_was_silent(desk: Newsroom) -> None:
    """After nine hours of our own absence a feed is judged once it was read, a channel not at once."""
    await lively(desk, silent_for=timedelta(hours=9))
    now = desk.clock.now
    read = update(Source).values(last_ok_at=now - timedelta(hours=9))
    async with desk.database.write() as session:
        session.add(Worker(id="w", started_at=now, heartbeat_at=now))
        await session.execute(read)
    await look(desk)
    assert desk.screen(EDITOR) == []
    async with desk.database.write() as session:
        await session.execute(update(Source).values(kind=SourceKind.CHANNEL))
    await look(desk)
    assert desk.screen(EDITOR) == []
    async with desk.database.write() as session:
        await session.execute(
            read.values(kind=SourceKind.FEED, last_ok_at=now + timedelta(seconds=30))
        )
    await look(desk)
    assert "River Radio" in desk.last(EDITOR)
    restarted = update(Worker).values(started_at=now + timedelta(minutes=1))
    async with desk.database.write() as session:
        await session.execute(restarted)
    await look(desk)
    assert (await state_of(desk, MatterKind.SOURCE))[0] is MatterState.OPEN


async def source_now(desk: Newsroom) -> Source:
    async with desk.database.read() as session:
        return (await session.scalars(select(Source))).one()


async def test_a_source_silent_for_longer_than_ever_is_told_and_put_off(desk: Newsroom) -> None:
    await lively(desk, silent_for=timedelta(hours=9))
    await look(desk)
    assert "River Radio: last news 22 Nov 21:00, it was never silent for so long" in desk.last(
        EDITOR
    )
    (status,) = await desk.say(EDITOR, "/status")
    assert "1 source · 1 silent for longer than ever" in status["text"]
    await desk.tap(EDITOR, "Ignore for a day")
    await desk.deliver()
    assert "looked at again tomorrow" in desk.last(OWNER)
    await later(desk, hours=20)
    assert len(desk.screen(EDITOR)) == 2
    await later(desk, hours=5)
    assert len(desk.screen(EDITOR)) == 3


async def test_a_source_that_speaks_again_is_over_by_itself(desk: Newsroom) -> None:
    source_id = await lively(desk, silent_for=timedelta(hours=9))
    await look(desk)
    now = desk.clock.now
    async with desk.database.write() as session:
        await session.execute(update(Source).values(last_new_at=now))
        session.add(Article(source_id=source_id, identity="x", title="Back", summary="", text="",
                            topics=[], published_at=now, read_at=now, grouped_at=now))  # fmt: skip
    await look(desk)
    assert "no longer so" in desk.last(EDITOR)
    await later(desk, hours=9)
    assert len(desk.screen(EDITOR)) == 2


async def test_a_silent_source_is_read_at_once_or_paused(desk: Newsroom) -> None:
    await lively(desk, silent_for=timedelta(hours=9))
    await look(desk)
    await desk.tap(EDITOR, "Read it now")
    assert (await source_now(desk)).next_read_at == desk.clock.now
    await later(desk, hours=2)
    await desk.tap(EDITOR, "Pause it")
    assert (await source_now(desk)).state is SourceState.PAUSED
    await look(desk)
    assert await state_of(desk, MatterKind.SOURCE) == (MatterState.SETTLED, "pause")


async def test_a_source_that_fails_for_an_hour_is_told(desk: Newsroom) -> None:
    await lively(desk, silent_for=timedelta(minutes=5))
    failing = update(Source).values(
        state=SourceState.FAILING, failures=4, state_since=desk.clock.now - timedelta(hours=2),
        last_ok_at=desk.clock.now - timedelta(hours=2),
    )  # fmt: skip
    async with desk.database.write() as session:
        await session.execute(failing)
    await look(desk)
    assert "River Radio: does not answer · since" in desk.last(EDITOR)


async def unlucky(desk: Newsroom, outcome: Outcome, reason: str) -> None:
    """An alert of which the ledger says so for two of three readers."""
    await desk.say(EDITOR, ALERT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    wrong = update(Receipt).where(
        Receipt.content == Content.ALERT, Receipt.chat_id.in_(READERS[:2])
    )
    async with desk.database.write() as session:
        await session.execute(wrong.values(outcome=outcome, reason=reason, message_id=None))


async def counts(desk: Newsroom) -> tuple[int, int, int, int]:
    async with desk.database.read() as session:
        found = await session.scalar(select(Dispatch.id).where(Dispatch.content == Content.ALERT))
        how = await tally(session, found or 0)
    return how.audience, how.sent, how.failed, how.unknown


async def test_uncertain_copies_are_one_line_and_go_again_by_a_persons_wish(
    desk: Newsroom,
) -> None:
    await unlucky(desk, Outcome.UNKNOWN, "no answer")
    await look(desk)
    assert "2 readers may not have got it" in desk.last(EDITOR)
    assert await counts(desk) == (3, 1, 0, 2)
    notice = desk.screen(EDITOR)[-1]
    (status,) = await desk.say(EDITOR, "/status")
    assert "2 messages may not have arrived" in status["text"]
    await desk.tap(EDITOR, "Send 2 again")
    async with desk.database.read() as session:
        waiting = (await session.scalars(select(OutboxMessage))).all()
    assert {row.chat_id for row in waiting if row.chat_id in READERS} == set(READERS[:2])
    assert await desk.tap(EDITOR, "Send 2 again", message=notice) == "That was already decided."
    await desk.deliver()
    assert [len(desk.screen(chat)) for chat in READERS] == [2, 2, 1]
    assert await counts(desk) == (3, 3, 0, 0)
    async with desk.database.read() as session:
        copies = select(Receipt.ambiguous).where(
            Receipt.content == Content.ALERT, Receipt.closes, Receipt.chat_id.in_(READERS[:2])
        )
        assert list(await session.scalars(copies)) == [True, True]
    await later(desk, hours=1)
    assert "sent again" in desk.last(OWNER)


async def test_uncertain_copies_are_let_stand(desk: Newsroom) -> None:
    await unlucky(desk, Outcome.UNKNOWN, "no answer")
    await look(desk)
    await desk.tap(EDITOR, "Let it stand")
    await later(desk, hours=1)
    assert await counts(desk) == (3, 1, 0, 2)
    assert await state_of(desk, MatterKind.UNCERTAIN) == (MatterState.SETTLED, "accept")


async def test_after_a_bad_hour_all_that_is_uncertain_is_let_stand_at_once(
    desk: Newsroom,
) -> None:
    await unlucky(desk, Outcome.UNKNOWN, "no answer")
    async with desk.database.write() as session:
        for number in range(2, 14):
            session.add(
                Dispatch(
                    id=1000 + number, content=Content.EDITION, subject_id=number,
                    lane=Lane.DIGESTS, reach=Reach.STAMPED, state=DispatchState.DONE,
                    created_at=desk.clock.now, plan_key=f"lost {number}",
                )
            )  # fmt: skip
            session.add(
                Receipt(
                    dispatch_id=1000 + number, content=Content.EDITION, subject_id=number,
                    revision=1, chat_id=READERS[0], kind=MessageKind.SEND,
                    outcome=Outcome.UNKNOWN, sent_at=desk.clock.now,
                )
            )  # fmt: skip
    await look(desk)
    (menu,) = await desk.say(EDITOR, "/desk")
    await desk.tap(EDITOR, "13 dispatches with uncertain copies", message=menu)
    page = desk.with_button(EDITOR, "Let all 13 stand")
    data = next(b["callback_data"] for b in buttons(page) if b["text"] == "Let all 13 stand")
    await desk.tap_data(EDITOR, page, data)
    assert "Nothing of that kind waits" in desk.screen(EDITOR)[-1]["text"]
    assert await desk.tap_data(EDITOR, page, data) == "That was already decided."
    await later(desk, hours=1)
    assert {m.state for m in await matters(desk, MatterKind.UNCERTAIN)} == {MatterState.SETTLED}


async def test_what_is_uncertain_again_comes_back_to_the_desk(desk: Newsroom) -> None:
    await unlucky(desk, Outcome.UNKNOWN, "no answer")
    await look(desk)
    await desk.tap(EDITOR, "Send 2 again")
    await desk.deliver()
    lost = update(Receipt).where(Receipt.chat_id == READERS[0], Receipt.closes)
    desk.clock.set_by(timedelta(minutes=1))
    async with desk.database.write() as session:
        await session.execute(lost.values(outcome=Outcome.UNKNOWN, message_id=None))
        await session.execute(
            update(Receipt).where(Receipt.chat_id == READERS[0]).values(outcome=Outcome.UNKNOWN)
        )
    await later(desk, hours=1)
    assert "1 reader may not have got it" in desk.last(EDITOR)


async def test_an_alert_recalled_meanwhile_is_not_brought_back(desk: Newsroom) -> None:
    await unlucky(desk, Outcome.UNKNOWN, "no answer")
    async with desk.database.write() as session:
        recalled = update(Dispatch).where(Dispatch.content == Content.ALERT)
        await session.execute(recalled.values(state=DispatchState.CANCELLED))
    await look(desk)
    assert [b["text"] for b in buttons(desk.screen(EDITOR)[-1])] == ["Let it stand"]
    forged = "unknown_again:1"
    assert "over already" in await desk.tap_data(EDITOR, desk.screen(EDITOR)[-1], forged)


async def test_dead_letters_are_tried_again_or_dropped(desk: Newsroom) -> None:
    await unlucky(desk, Outcome.FAILED, "too long")
    await look(desk)
    assert "2 readers did not get it: it is too long for Telegram." in desk.last(EDITOR)
    await desk.tap(EDITOR, "Try 2 again")
    await desk.deliver()
    assert [len(desk.screen(chat)) for chat in READERS] == [2, 2, 1]
    assert await counts(desk) == (3, 3, 0, 0)


async def test_a_dispatch_that_paused_itself_is_dropped_as_a_whole(desk: Newsroom) -> None:
    await unlucky(desk, Outcome.FAILED, "unparsed")
    async with desk.database.write() as session:
        stopped = update(Dispatch).where(Dispatch.content == Content.ALERT)
        await session.execute(stopped.values(state=DispatchState.PAUSED, faults=3))
    await look(desk)
    assert "I hold back the rest." in desk.last(EDITOR)
    await desk.tap(EDITOR, "Drop")
    async with desk.database.read() as session:
        dispatch = await session.get_one(Dispatch, 1)
    assert dispatch.state is DispatchState.CANCELLED
    await later(desk, hours=1)
    assert await state_of(desk, MatterKind.DEAD) == (MatterState.SETTLED, "drop")


async def test_an_alert_that_could_not_be_fed_is_told_once_and_goes_on_by_a_tap(
    desk: Newsroom,
) -> None:
    await unlucky(desk, Outcome.FAILED, "blocked")
    async with desk.database.write() as session:
        stopped = update(Dispatch).where(Dispatch.content == Content.ALERT)
        unfed = {"state": DispatchState.PAUSED, "state_reason": UNFED, "is_expanded": False}
        await session.execute(stopped.values(audience=5, **unfed))
    await look(desk)
    told = len(desk.screen(EDITOR))
    await later(desk, hours=1)
    assert len(desk.screen(EDITOR)) == told
    assert "2 readers did not get it: I failed to prepare it for them." in desk.last(EDITOR)
    await desk.tap(EDITOR, "Try 2 again")
    async with desk.database.read() as session:
        assert (await session.get_one(Dispatch, 1)).state is DispatchState.RUNNING


async def test_who_blocked_us_is_no_dead_letter(desk: Newsroom) -> None:
    await unlucky(desk, Outcome.FAILED, "blocked")
    await look(desk)
    assert await matters(desk, MatterKind.DEAD) == []


async def test_a_reviewer_sees_what_waits_and_may_not_make_alerts(desk: Newsroom) -> None:
    await flash(desk)
    await look(desk)
    (menu,) = await desk.say(REVIEWER, "/desk")
    await desk.tap(REVIEWER, "1 story like flash news", message=menu)
    page = desk.screen(REVIEWER)[-1]
    toast = await desk.tap(REVIEWER, "Make an alert", message=page)
    assert toast.startswith("That is for editors. You are a reviewer")
    assert "refused make_alert" in await desk.audited()
