"""We were wrong: corrected and withdrawn, in every copy, and whoever got it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from digests.audience.subscriber import Subscriber
from digests.audience.taste import Taste
from digests.corrections.correction import Correction
from digests.outbox.dispatch import Content
from digests.stories.story import StoryTopic
from tests.alerts.builders import EDITOR
from tests.corrections.builders import arrived, edition, story
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons, labels
from tests.outbox.builders import readers

TEXT = "/breaking Missile strikes reported on a depot near Luhansk\nIt burns. Two are hurt."
RIGHT = "Fire reported at a warehouse near Luhansk\nIt burns. Nobody is hurt."


async def sent(desk: Newsroom) -> list[dict[str, Any]]:
    """An alert that reached everybody; the editor's card."""
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tick()
    return desk.screen(EDITOR)


async def test_a_correction_is_shown_confirmed_and_brought_to_every_copy(desk: Newsroom) -> None:
    _, card = await sent(desk)
    shown, note, controls = await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=card["message_id"])
    assert "Corrected at" in shown["text"]
    assert "Earlier we said: Missile strikes reported on a depot near Luhansk" in shown["text"]
    assert "3 copies have arrived: each will be edited" in controls["text"]
    await desk.deliver()
    assert len(desk.screen(READERS[0])) == 1
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    for reader in READERS:
        copy, told = desk.screen(reader)
        assert copy["text"] == shown["text"]
        assert told["text"] == note["text"]
        assert told["reply_to_message"]["message_id"] == copy["message_id"]
    assert desk.screen(EDITOR)[0]["text"] == shown["text"]


async def test_a_retraction_strikes_the_text_and_says_why(desk: Newsroom) -> None:
    preview, _ = await sent(desk)
    await desk.say(EDITOR, "/retract The officials took it back.", reply_to=preview["message_id"])
    await desk.tap(EDITOR, "Withdraw 3 copies")
    await desk.deliver()
    for reader in READERS:
        copy, told = desk.screen(reader)
        assert copy["text"].startswith("Withdrawn at")
        assert "The officials took it back." in copy["text"]
        assert "strikethrough" in {e["type"] for e in copy["entities"]}
        assert "expandable_blockquote" in {e["type"] for e in copy["entities"]}
        assert told["text"].startswith("Withdrawn")


async def test_a_correction_while_it_goes_out_changes_what_waits(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, RIGHT)
    await desk.tap(EDITOR, "Correct it")
    await desk.deliver()
    for reader in READERS:
        (copy,) = desk.screen(reader)
        assert copy["text"].startswith("▪︎ Priority · Fire reported at a warehouse")


async def test_without_a_reply_the_newest_alerts_are_offered_and_the_words_are_kept(
    desk: Newsroom,
) -> None:
    for command in ("/correct", "/retract"):
        (answer,) = await desk.say(EDITOR, command)
        assert answer["text"].startswith("No alert was sent that could be w")
        assert "/story" in answer["text"]
    await sent(desk)
    (answer,) = await desk.say(EDITOR, f"/correct {RIGHT}")
    assert "Which alert was wrong?" in answer["text"]
    await desk.tap(EDITOR, "Missile strikes reported", message=answer)
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.say(EDITOR, "/retract")
    await desk.tap(EDITOR, "Fire reported at a warehouse")
    await desk.say(EDITOR, "It was not so.")
    await desk.tap(EDITOR, "Withdraw 3 copies")
    (answer,) = await desk.say(EDITOR, "/retract")
    assert buttons(answer) == []


async def test_a_correction_that_came_second_is_told_on_what_its_words_stand(
    desk: Newsroom,
) -> None:
    _, card = await sent(desk)
    for words in (RIGHT, f"{RIGHT} More follows."):
        await desk.tap(EDITOR, "Correct", message=card)
        await desk.say(EDITOR, words)
    old, newer = [m for m in desk.screen(EDITOR) if "Correct 3 copies" in str(buttons(m))]
    await desk.tap(EDITOR, "Correct 3 copies", message=newer)
    toast = await desk.tap(EDITOR, "Correct 3 copies", message=old)
    assert "your words stand on what it said before" in toast


