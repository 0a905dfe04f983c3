"""Newer words and corrections in each language: who reads it gets it, all others the main text, labelled."""

from __future__ import annotations

from typing import Any

from digests.vocabulary import Language
from tests.alerts.builders import EDITOR, OWNER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons
from tests.desk.test_languages import TEXT, UKRAINIAN, speaking

NEWER = "Two more hit near Luhansk\nThe fire is out. Four are hurt."
NEWER_UK = "Ще два влучання під Луганськом\nПожежу погашено. Четверо поранених."
RIGHT = "Fire at a warehouse near Luhansk\nIt was empty."
RIGHT_UK = "Горів склад під Луганськом\nВін був порожній."


async def told_in_both(desk: Newsroom) -> dict[str, Any]:
    """An alert in both languages; the first reader reads Ukrainian, the second English. Its card."""
    await speaking(desk, READERS[0], Language.UKRAINIAN)
    await speaking(desk, READERS[1], Language.ENGLISH)
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, UKRAINIAN)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    return desk.with_button(EDITOR, "Correct")


async def test_an_update_reaches_each_reader_in_their_language_as_it_was_shown(
    desk: Newsroom,
) -> None:
    card = await told_in_both(desk)
    await desk.say(EDITOR, f"/update {NEWER}", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Add Ukrainian text")
    english, ukrainian, controls = (await desk.say(EDITOR, NEWER_UK))[-3:]
    assert "falls away" not in controls["text"]
    await desk.tap(EDITOR, "Edit and sound")
    await desk.deliver()
    for reader, shown, newer, before in (
        (READERS[0], ukrainian, NEWER_UK, UKRAINIAN),
        (READERS[1], english, NEWER, "Missile strikes reported on a depot"),
    ):
        copy, told = desk.screen(reader)
        assert copy["text"] == shown["text"]
        assert newer.split("\n")[0] in told["text"]
        assert before.split("\n")[0] in copy["text"]


async def test_without_its_text_a_language_gets_the_main_one_labelled_copy_and_reply(
    desk: Newsroom,
) -> None:
    card = await told_in_both(desk)
    await desk.say(EDITOR, f"/update {NEWER}", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Edit and sound")
    await desk.deliver()
    for message in desk.screen(READERS[0]):
        assert "Two more hit near Luhansk" in message["text"]
        assert "текст англійською" in message["text"]


async def test_the_other_text_of_an_update_is_written_anew_or_taken_away(desk: Newsroom) -> None:
    card = await told_in_both(desk)
    await desk.say(EDITOR, f"/update {NEWER}", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, NEWER_UK)
    old = desk.with_button(EDITOR, "Edit quietly")
    await desk.tap(EDITOR, "Ukrainian text anew")
    shown = await desk.say(EDITOR, "Пожежу погашено")
    assert "Пожежу погашено" in shown[-2]["text"]
    data = next(b["callback_data"] for b in buttons(old) if b["text"] == "Edit quietly")
    assert await desk.tap_data(EDITOR, old, data) == "That was already decided."
    await desk.tap(EDITOR, "Only in English")
    await desk.tap(EDITOR, "Edit quietly")
    await desk.deliver()
    assert "текст англійською" in desk.screen(READERS[0])[0]["text"]


async def test_a_correction_says_what_was_and_is_right_in_each_language(desk: Newsroom) -> None:
    card = await told_in_both(desk)
    await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Add Ukrainian text")
    shown = await desk.say(EDITOR, RIGHT_UK)
    assert shown[0]["text"] != shown[1]["text"]
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    copy, told = desk.screen(READERS[0])
    assert copy["text"] == shown[1]["text"]
    assert "Під Луганськом горить склад" in copy["text"].split("Раніше ми писали")[1]
    assert told["text"] == shown[3]["text"]
    assert "Горів склад під Луганськом" in told["text"]
    copy, told = desk.screen(READERS[1])
    assert (copy["text"], told["text"]) == (shown[0]["text"], shown[2]["text"])


async def test_a_correction_in_one_language_is_labelled_for_the_others(desk: Newsroom) -> None:
    card = await told_in_both(desk)
    said = await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=card["message_id"])
    assert "The Ukrainian text falls away unless you add it" in said[-1]["text"]
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    copy, told = desk.screen(READERS[0])
    assert "текст англійською" in copy["text"]
    assert "(англійською)" in told["text"]


async def test_a_withdrawal_gives_its_reason_in_each_language(desk: Newsroom) -> None:
    card = await told_in_both(desk)
    await desk.say(EDITOR, "/retract They took it back.", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Add Ukrainian text")
    assert "Send the reason in the other language" in desk.last(EDITOR)
    await desk.say(EDITOR, "Посадовці спростували це.")
    await desk.tap(EDITOR, "Withdraw 3 copies")
    await desk.deliver()
    for reader, reason in ((READERS[0], "Посадовці спростували це."), (READERS[1], "They took it")):
        for message in desk.screen(reader):
            assert reason in message["text"]
    assert "They took it" not in desk.screen(READERS[0])[0]["text"]


async def test_who_says_so_is_named_in_each_language_and_stays_through_an_update(
    desk: Newsroom,
) -> None:
    await speaking(desk, READERS[0], Language.UKRAINIAN)
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, "Під Луганськом горить склад")
    await desk.tap(EDITOR, "Label")
    for button, said in (("in English", "the governor"), ("in Ukrainian", "очільник області")):
        await desk.tap(EDITOR, f"Who says so, {button}")
        await desk.say(EDITOR, said)
    await desk.tap(EDITOR, "Done")
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    assert "Не підтверджено: очільник області" in desk.screen(READERS[0])[0]["text"]
    assert "Unconfirmed: the governor" in desk.screen(READERS[1])[0]["text"]
    await desk.tap(EDITOR, "Update the alert")
    await desk.say(EDITOR, NEWER)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, NEWER_UK)
    await desk.tap(EDITOR, "Who says so, in Ukrainian")
    await desk.say(EDITOR, "рятувальники")
    await desk.tap(EDITOR, "Edit quietly")
    await desk.deliver()
    assert "Не підтверджено: рятувальники" in desk.screen(READERS[0])[0]["text"]
    assert "Unconfirmed: the governor" in desk.screen(READERS[1])[0]["text"]


async def test_where_two_must_agree_another_text_must_be_asked_about_anew(desk: Newsroom) -> None:
    card = await told_in_both(desk)
    await desk.demand_two()
    await desk.say(EDITOR, f"/correct {RIGHT}", reply_to=card["message_id"])
    await desk.tap(EDITOR, "Ask for approval")
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.restart()
    await desk.say(EDITOR, RIGHT_UK)
    await desk.tap(EDITOR, "Ask for approval")
    await desk.deliver()
    first, second = [m for m in desk.screen(OWNER) if "asks you to approve" in m["text"]]
    assert await desk.tap(OWNER, "Look at it", message=first) == "That was already decided."
    await desk.tap(OWNER, "Look at it", message=second)
    await desk.tap(OWNER, "Correct 3 copies")
    await desk.deliver()
    assert "Горів склад" in desk.screen(READERS[0])[0]["text"]
