"""An alert with a time: said as people say it, shown, cancelled, released, or back at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.alerts.builders import EDITOR, OWNER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons

TEXT = "/breaking Missile strikes reported on a depot near Luhansk"
HOUR = timedelta(hours=1)


async def drafted(desk: Newsroom, said: str) -> str:
    """A draft with this time; what its card says."""
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send at…")
    assert "now it is 08:00 there" in desk.last(EDITOR)
    await desk.say(EDITOR, said)
    return str(desk.screen(EDITOR)[1]["text"])


def reached(desk: Newsroom) -> list[int]:
    return [len(desk.screen(reader)) for reader in READERS]


async def test_it_goes_out_at_the_time_it_was_approved_for(desk: Newsroom) -> None:
    assert "Goes out:" in await drafted(desk, "14:00 Kyiv")
    assert desk.last(EDITOR).startswith("Draft 1 goes out at this time, if it is approved by then:")
    await desk.tap(EDITOR, "Send to 3 at 14:00")
    assert "approved by 2, waits for its time" in desk.screen(EDITOR)[1]["text"]
    await desk.tick()
    await desk.deliver()
    assert reached(desk) == [0, 0, 0]
    await desk.restart()
    desk.clock.set_by(6 * HOUR)
    await desk.tick()
    await desk.tick()
    await desk.deliver()
    assert reached(desk) == [1, 1, 1]
    await desk.tick()
    assert "delivered" in desk.screen(EDITOR)[1]["text"]
    assert (await desk.audited())[-2:] == ["schedule", "release"]


@pytest.mark.parametrize("how", ["Cancel: back to draft", "Edit text"])
async def test_what_was_cancelled_or_changed_does_not_go_out(desk: Newsroom, how: str) -> None:
    await drafted(desk, "14:00")
    await desk.tap(EDITOR, "Send to 3 at 14:00")
    await desk.tap(EDITOR, how)
    if how == "Edit text":
        await desk.say(EDITOR, "Explosions heard near Luhansk")
    assert "Draft 1" in desk.screen(EDITOR)[1]["text"]
    desk.clock.set_by(6 * HOUR)
    await desk.tick()
    await desk.deliver()
    assert reached(desk) == [0, 0, 0]
    # Its time has passed: that it goes out now is for somebody to say.
    toast = await desk.tap(EDITOR, "Send to 3 at 14:00")
    assert toast.startswith("That time has passed.")
    await desk.tap(EDITOR, "At once instead")
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    assert reached(desk) == [1, 1, 1]


async def test_missed_by_more_than_an_hour_it_is_back_at_the_desk_with_a_notice(
    desk: Newsroom,
) -> None:
    await drafted(desk, "in 20 minutes")
    await desk.tap(EDITOR, "Send to 3 at 08:20")
    desk.clock.set_by(2 * HOUR)
    await desk.restart()
    await desk.tick()
    await desk.deliver()
    assert reached(desk) == [0, 0, 0]
    for who in (OWNER, EDITOR):
        assert "Alert 1 did not go out at its time." in desk.last(who)
    assert "Draft 1" in desk.screen(EDITOR)[1]["text"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("soon", "I found no time in “soon”."),
        ("14:00 Xyzzyville", "I know no place called"),
        ("today 6:00", "That time has passed."),
        ("in 90 hours", "That is more than two days away."),
    ],
)
async def test_what_is_no_time_is_answered_with_what_is_one_and_the_next_is_heard(
    desk: Newsroom, said: str, answer: str
) -> None:
    await drafted(desk, said)
    assert desk.last(EDITOR).startswith(answer)
    assert "6:30" in desk.last(EDITOR) or "14:00" in desk.last(EDITOR)
    await desk.say(EDITOR, "14:00")
    assert desk.last(EDITOR).startswith("Draft 1 goes out at this time")


async def test_where_two_must_agree_the_second_approves_the_time_too(desk: Newsroom) -> None:
    await desk.demand_two()
    await drafted(desk, "14:00")
    await desk.tap(EDITOR, "Propose to")
    await desk.tap(OWNER, "Send to 3 at 14:00")
    desk.clock.set_by(6 * HOUR)
    await desk.tick()
    await desk.deliver()
    assert reached(desk) == [1, 1, 1]
    assert buttons(desk.screen(READERS[0])[0])
