"""Whoever may not is refused with a reason; it is written down, and nothing is sent."""

from __future__ import annotations

import asyncio
from inspect import signature

import pytest

from bot.application import BUTTONS, COMMANDS, For
from tests.alerts.builders import EDITOR, OWNER, READER, REVIEWER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons

TEXT = "/breaking Missile strikes reported on a depot near Luhansk"
ONLY = "Only people whom the owners appointed may do that."

FOR_READERS = {"report", "report_drop"}


def forged() -> list[str]:
    """Data for every button of the desk, with a 1 for each word that it carries."""
    return [
        ":".join([name, *("1" for _ in list(signature(handler).parameters)[2:])])
        for name, handler in BUTTONS.items()
        if handler.__module__.startswith("bot.desk") and name not in FOR_READERS
    ]


FORGED = forged()


async def test_a_reader_who_forges_any_of_the_desks_buttons_is_refused(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.say(READER, "/start")
    message = desk.screen(READER)[-1]
    for data in FORGED:
        assert await desk.tap_data(READER, message, data) == ONLY, data
    await desk.deliver()
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]
    audited = [act for act in await desk.audited() if act.startswith("refused")]
    # Handlers of one name wish the same, and the same twice in a row is written down once.
    wishes = {BUTTONS[data.split(":")[0]].__name__ for data in FORGED}
    assert set(audited) == {f"refused {wish}" for wish in wishes}
    assert len(wishes) > 30


@pytest.mark.parametrize(
    "command", [c.name for c in COMMANDS if c.whom is not For.EVERYONE], ids=str
)
async def test_a_readers_editor_command_is_refused(desk: Newsroom, command: str) -> None:
    (answer,) = await desk.say(READER, f"/{command} 1")
    said, _, more = answer["text"].partition("\n")
    assert said == ONLY
    assert ("“Report an error”" in more) == (command in ("correct", "retract"))
    assert len([act for act in await desk.audited() if act.startswith("refused")]) == 1


@pytest.mark.parametrize(
    "data",
    [
        "alert_send:1:x",
        "alert_send:-1:1",
        "alert_send:999999999999999999999:1",
        "alert_send:٣:1",
        "alert_page:1:1:secrets",
        "alert_topic:1:1:no-such",
        "alert_severity:1:1:loud",
        "alert_label:1:1:retracted",
        "alert:404",
        "amend_send:404",
        "source:404",
        "dismiss:404",
        "report_answer:404",
        "post_keep:404",
    ],
)
async def test_hostile_data_of_an_owner_gets_a_reason(desk: Newsroom, data: str) -> None:
    await desk.say(OWNER, TEXT)
    assert await desk.tap_data(OWNER, desk.screen(OWNER)[-1], data) == (
        "That is not there, or not there any more."
    )


async def test_a_dismissed_editors_old_buttons_are_dead(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.say(OWNER, "/editors")
    await desk.tap(OWNER, f"Remove {EDITOR}")
    assert await desk.tap(EDITOR, "Send to 3") == ONLY
    await desk.tap(OWNER, f"Remove {REVIEWER}")
    await desk.deliver()
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]
    assert "refused send_alert" in await desk.audited()


