"""From /breaking to every reader, with everything an editor can change on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.alerts.builders import EDITOR, OWNER, REVIEWER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons

TEXT = "/breaking Missile strikes reported on a depot near Luhansk\nIt burns, officials say."


async def test_a_breaking_item_is_shown_sent_and_watched(desk: Newsroom) -> None:
    preview, card = await desk.say(EDITOR, TEXT)
    assert preview["text"].startswith("▪︎ Priority · Missile strikes reported on a depot")
    assert "Unconfirmed" in preview["text"]
    assert "Reaches 3 readers in 1 s at 1,000 a second" in card["text"]
    await desk.tap(EDITOR, "Send to 3")
    assert "going out" in desk.last(EDITOR)
    await desk.deliver()
    for reader in READERS:
        (copy,) = desk.screen(reader)
        assert (copy["text"], buttons(copy)) == (preview["text"], buttons(preview))
    await desk.tick()
    assert "delivered" in desk.last(EDITOR)
    assert "Delivered: 3" in desk.last(EDITOR)
    assert await desk.tick() == 0


async def test_a_tap_on_what_is_already_set_changes_nothing(desk: Newsroom) -> None:
    """The card stays as it was, an approval for later is kept, and nothing is written down."""
    await desk.say(EDITOR, TEXT)
    send = desk.with_button(EDITOR, "Send to 3")["reply_markup"]
    await desk.tap(EDITOR, "Severity")
    await desk.tap(EDITOR, "✓ ▪︎ Priority")
    await desk.tap(EDITOR, "Label")
    await desk.tap(EDITOR, "✓ Unconfirmed")
    await desk.tap(EDITOR, "Done")
    assert desk.with_button(EDITOR, "Send to 3")["reply_markup"] == send
    assert await desk.audited() == ["appoint", "appoint", "draft"]


async def test_topics_severity_and_label_are_changed_by_buttons(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking Grain leaves the port of Odesa again")
    await desk.tap(EDITOR, "Topics")
    for button in buttons(desk.screen(EDITOR)[-1]):
        if button["text"].startswith("✓"):
            await desk.tap(EDITOR, button["text"])
    await desk.tap(EDITOR, "Done")
    assert "would reach nobody" in desk.last(EDITOR)
    assert not [b for b in buttons(desk.screen(EDITOR)[-1]) if b["text"].startswith("Send to")]
    await desk.tap(EDITOR, "Topics")
    await desk.tap(EDITOR, "Strikes")
    await desk.tap(EDITOR, "Done")
    assert "Reaches 3 readers" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Severity")
    await desk.tap(EDITOR, "✓ ▪︎ Priority")
    await desk.tap(EDITOR, "Label")
    await desk.tap(EDITOR, "Confirmed")
    await desk.tap(EDITOR, "Write who says so")
    await desk.say(EDITOR, "the port\nauthority")
    preview = desk.screen(EDITOR)[0]["text"]
    assert preview.startswith("▪︎ Priority · Grain leaves")
    assert "Confirmed: the port authority" in preview


async def test_the_text_is_changed_by_writing_it_anew(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Edit text")
    await desk.say(EDITOR, "Explosions heard near Luhansk\nNothing more is known.")
    assert "Explosions heard near Luhansk" in desk.screen(EDITOR)[0]["text"]
    assert "Missile" not in desk.screen(EDITOR)[0]["text"]


async def test_a_text_too_long_is_refused_and_asked_for_again(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking")
    (refusal,) = await desk.say(EDITOR, "<&a " * 1024)
    assert "at most 2500 characters" in refusal["text"]
    await desk.say(EDITOR, "Missile strikes near Luhansk")
    assert "Reaches 3 readers" in desk.last(EDITOR)


async def test_breaking_alone_asks_what_happened(desk: Newsroom) -> None:
    (question,) = await desk.say(EDITOR, "/breaking")
    assert "What happened?" in question["text"]
    await desk.say(EDITOR, "Missile strikes near Luhansk")
    assert "Reaches 3 readers" in desk.last(EDITOR)


async def test_a_link_alone_is_kept_as_the_source_and_its_words_are_asked_for(
    desk: Newsroom,
) -> None:
    link = "https://example.org/strike"
    (question,) = await desk.say(EDITOR, f"/breaking {link}")
    assert "keep it as the source" in question["text"]
    (question,) = await desk.say(EDITOR, link)
    assert "keep it as the source" in question["text"]
    preview, card = await desk.say(EDITOR, "Missile strikes near Luhansk. It burns, officials say.")
    assert preview["text"].startswith("▪︎ Priority · Missile strikes near Luhansk\nUnconfirmed: off")
    assert link in {entity.get("url") for entity in preview["entities"]}
    assert "Reaches 3 readers" in card["text"]


async def test_a_replied_message_is_the_item(desk: Newsroom) -> None:
    said = await desk.sandbox.say(EDITOR, "Missile strikes near Luhansk")
    await desk.heed()
    await desk.say(EDITOR, "/breaking", reply_to=said)
    assert "Reaches 3 readers" in desk.last(EDITOR)


async def test_a_photos_caption_is_the_item(desk: Newsroom) -> None:
    await desk.sandbox.send_photo(EDITOR, "/breaking Missile strikes near Luhansk")
    await desk.heed()
    assert "Reaches 3 readers" in desk.last(EDITOR)


async def test_a_draft_that_was_discarded_reaches_nobody(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Discard")
    await desk.deliver()
    assert "Nobody got it" in desk.last(EDITOR)
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]


async def test_a_second_person_opens_the_draft_from_the_desk_and_sends_it(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.say(REVIEWER, "/desk")
    await desk.tap(REVIEWER, "Draft 1")
    await desk.tap(REVIEWER, "Send to 3")
    # Both cards show it.
    assert "going out" in desk.last(EDITOR)
    assert "going out" in desk.last(REVIEWER)


@pytest.mark.parametrize("step", range(4))
async def test_a_restart_at_any_step_loses_nothing(desk: Newsroom, step: int) -> None:
    steps = [
        lambda: desk.say(EDITOR, "/breaking"),
        lambda: desk.say(EDITOR, "Missile strikes near Luhansk"),
        lambda: desk.tap(EDITOR, "Send to 3"),
        desk.deliver,
    ]
    for number, act in enumerate(steps):
        if number == step:
            await desk.restart()
        await act()
    await desk.tick()
    assert [len(desk.screen(reader)) for reader in READERS] == [1, 1, 1]
    assert "Delivered: 3" in desk.last(EDITOR)


async def test_pause_holds_resume_lets_go_and_recall_ends_it(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.tap(EDITOR, "Pause")
    await desk.deliver()
    assert desk.screen(READERS[0]) == []
    assert "paused" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Resume")
    assert "going out" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Recall")
    assert "Nobody has it yet." in desk.last(EDITOR)
    await desk.tap(EDITOR, "Let it go on")
    await desk.tap(EDITOR, "Recall")
    await desk.tap(EDITOR, "Recall it")
    await desk.deliver()
    await desk.tick()
    assert desk.screen(READERS[0]) == []
    card = desk.screen(EDITOR)[1]
    assert "recalled" in card["text"]
    assert "Not sent: 3" in card["text"]
    assert buttons(card) == []
    audited = [act for act in await desk.audited() if act in ("pause", "resume", "recall")]
    assert audited == ["pause", "resume", "recall"]


async def test_the_rate_is_not_measured_over_a_pause(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.tick()
    await desk.tap(EDITOR, "Pause")
    desk.clock.set_by(timedelta(minutes=5))
    await desk.tap(EDITOR, "Resume")
    assert "1,000 a second" in desk.screen(EDITOR)[1]["text"]


async def test_a_draft_written_in_a_group_is_shown_in_private(desk: Newsroom) -> None:
    desk.sandbox.add_group(-100500, "Newsroom", members={EDITOR: "member", OWNER: "creator"})
    desk.sandbox.add_bot_to(-100500, by=OWNER)
    await desk.heed()
    before = len(desk.screen(-100500))
    await desk.say(EDITOR, TEXT, chat_id=-100500)
    assert len(desk.screen(-100500)) == before
    assert "Reaches 3 readers" in desk.last(EDITOR)


async def test_markup_in_every_field_is_shown_as_it_was_typed(desk: Newsroom) -> None:
    nasty = "<b>Strikes</b> & </blockquote> {{ 7*7 }} %(n)s near Luhansk"
    await desk.say(EDITOR, f"/breaking {nasty}\n<script>{{% raw %}}</script>")
    await desk.tap(EDITOR, "Label")
    await desk.tap(EDITOR, "Write who says so")
    await desk.say(EDITOR, "<i>officials</i> & </i>")
    preview = desk.screen(EDITOR)[0]["text"]
    assert nasty in preview
    assert "<script>{% raw %}</script>" in preview
    assert "<i>officials</i> & </i>" in preview
