"""One live message per event: newer words in every copy, aloud only where the editor says so."""

from __future__ import annotations

from tests.alerts.builders import EDITOR, OWNER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons
from tests.desk.test_correct import RIGHT, sent

NEWER = "Two more hit near Luhansk\nThe fire is out. Four are hurt."
BEFORE = "Missile strikes reported on a depot near Luhansk"


async def test_a_quiet_update_edits_every_copy_and_sends_nothing(desk: Newsroom) -> None:
    _, card = await sent(desk)
    shown, controls = await desk.say(EDITOR, f"/update {NEWER}", reply_to=card["message_id"])
    assert "3 copies have arrived and will be edited." in controls["text"]
    await desk.tap(EDITOR, "Edit quietly")
    await desk.deliver()
    for reader in READERS:
        (copy,) = desk.screen(reader)
        assert copy["text"] == shown["text"]
        assert copy["text"].startswith("▪︎ Priority · Two more hit near Luhansk")
        assert "Updated at" in copy["text"]
        assert BEFORE in copy["text"].split("first told at")[1]
        assert "expandable_blockquote" in {e["type"] for e in copy["entities"]}


async def test_aloud_a_short_reply_stands_below_each_copy(desk: Newsroom) -> None:
    await sent(desk)
    await desk.tap(EDITOR, "Update the alert")
    await desk.say(EDITOR, NEWER)
    await desk.tap(EDITOR, "Edit and sound")
    await desk.deliver()
    for reader in READERS:
        copy, told = desk.screen(reader)
        assert "Two more hit near Luhansk" in copy["text"]
        assert told["text"].startswith("Update · ")
        assert told["reply_to_message"]["message_id"] == copy["message_id"]


async def test_who_says_so_is_whom_the_newer_words_name_unless_an_editor_said_it(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, "/breaking Missiles hit a depot near Luhansk, the governor says")
    await desk.tap(EDITOR, "Send to 3")
    for newer, label in (
        ("The fire is out, rescuers say", "Unconfirmed: rescuers"),
        ("The fire is out", "Unconfirmed: rescuers"),
    ):
        await desk.tap(EDITOR, "Update the alert")
        assert f"Label: {label}" in (await desk.say(EDITOR, newer))[-1]["text"]
        await desk.tap(EDITOR, "Edit quietly")
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, "The fire is not out, the governor says")
    await desk.tap(EDITOR, "Write who says so")
    await desk.say(EDITOR, "one channel")
    await desk.tap(EDITOR, "Correct it")
    await desk.tap(EDITOR, "Update the alert")
    told = await desk.say(EDITOR, "The fire burns, residents say")
    assert "Label: Unconfirmed: one channel" in told[-1]["text"]


async def test_an_error_in_an_update_is_put_right_below_the_copies_too(desk: Newsroom) -> None:
    await sent(desk)
    await desk.tap(EDITOR, "Update the alert")
    await desk.say(EDITOR, NEWER)
    await desk.tap(EDITOR, "Edit and sound")
    await desk.deliver()
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, RIGHT)
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    for reader in READERS:
        copy, told, note = desk.screen(reader)
        assert "Fire reported at a warehouse" in copy["text"]
        assert "Two more hit" not in told["text"]
        assert told["text"].startswith("Corrected at")
        assert note["text"].startswith("Correction")


async def test_an_update_that_was_overtaken_is_refused(desk: Newsroom) -> None:
    await sent(desk)
    for words in (NEWER, f"{NEWER} More follows."):
        await desk.tap(EDITOR, "Update the alert")
        await desk.say(EDITOR, words)
    old, newer = [m for m in desk.screen(EDITOR) if "Edit quietly" in str(buttons(m))]
    await desk.tap(EDITOR, "Edit quietly", message=newer)
    assert await desk.tap(EDITOR, "Edit quietly", message=old) == (
        "Somebody changed it meanwhile, and your words stand on what it said before."
        " Look at it as it is now; if it is still wrong, begin again there."
    )


async def test_update_without_a_reply_offers_the_newest_alerts_and_keeps_the_words(
    desk: Newsroom,
) -> None:
    (answer,) = await desk.say(EDITOR, f"/update {NEWER}")
    assert answer["text"] == "No alert was sent that could be updated. /breaking writes one."
    await sent(desk)
    (answer,) = await desk.say(EDITOR, f"/update {NEWER}")
    assert "/update and the whole newer text" in answer["text"]
    await desk.tap(EDITOR, "Missile strikes", message=answer)
    assert desk.with_button(EDITOR, "Edit quietly")


async def test_another_severity_is_another_preview_and_the_old_buttons_are_dead(
    desk: Newsroom,
) -> None:
    await sent(desk)
    await desk.tap(EDITOR, "Update the alert")
    await desk.say(EDITOR, NEWER)
    old = desk.screen(EDITOR)[-1]
    await desk.tap(EDITOR, "Severity: Flash")
    controls = desk.screen(EDITOR)[-1]
    assert "The severity rises" in controls["text"]
    assert "Edit quietly" not in str(buttons(controls))
    data = next(b["callback_data"] for b in buttons(old) if b["text"] == "Edit quietly")
    assert await desk.tap_data(EDITOR, old, data) == "That was already decided."
    await desk.tap(EDITOR, "Edit and sound")
    await desk.deliver()
    for reader in READERS:
        copy, _ = desk.screen(reader)
        assert copy["text"].startswith("⚡ Flash · Two more hit near Luhansk")


async def test_where_two_must_agree_the_other_is_asked_before_it_sounds(desk: Newsroom) -> None:
    _, card = await sent(desk)
    await desk.demand_two()
    await desk.say(EDITOR, f"/update {NEWER}", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Ask for approval")
    await desk.deliver()
    assert "asks you to approve an update" in desk.last(OWNER)
    await desk.tap(OWNER, "Look at it")
    await desk.tap(OWNER, "Edit and sound")
    await desk.deliver()
    for reader in READERS:
        assert len(desk.screen(reader)) == 2