async def test_a_dismissed_editors_open_question_is_dead_too(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking")
    await desk.say(OWNER, "/editors")
    await desk.tap(OWNER, f"Remove {EDITOR}")
    assert (await desk.say(EDITOR, "Missile strikes near Luhansk"))[0]["text"] == ONLY


async def test_a_second_press_is_refused_with_a_reason(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    card = desk.with_button(EDITOR, "Send to 3")
    send = next(b["callback_data"] for b in buttons(card) if b["text"].startswith("Send"))
    assert await desk.tap_data(EDITOR, card, send) == ""
    assert await desk.tap_data(EDITOR, card, send) == "That was already decided."
    assert await desk.tap_data(REVIEWER, card, send) == "That was already decided."
    await desk.deliver()
    assert [len(desk.screen(reader)) for reader in READERS] == [1, 1, 1]


async def test_a_press_on_what_was_changed_meanwhile_is_refused_and_shows_the_change(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, TEXT)
    card = desk.with_button(EDITOR, "Send to 3")
    send = next(b["callback_data"] for b in buttons(card) if b["text"].startswith("Send"))
    await desk.tap(EDITOR, "Severity")
    await desk.tap(EDITOR, "⚡ Flash")
    assert (await desk.tap_data(EDITOR, card, send)).startswith("Somebody changed it meanwhile")
    await desk.deliver()
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]


async def test_an_anonymous_admin_and_a_channel_are_refused(desk: Newsroom) -> None:
    group = -100500
    desk.sandbox.add_group(group, "Newsroom", members={OWNER: "creator"})
    desk.sandbox.add_bot_to(group, by=OWNER)
    await desk.heed()
    for number, sender in enumerate((1087968824, 136817688), start=1):
        before = len(desk.screen(group))
        await desk.sandbox.push_update(
            {
                "message": {
                    "message_id": 9000 + number,
                    "date": 1,
                    "chat": {"id": group, "type": "supergroup", "title": "Newsroom"},
                    "from": {"id": sender, "is_bot": True, "first_name": "Group"},
                    "sender_chat": {"id": group, "type": "supergroup", "title": "Newsroom"},
                    "text": TEXT,
                    "entities": [{"type": "bot_command", "offset": 0, "length": 9}],
                }
            }
        )
        await desk.heed()
        assert len(desk.screen(group)) == before + 1
        assert "I must know who you are" in desk.last(group)
    await desk.deliver()
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]


async def test_a_command_posted_in_a_channel_does_nothing_and_says_nothing_there(
    desk: Newsroom,
) -> None:
    channel = -100777
    desk.sandbox.add_channel(channel, "Dnipro Courier")
    desk.sandbox.add_bot_to(channel, by=OWNER)
    await desk.heed()
    before = len(desk.screen(channel))
    await desk.sandbox.post(channel, TEXT)
    await desk.heed()
    await desk.deliver()
    assert len(desk.screen(channel)) == before
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]
    assert "refused breaking" in await desk.audited()


HEAVY = "<b>&amp;</b> @who #tag /cmd https://e.org/?a=1&b=2 +380 \u202e\u0301 "


@pytest.mark.parametrize("field", ["breaking", "Edit text", "Write who says so", "Send at…"])
async def test_4096_characters_heavy_with_entities_are_refused_in_every_field(
    desk: Newsroom, field: str
) -> None:
    await desk.say(EDITOR, TEXT)
    if field == "breaking":
        await desk.say(EDITOR, "/breaking")
    else:
        if field.startswith("Write"):
            await desk.tap(EDITOR, "Label")
        await desk.tap(EDITOR, field)
    (refusal,) = await desk.say(EDITOR, (HEAVY * 100)[:4096])
    assert "at most" in refusal["text"] or "no time" in refusal["text"]
    assert (await desk.audited())[-1].startswith("refused")
    await desk.deliver()
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]