async def test_the_card_of_a_withdrawn_alert_says_so_first(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tick()
    assert desk.screen(EDITOR)[1]["text"].startswith("Alert 1 · delivered")
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "It was not so.")
    await desk.tap(EDITOR, "Withdraw 3 copies")
    assert desk.screen(EDITOR)[1]["text"].startswith("Alert 1 · withdrawn\n")


async def test_a_withdrawn_alert_goes_to_nobody_else(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "It was not so.")
    await desk.tap(EDITOR, "Withdraw it")
    await desk.deliver()
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]
    await desk.tick()
    card = desk.screen(EDITOR)[1]
    assert "stopped: it was withdrawn" in card["text"]
    assert buttons(card) == []
    (menu,) = await desk.say(EDITOR, "/desk")
    assert "Alert 1 · withdrawn · Missile" in menu["text"]


async def test_an_editor_who_reads_the_alert_corrects_it_by_replying_to_their_copy(
    desk: Newsroom,
) -> None:
    await sent(desk)
    copy = await desk.sandbox.say(EDITOR, "my copy")
    async with desk.database.write() as session:
        await arrived(session, Content.ALERT, 1, [EDITOR], now=desk.clock.now, message_id=copy)
    await desk.heed()
    await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=copy)
    assert desk.with_button(EDITOR, "Correct 4 copies")


async def test_a_story_in_a_digest_is_chosen_by_button(desk: Newsroom) -> None:
    now = desk.clock.now
    copy = await desk.sandbox.say(EDITOR, "a digest")
    await desk.heed()
    async with desk.database.write() as session:
        taste = (await session.scalars(select(Taste))).one()
        made = await edition(session, taste, await story(session, now), now)
        await arrived(session, Content.EDITION, made.id, [EDITOR], now=now, message_id=copy)
    (question,) = await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=copy)
    assert question["text"] == "Which story was wrong?"
    await desk.tap(EDITOR, "A depot was hit")
    await desk.tap(EDITOR, "Correct 1 copy")
    async with desk.database.read() as session:
        correction = (await session.scalars(select(Correction))).one()
    assert (correction.subject, correction.now_revision) == ("story", 2)
    assert await desk.tap(EDITOR, "A depot was hit", message=question) == (
        "That is not there, or not there any more."
    )


async def digest_of_a_wrong_story(desk: Newsroom) -> list[dict[str, Any]]:
    """Everybody, the editor too, was told of the depot; their copies, the editor's first."""
    now = desk.clock.now
    async with desk.database.write() as session:
        told = await story(session, now - timedelta(hours=1))
        session.add(StoryTopic(story_id=told.id, topic="strikes", score=3.0, reasons=["hit"]))
        await readers(session, [EDITOR], now=now, topics=["strikes"])
        earlier = update(Subscriber).values(covered_until=now - timedelta(hours=24))
        await session.execute(earlier)
    chats = (EDITOR, *READERS)
    for chat in chats:
        await desk.say(chat, "/digest")
    await desk.deliver()
    return [desk.screen(chat)[-1] for chat in chats]


async def test_every_copy_of_a_digest_is_put_right_and_its_readers_are_told(
    desk: Newsroom,
) -> None:
    mine, *theirs = await digest_of_a_wrong_story(desk)
    assert all("A depot was hit" in copy["text"] for copy in theirs)
    await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=mine["message_id"])
    await desk.tap(EDITOR, "A depot was hit")
    await desk.tap(EDITOR, "Correct 4 copies")
    await desk.deliver()
    for reader, copy in zip(READERS, theirs, strict=True):
        shown = next(m for m in desk.screen(reader) if m["message_id"] == copy["message_id"])
        assert "Fire reported at a warehouse near Luhansk" in shown["text"]
        assert "Corrected at" in shown["text"]
        told = desk.screen(reader)[-1]
        assert told["text"].startswith("Correction")
        assert told["reply_to_message"]["message_id"] == copy["message_id"]
        assert "The digest above is put right." in told["text"]


