"""By replying to any message about an alert its editor says which one is meant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from digests.alerts.waking import Waking, WakingAlert
from digests.outbox.dispatch import Content, Dispatch, DispatchState
from tests.alerts.builders import EDITOR
from tests.corrections.builders import arrived, sent_alert
from tests.desk.newsroom import Newsroom, labels

WORDS = "Fire at a warehouse\nAn empty warehouse burns."


async def woken(desk: Newsroom, now: datetime, alerts: int) -> tuple[dict[str, Any], list[int]]:
    """An editor has so many alerts in one message that came at waking."""
    (message,) = await desk.say(EDITOR, "/menu")
    async with desk.database.write() as session:
        made = [(await sent_alert(session, now)).id for _ in range(alerts)]
        # All have gone out: what still goes out is not sent again.
        await session.execute(update(Dispatch).values(state=DispatchState.DONE, is_expanded=True))
        waking = Waking(key=",".join(map(str, made)), made_at=now)
        session.add(waking)
        await session.flush()
        session.add_all(
            WakingAlert(waking_id=waking.id, alert_id=one, alert_revision=1) for one in made
        )
        number = message["message_id"]
        await arrived(session, Content.WAKING, waking.id, [EDITOR], now=now, message_id=number)
    return message, made


@pytest.mark.parametrize(
    ("command", "asks"),
    [
        (f"/correct {WORDS}", "Correct"),
        ("/retract It was not so.", "Withdraw"),
        (f"/update {WORDS}", "Edit quietly"),
        ("/resend", "Send"),
    ],
)
@pytest.mark.parametrize("alerts", [1, 2])
async def test_of_one_it_is_known_and_of_several_it_is_asked_and_the_words_are_kept(
    desk: Newsroom, now: datetime, command: str, asks: str, alerts: int
) -> None:
    message, _ = await woken(desk, now, alerts)
    said = await desk.say(EDITOR, command, reply_to=message["message_id"])
    if alerts > 1:
        assert "told of several alerts at once" in said[-1]["text"]
        assert len(labels(said)[0]) == alerts
        await desk.tap(EDITOR, labels(said)[0][0])
    assert [one for one in labels(desk.screen(EDITOR))[-1] if one.startswith(asks)]


async def test_an_old_question_answers_nothing(desk: Newsroom, now: datetime) -> None:
    message, (one, _) = await woken(desk, now, 2)
    await desk.say(EDITOR, f"/correct {WORDS}", reply_to=message["message_id"])
    (asked,) = desk.screen(EDITOR)[-1:]
    before = len(desk.screen(EDITOR))
    await desk.tap_data(EDITOR, asked, f"amend_alert:99:{one}")
    await desk.tap_data(EDITOR, asked, "amend_alert:1:99")
    assert len(desk.screen(EDITOR)) == before