async def test_a_reason_that_is_too_long_is_refused_and_nothing_is_withdrawn(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tap(EDITOR, "Withdraw")
    (refusal,) = await desk.say(EDITOR, (HEAVY * 100)[:4096])
    assert "at most 500 characters" in refusal["text"]
    await desk.deliver()
    assert desk.screen(READERS[0])[0]["text"].startswith("▪︎ Priority")


NASTY = "<b>Strikes</b> & </blockquote> {{ 7*7 }} {% raw %} %(n)s %s <tg-emoji>"


async def test_markup_in_every_field_reaches_readers_and_desk_as_it_was_typed(
    desk: Newsroom,
) -> None:
    await desk.demand_two()
    await desk.say(EDITOR, f"/breaking Missile strikes near Luhansk\n{NASTY}")
    await desk.tap(EDITOR, "Label")
    await desk.tap(EDITOR, "Write who says so")
    await desk.say(EDITOR, f"officials {NASTY}")
    await desk.tap(EDITOR, "Done")
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, f"Удари під Луганськом\n{NASTY}")
    await desk.tap(EDITOR, "Propose to")
    await desk.tap(REVIEWER, "Reject, and say why")
    await desk.say(REVIEWER, f"Not so {NASTY}")
    await desk.deliver()
    assert f"Not so {NASTY}" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Propose to", message=desk.with_button(EDITOR, "Propose to"))
    await desk.tap(OWNER, "Send to 3")
    await desk.deliver()
    copy = desk.screen(READERS[0])[0]["text"]
    assert copy.count(NASTY) == 2
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, f"Taken back {NASTY}")
    await desk.tap(EDITOR, "Withdraw 3 copies")
    await desk.deliver()
    assert f"Taken back {NASTY}" in desk.screen(READERS[0])[0]["text"]


async def test_a_dismissed_approvers_card_and_questions_are_dead(desk: Newsroom) -> None:
    await desk.demand_two()
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Propose to")
    await desk.tap(REVIEWER, "Reject, and say why")
    await desk.say(OWNER, "/editors")
    await desk.tap(OWNER, f"Remove {REVIEWER}")
    assert (await desk.say(REVIEWER, "No."))[0]["text"] == ONLY
    assert await desk.tap(REVIEWER, "Send to 3") == ONLY
    await desk.deliver()
    assert [desk.screen(reader) for reader in READERS] == [[], [], []]


async def test_of_two_editors_at_once_one_acts_and_the_other_is_told(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    card = desk.screen(EDITOR)[-1]
    taps = [
        asyncio.create_task(desk.sandbox.tap(who, EDITOR, card["message_id"], data))
        for who, data in ((EDITOR, "alert_send:1:1"), (OWNER, "alert_discard:1:1"))
    ]
    await asyncio.sleep(0)
    await desk.heed()
    toasts = sorted(str((answer or {}).get("text") or "") for answer in await asyncio.gather(*taps))
    assert toasts == ["", "That was already decided."]
    acts = [act for act in await desk.audited() if act in ("approve", "discard")]
    assert len(acts) == 1
    await desk.deliver()
    sent = sum(len(desk.screen(reader)) for reader in READERS)
    assert sent == (3 if acts == ["approve"] else 0)


async def test_an_anonymous_admin_cannot_use_a_link_to_the_desk(desk: Newsroom) -> None:
    await desk.say(OWNER, "/editors")
    await desk.tap(OWNER, "Link for an editor")
    start = "/start " + desk.last(OWNER).partition("start=")[2]
    group = -100500
    desk.sandbox.add_group(group, "Newsroom", members={OWNER: "creator"})
    desk.sandbox.add_bot_to(group, by=OWNER)
    await desk.sandbox.push_update(
        {
            "message": {
                "message_id": 9001,
                "date": 1,
                "chat": {"id": group, "type": "supergroup", "title": "Newsroom"},
                "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"},
                "sender_chat": {"id": group, "type": "supergroup", "title": "Newsroom"},
                "text": start,
                "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
            }
        }
    )
    await desk.heed()
    assert "I must know who you are" in desk.last(group)
    assert "Welcome to the desk" in (await desk.say(READER, start))[0]["text"]


async def test_pause_and_resume_pressed_by_two_say_that_it_is_so_already(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    card = desk.screen(EDITOR)[1]
    for act in ("alert_pause:1", "alert_resume:1"):
        assert await desk.tap_data(EDITOR, card, act) == ""
        toast = await desk.tap_data(OWNER, card, act)
        assert toast == "Somebody at the desk was faster: it is so already."
    await desk.deliver()
    assert (await desk.tap_data(OWNER, card, "alert_pause:1")).startswith("It is over already")