async def test_a_story_withdrawn_from_a_digest_is_struck_out_in_every_copy(
    desk: Newsroom,
) -> None:
    mine, *theirs = await digest_of_a_wrong_story(desk)
    await desk.say(EDITOR, "/retract Nothing was hit.", reply_to=mine["message_id"])
    await desk.tap(EDITOR, "A depot was hit")
    await desk.tap(EDITOR, "Withdraw 4 copies")
    await desk.deliver()
    for reader, copy in zip(READERS, theirs, strict=True):
        shown = next(m for m in desk.screen(reader) if m["message_id"] == copy["message_id"])
        assert "Withdrawn at" in shown["text"]
        assert "Nothing was hit." in shown["text"]


async def test_a_retraction_without_a_reason_asks_for_one(desk: Newsroom) -> None:
    preview, _ = await sent(desk)
    (question,) = await desk.say(EDITOR, "/retract", reply_to=preview["message_id"])
    assert "Why is it withdrawn?" in question["text"]


async def test_a_message_without_news_cannot_be_corrected(desk: Newsroom) -> None:
    said = await desk.sandbox.say(EDITOR, "hello")
    (answer,) = (await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=said))[-1:]
    assert "carries no news that was sent" in answer["text"]


async def test_a_reader_reports_an_error_and_is_answered(desk: Newsroom) -> None:
    await sent(desk)
    reader = READERS[0]
    await desk.tap(reader, "Report an error")
    await desk.say(reader, "It was a <warehouse>.")
    assert "The editors have it" in desk.last(reader)
    await desk.deliver()
    assert "It was a <warehouse>." in desk.last(EDITOR)
    notice = desk.with_button(EDITOR, "Answer")
    await desk.tap(EDITOR, "Answer")
    await desk.say(EDITOR, "You are right, thank you.")
    await desk.deliver()
    assert "You are right, thank you." in desk.last(reader)
    (shown,) = (m for m in desk.screen(EDITOR) if m["message_id"] == notice["message_id"])
    assert "Answered: " in shown["text"]
    assert "Answer" not in labels([shown])[0]
    toast = await desk.tap_data(EDITOR, notice, "report_answer:1")
    assert toast == "Somebody answered that reader already."


async def test_reports_wait_at_the_desk_until_they_are_answered(desk: Newsroom) -> None:
    await sent(desk)
    reader = READERS[0]
    await desk.tap(reader, "Report an error")
    await desk.say(reader, "It was a warehouse.")
    await desk.say(EDITOR, "/desk")
    await desk.tap(EDITOR, "Errors that readers report")
    assert "It was a warehouse." in desk.last(EDITOR)
    assert "Missile strikes reported on a depot near Luhansk" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Answer report")
    await desk.say(EDITOR, "Thank you, you are right.")
    await desk.say(EDITOR, "/desk")
    assert "report of an error" not in desk.last(EDITOR)


async def test_of_an_error_in_a_digest_the_desk_is_told_which_and_opens_its_stories(
    desk: Newsroom,
) -> None:
    await digest_of_a_wrong_story(desk)
    reader = READERS[0]
    await desk.tap(reader, "Report an error")
    await desk.say(reader, "It was a warehouse.")
    await desk.deliver()
    assert desk.last(EDITOR).startswith("A reader reports an error · Digest of 23 November, 08:00")
    await desk.tap(EDITOR, "Its stories")
    await desk.tap(EDITOR, "A depot was hit")
    await desk.tap(EDITOR, "Correct")
    assert desk.last(EDITOR).startswith("What is right?")
    await desk.say(EDITOR, "/desk")
    await desk.tap(EDITOR, "Errors that readers report")
    assert "· Digest of 23 November, 08:00" in desk.last(EDITOR)
