"""Nights: what may wake a reader, what waits until the morning, and what they read then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.sample import EDITOR, READER
from digests.alerts.alert import Alert
from digests.alerts.propose import newest
from digests.corrections import amend
from digests.corrections.amendment import Amendment
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from tests.journeys.town import Town

WORDS = {
    "en": {
        "waking": "In your quiet hours: 2 breaking items",
        "withdrawn": "1 more item was withdrawn",
        "hours": "Quiet hours",
        "where": "Kharkiv · ",
    },
    "uk": {
        "waking": "За ваші тихі години: 2 термінові новини",
        "withdrawn": "Ще 1 новину тим часом",
        "hours": "Тихі години",
        "where": "Харків · ",
    },
}
DEPOT = "Fuel depot burns near Kharkiv\nNobody is said to be hurt, energy ministry says."
TRAINS = "Trains to Kharkiv run late\nPower lines are being repaired, energy ministry says."
BRIDGE = "Bridge near Kharkiv closed\nEnergy ministry engineers look at it."


async def withdrawn(town: Town, text: str) -> None:
    """The editor takes it back, and the edits go out."""
    now, owners = town.clock.now, [EDITOR]
    async with town.database.write() as session:
        for one in (await session.scalars(select(Alert))).all():
            words = await newest(session, one)
            if words.texts[words.main_language].startswith(text[:20]):
                wrong = Amendment(
                    CorrectionKind.RETRACT, CorrectedSubject.ALERT, one.id, one.revision,
                    note="It was not so.",
                )  # fmt: skip
                made = await amend.propose(session, wrong, by=EDITOR, owners=owners, now=now)
                await amend.approve(
                    session, made.id, by=EDITOR, owners=owners, now=now, two_person=False
                )
    await town.until(town.clock.now + timedelta(seconds=5))
    await town.until(town.clock.now + timedelta(seconds=5))


async def asleep(town: Town, language: str) -> None:
    """A reader of energy news with quiet hours from 07:00 to 11:00; it is 08:00 in Kyiv."""
    await town.say(READER, "/start")
    if language == "uk":
        await town.tap(READER, "Українською")
    await town.say(READER, "/subscribe energy")
    await town.say(READER, "/timezone Kyiv")
    await town.say(READER, "/time off")
    [said] = await town.say(READER, "/quiet 7:00-11:00")
    assert "07:00" in said
    assert "11:00" in said


async def broken(town: Town, text: str, severity: str) -> None:
    """The editor sends it with this severity."""
    await town.say(EDITOR, f"/breaking {text}")
    await town.tap(EDITOR, "Severity")
    await town.tap(EDITOR, severity)
    await town.tap(EDITOR, "Send to")
    await town.until(town.clock.now + timedelta(seconds=5))


@pytest.mark.parametrize("language", ["en", "uk"])
async def test_what_the_night_held_is_read_in_the_morning_as_it_stands_then(
    town: Town, language: str
) -> None:
    """Flash comes at once and sounds; routine waits; a withdrawn item is only counted."""
    await town.say(EDITOR, "/start")
    await asleep(town, language)
    before = town.last_id(READER)
    await broken(town, DEPOT, "Routine")
    await broken(town, BRIDGE, "Routine")
    await town.say(EDITOR, "/desk")
    await broken(town, TRAINS, "Routine")
    assert await town.got(READER, before) == []
    await broken(town, "Missile alert for Kharkiv, energy ministry says", "⚡")
    [flash] = await town.got(READER, before)
    assert "Missile alert" in flash
    assert not town.heard(READER)[-1].get("disable_notification")

    await town.restart()
    await withdrawn(town, BRIDGE)
    before = town.last_id(READER)
    await town.until(town.clock.now.replace(hour=8, minute=59, second=50))
    assert await town.got(READER, before) == []
    await town.until(town.clock.now.replace(hour=9, minute=0, second=5))
    [waking] = await town.got(READER, before)
    assert WORDS[language]["waking"] in waking
    assert WORDS[language]["withdrawn"] in waking
    assert "Fuel depot burns" in waking
    assert waking.count(WORDS[language]["where"]) == 2
    assert "Trains to Kharkiv" in waking
    assert "Bridge" not in waking
    held = town.heard(READER)[-1]["message_id"]
    await town.tap(READER, WORDS[language]["hours"])
    assert town.last_id(READER) > held
    before = held - 1

    await town.restart()
    await town.until(town.clock.now + timedelta(hours=1))
    assert len(await town.got(READER, before)) == 2
    await withdrawn(town, DEPOT)
    [waking, _page, told] = await town.got(READER, before)
    assert WORDS[language]["waking"] in waking
    assert "It was not so" in waking
    assert "It was not so" in told
