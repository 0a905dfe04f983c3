"""Where two must agree: proposed to all who may approve, approved or rejected by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox import Fault
from tests.alerts.builders import EDITOR, OWNER, REVIEWER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons

TEXT = "/breaking Missile strikes reported on a depot near Luhansk\nIt burns, officials say."
OWN = "Nobody approves their own."


@pytest.fixture
async def two(desk: Newsroom) -> Newsroom:
    """The newsroom where two must agree, and a draft of the editor's."""
    await desk.demand_two()
    await desk.say(EDITOR, TEXT)
    return desk


def reached(desk: Newsroom) -> list[int]:
    return [len(desk.screen(reader)) for reader in READERS]


async def test_the_second_person_sends_what_the_first_proposed(two: Newsroom) -> None:
    labels = [b["text"] for b in buttons(two.screen(EDITOR)[-1])]
    assert labels[0] == "Propose to 2 others"
    assert not [label for label in labels if label.startswith("Send to")]
    await two.tap(EDITOR, "Propose to 2 others")
    assert "2 others were asked. If nobody answers by 08:10" in two.last(EDITOR)
    assert (await two.tap(EDITOR, "Send alone")).startswith(OWN)
    for other in (OWNER, REVIEWER):
        preview, card = two.screen(other)[-2:]
        assert preview["text"] == two.screen(EDITOR)[0]["text"]
        assert f"{EDITOR} asks you to approve draft 1" in card["text"]
    await two.tap(REVIEWER, "Send to 3")
    await two.deliver()
    assert reached(two) == [1, 1, 1]
    for who in (OWNER, EDITOR, REVIEWER):
        assert "Alert 1" in two.screen(who)[-1]["text"]
    assert (await two.audited())[-3:] == ["propose", "refused send_alert", "approve"]


async def test_a_draft_that_was_not_proposed_cannot_be_sent_by_anybody(two: Newsroom) -> None:
    card = two.screen(EDITOR)[-1]
    for who in (EDITOR, OWNER, REVIEWER):
        toast = await two.tap_data(who, card, "alert_send:1:1")
        assert toast == "Two people must agree here. Propose it first."
    await two.deliver()
    assert reached(two) == [0, 0, 0]


async def test_who_rejects_says_why_and_the_author_changes_it_and_asks_again(
    two: Newsroom,
) -> None:
    await two.tap(EDITOR, "Propose to")
    await two.tap(REVIEWER, "Reject, and say why")
    await two.say(REVIEWER, "Only one source.")
    await two.deliver()
    assert "Draft 1 was not approved by 3: Only one source." in two.last(EDITOR)
    card = two.screen(EDITOR)[1]
    assert "Not approved by 3: Only one source." in card["text"]
    assert (await two.tap_data(OWNER, card, "alert_send:1:1")).startswith("Two people must agree")
    await two.tap(EDITOR, "Edit text", message=card)
    await two.say(EDITOR, "Missile strikes near Luhansk\nTwo sources say so.")
    await two.tap(EDITOR, "Propose to")
    await two.tap(OWNER, "Send to 3")
    await two.deliver()
    assert "Two sources say so." in two.screen(READERS[0])[0]["text"]


async def test_a_change_takes_the_proposal_back_and_old_buttons_are_refused(two: Newsroom) -> None:
    await two.tap(EDITOR, "Propose to")
    card = two.with_button(OWNER, "Send to 3")
    await two.tap(EDITOR, "Back to draft")
    assert (await two.tap_data(OWNER, card, "alert_send:1:1")).startswith("Two people must agree")
    await two.tap(EDITOR, "Severity")
    await two.tap(EDITOR, "⚡ Flash")
    assert (await two.tap_data(OWNER, card, "alert_send:1:1")).startswith("Somebody changed it")
    await two.deliver()
    assert reached(two) == [0, 0, 0]


async def test_after_ten_minutes_without_an_answer_the_author_sends_it_alone(
    two: Newsroom,
) -> None:
    await two.tap(EDITOR, "Propose to")
    two.clock.set_by(timedelta(minutes=10))
    assert await two.tap(EDITOR, "Send alone") == ""
    await two.deliver()
    assert reached(two) == [1, 1, 1]
    (log,) = await two.say(OWNER, "/audit")
    assert "2 · sent out: alert 1 · 3 readers · alone: nobody answered in 10 minutes" in log["text"]


async def test_a_card_that_could_not_be_sent_comes_after_a_restart(two: Newsroom) -> None:
    before = len(two.screen(OWNER))
    two.sandbox.fault(Fault("status", method="sendMessage", chat_id=OWNER, status=502))
    await two.tap(EDITOR, "Propose to")
    assert len(two.screen(OWNER)) == before
    two.sandbox.clear_faults()
    await two.restart()
    two.clock.set_by(timedelta(minutes=2))
    await two.tick()
    assert f"{EDITOR} asks you to approve draft 1" in two.last(OWNER)
    assert await two.tick() == 0


async def test_new_words_in_a_correction_need_the_second_a_withdrawal_does_not(
    two: Newsroom,
) -> None:
    await two.tap(EDITOR, "Propose to")
    await two.tap(OWNER, "Send to 3")
    await two.deliver()
    await two.tap(EDITOR, "Correct")
    await two.say(EDITOR, "Fire at a warehouse near Luhansk")
    assert "Two people must agree on new words." in two.last(EDITOR)
    forged = await two.tap_data(EDITOR, two.screen(EDITOR)[-1], "amend_send:1")
    assert forged == "Two people must agree here. Propose it first."
    await two.tap(EDITOR, "Ask for approval")
    assert (await two.tap(EDITOR, "Send alone")).startswith(OWN)
    await two.deliver()
    await two.tap(OWNER, "Look at it")
    await two.tap(OWNER, "Correct 3 copies")
    await two.deliver()
    copy, told = two.screen(READERS[0])
    assert copy["text"].startswith("▪︎ Priority · Fire at a warehouse")
    assert "Correction" in told["text"]
    await two.tap(EDITOR, "Withdraw", message=two.screen(EDITOR)[1])
    await two.say(EDITOR, "It was not so.")
    await two.tap(EDITOR, "Withdraw 3 copies")
    await two.deliver()
    assert two.screen(READERS[0])[0]["text"].startswith("Withdrawn at")
