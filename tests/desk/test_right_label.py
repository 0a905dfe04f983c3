"""A correction changes how sure an alert is and who says so: shown, agreed upon, told to readers, audited."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digests.alerts.alert import AlertRevision
from digests.corrections.correction import Correction
from digests.vocabulary import Language, Standing
from tests.alerts.builders import EDITOR, OWNER, READER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, labels
from tests.desk.test_languages import TEXT, UKRAINIAN, speaking

UK, EN = READERS[:2]


@pytest.fixture
async def confirmed(desk: Newsroom) -> Newsroom:
    """An alert in both languages that was sent as confirmed; who says so is named in both."""
    await speaking(desk, UK, Language.UKRAINIAN)
    await speaking(desk, EN, Language.ENGLISH)
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, UKRAINIAN)
    await desk.tap(EDITOR, "Label")
    await desk.tap(EDITOR, "Confirmed")
    for button, said in (("in English", "the governor"), ("in Ukrainian", "очільник області")):
        await desk.tap(EDITOR, f"Who says so, {button}")
        await desk.say(EDITOR, said)
    await desk.tap(EDITOR, "Done")
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tap(EDITOR, "Correct")
    return desk


async def test_the_label_alone_is_put_right_in_every_copy_and_note_in_each_language(
    confirmed: Newsroom,
) -> None:
    desk = confirmed
    await desk.tap(EDITOR, "Only the label or a place was wrong")
    await desk.tap(EDITOR, "Label: Unconfirmed")
    await desk.tap(EDITOR, "Who says so, in English")
    await desk.say(EDITOR, "one channel")
    await desk.tap(EDITOR, "Who says so, in Ukrainian")
    await desk.say(EDITOR, "один канал")
    shown = [message["text"] for message in desk.screen(EDITOR)[-5:-1]]
    assert "Label: Unconfirmed: one channel; один канал" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    copy, told = (message["text"] for message in desk.screen(EN))
    assert "Unconfirmed: one channel" in copy
    assert "Earlier it was marked: Confirmed: the governor" in copy
    assert "It was marked: Confirmed: the governor\nRight is: Unconfirmed: one channel" in told
    assert "Earlier we said" not in copy
    assert "We said" not in told
    assert [copy, told] == [shown[0], shown[2]]
    copy, told = (message["text"] for message in desk.screen(UK))
    assert "Не підтверджено: один канал" in copy
    assert "Раніше була позначка: Підтверджено: очільник області" in copy
    assert "Була позначка: Підтверджено: очільник області" in told
    assert [copy, told] == [shown[1], shown[3]]


async def test_with_new_words_the_label_changes_too_and_without_a_change_is_not_spoken_of(
    confirmed: Newsroom,
) -> None:
    desk = confirmed
    shown = await desk.say(EDITOR, "Fire at a warehouse near Luhansk\nIt was empty.")
    assert "it was marked" not in shown[0]["text"]
    assert "Label: Confirmed: the governor" in shown[-1]["text"]
    await desk.tap(EDITOR, "Label: Disputed")
    await desk.tap(EDITOR, "Name nobody")
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    copy, told = (message["text"] for message in desk.screen(EN))
    assert "Disputed\n" in copy
    assert "Earlier it was marked: Confirmed: the governor" in copy
    assert "Earlier we said:" in copy
    assert "Right is: Disputed" in told
    assert "Right is: Fire at a warehouse near Luhansk" in told


async def test_who_says_so_alone_is_put_right_and_only_told_to_those_who_saw_it_wrong(
    confirmed: Newsroom,
) -> None:
    desk = confirmed
    await desk.tap(EDITOR, "Only the label or a place was wrong")
    await desk.tap(EDITOR, "Who says so, in Ukrainian")
    await desk.say(EDITOR, "рятувальники")
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    assert "Підтверджено: рятувальники" in desk.screen(UK)[0]["text"]
    assert "Раніше була позначка: Підтверджено: очільник області" in desk.screen(UK)[0]["text"]
    assert "marked" not in desk.screen(EN)[0]["text"]
    await desk.say(EDITOR, "/audit")
    assert "corrected: alert 1 · who says so changed" in desk.last(EDITOR)


async def test_where_two_must_agree_another_label_must_be_asked_about_anew(
    confirmed: Newsroom,
) -> None:
    desk = confirmed
    await desk.demand_two()
    await desk.tap(EDITOR, "Only the label or a place was wrong")
    assert not [label for label in labels(desk.screen(EDITOR))[-1] if label.startswith("Ask")]
    await desk.tap(EDITOR, "Label: Unconfirmed")
    asked = desk.with_button(EDITOR, "Ask for approval")
    await desk.tap(EDITOR, "Ask for approval")
    await desk.restart()
    await desk.tap(EDITOR, "Label: Disputed")
    await desk.deliver()
    first = next(m for m in desk.screen(OWNER) if "asks you to approve" in m["text"])
    assert await desk.tap(OWNER, "Look at it", message=first) == "That was already decided."
    assert await desk.tap_data(EDITOR, asked, "amend_send:2") == "That was already decided."
    await desk.tap(EDITOR, "Ask for approval")
    await desk.deliver()
    second = [m for m in desk.screen(OWNER) if "asks you to approve" in m["text"]][-1]
    await desk.tap(OWNER, "Look at it", message=second)
    assert "Label: Disputed: the governor" in desk.last(OWNER)
    await desk.tap(OWNER, "Correct 3 copies")
    await desk.deliver()
    assert "Disputed: the governor" in desk.screen(EN)[0]["text"]
    await desk.say(OWNER, "/audit")
    assert "corrected: alert 1 · Confirmed → Disputed" in desk.last(OWNER)


async def test_readers_forged_words_and_withdrawals_change_no_label(confirmed: Newsroom) -> None:
    desk = confirmed
    await desk.tap(EDITOR, "Only the label or a place was wrong")
    card = desk.screen(EDITOR)[-1]
    await desk.tap_data(READER, card, "amend_label:1:disputed")
    for data in (
        "amend_label:1:retracted", "amend_label:1:x", "amend_label:9:disputed",
        "amend_who:1:de", "amend_at:1:Lviv", "amend_at:9:Lviv", "amend_rest:9",
    ):  # fmt: skip
        await desk.tap_data(EDITOR, card, data)
    await desk.tap(EDITOR, "Discard")
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "It was not so.")
    await desk.tap_data(EDITOR, desk.screen(EDITOR)[-1], "amend_label:2:disputed")
    async with desk.database.read() as session:
        found = (await session.scalars(select(Correction).order_by(Correction.id))).all()
        assert [one.standing for one in found][:2] == [Standing.CONFIRMED, None]
        words = (await session.scalars(select(AlertRevision.standing))).all()
    assert words[-1] is Standing.CONFIRMED


async def test_a_translation_names_nobody_where_the_alert_names_nobody(desk: Newsroom) -> None:
    await speaking(desk, UK, Language.UKRAINIAN)
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, "Fire at a warehouse near Luhansk\nIt was empty.")
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, "Горів склад під Луганськом\nЗа даними ДСНС, він був порожній.")
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    copy, told = (message["text"] for message in desk.screen(UK))
    assert "За даними ДСНС" in copy
    assert "позначка" not in copy + told
