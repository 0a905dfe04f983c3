"""A reader follows one story of a digest and mutes another: what comes in between, and what in digests."""

from __future__ import annotations

from datetime import timedelta

from bot.sample import EDITOR, READER
from tests.journeys.town import Row, Town

DEPOT = ("Drones cut power to 40,000 homes in Kharkiv region", "Crews repair the grid at night.")
NEWER = (
    "Power is back in 30,000 of 40,000 homes in Kharkiv region",
    "Hospitals got electricity back at 11 o'clock; 10,000 homes of Kharkiv region wait for crews.",
)
NEWEST = (
    "Power is back in all 40,000 homes in Kharkiv region after drones cut it",
    "The energy minister thanked 250 engineers who worked through the night in Kharkiv region.",
)
SHIPS = ("Hydropower station in Dnipro restarts its turbine", "Electricity flows again on Monday.")
SHIPS_AGAIN = (
    "Hydropower station in Dnipro stops its turbine again",
    "A crack 12 metres long was found in the turbine of the Dnipro hydropower station.",
)


async def subscribed(town: Town, *others: int) -> Row:
    """The morning's digest with both stories, as the reader has it; others have it too."""
    await town.story(*DEPOT)
    await town.story(*SHIPS)
    await town.say(EDITOR, "/start")
    for person in (READER, *others):
        for words in ("/start", "/subscribe energy", "/timezone Kyiv", "/time 08:30 20:00"):
            await town.say(person, words)
    await town.until(town.clock.now.replace(hour=6, minute=30, second=1))
    digest = town.heard(READER)[-1]
    assert DEPOT[0] in digest["text"]
    assert SHIPS[0] in digest["text"]
    return digest


def number_of(page: Row, title: str) -> str:
    """Which number the list gives a story."""
    return next(line.split(".")[0] for line in page["text"].split("\n") if title in line)


async def chosen(town: Town, *others: int) -> Row:
    """The reader follows the one and mutes the other; others follow the one."""
    digest = await subscribed(town, *others)
    for person in (READER, *others):
        await town.tap(person, "Follow a story")
        page = town.heard(person)[-1]
        await town.tap(person, f"Follow {number_of(page, DEPOT[0])}")
    await town.tap(READER, f"Mute {number_of(page, SHIPS[0])}")
    page = town.heard(READER)[-1]
    assert f"{DEPOT[0]} · Followed" in page["text"]
    assert f"{SHIPS[0]} · Muted" in page["text"]
    return digest


async def later(town: Town, **by: float) -> list[Row]:
    """Time passes; what came."""
    before = town.last_id(READER)
    await town.until(town.clock.now + timedelta(**by))
    return [m for m in town.heard(READER) if m["message_id"] > before]


async def test_news_comes_once_as_a_silent_reply_and_the_digest_tells_only_what_came_after(
    town: Town,
) -> None:
    digest = await chosen(town)
    await town.story(*NEWER)
    await town.story(*SHIPS_AGAIN)
    (news,) = await later(town, minutes=5)
    assert news["text"].startswith("News of a story you follow")
    assert "New: Hospitals got electricity back" in news["text"]
    assert news["reply_to_message"]["message_id"] == digest["message_id"]
    assert town.telegram.world.messages[READER][news["message_id"]].silent
    await town.restart()
    assert await later(town, minutes=90) == []
    (evening,) = await later(town, hours=10)
    assert "Nothing new on your topics" in evening["text"]


async def test_the_next_news_waits_an_hour_and_survives_a_restart(town: Town) -> None:
    await chosen(town)
    await town.story(*NEWER)
    assert len(await later(town, minutes=5)) == 1
    await town.story(*NEWEST)
    assert await later(town, minutes=50) == []
    await town.restart()
    (news,) = await later(town, minutes=10)
    assert "thanked 250 engineers" in news["text"]


async def test_a_correction_in_reply_to_the_news_reaches_it_and_is_told_once(town: Town) -> None:
    await chosen(town, EDITOR)
    await town.story(*NEWER)
    (news,) = await later(town, minutes=5)
    copy = town.heard(EDITOR)[-1]["message_id"]
    right = "/correct Power is back in 3,000 homes in Kharkiv region"
    await town.telegram.say(EDITOR, right, reply_to=copy)
    await town.heed()
    await town.tap(EDITOR, NEWER[0])
    await town.tap(EDITOR, "Correct 4 copies")
    (note,) = await later(town, minutes=2)
    assert note["text"].startswith("Correction")
    shown = {m["message_id"]: m["text"] for m in town.heard(READER)}
    assert "Power is back in 3,000 homes" in shown[news["message_id"]]
    assert "Corrected at" in shown[news["message_id"]]
    assert "New:" not in shown[news["message_id"]]


async def test_following_lists_both_and_undoes_them(town: Town) -> None:
    await chosen(town)
    (page,) = await town.say(READER, "/following")
    assert f"Followed · {DEPOT[0]}" in page
    assert f"Muted · {SHIPS[0]}" in page
    await town.tap(READER, "Unmute")
    await town.tap(READER, "Stop following")
    assert "Nothing now" in town.heard(READER)[-1]["text"]
    await town.story(*NEWER)
    assert await later(town, minutes=65) == []


async def test_under_the_news_itself_it_is_ended_or_muted(town: Town) -> None:
    await chosen(town)
    await town.story(*NEWER)
    (news,) = await later(town, minutes=5)
    for _ in range(2):
        await town.press(READER, news["message_id"], "no_more")
    assert "Followed" not in (await town.say(READER, "/following"))[0]
    await town.press(READER, news["message_id"], "mute")
    assert (await town.say(READER, "/following"))[0].count("Muted") == 2


async def test_a_button_for_a_digest_or_story_that_is_not_theirs_does_nothing(town: Town) -> None:
    digest = await subscribed(town)
    for data in (
        "stories:999",
        "stories:x:y",
        "wish:1:999:0:f",
        "wish:999:1:0:f",
        "wish:1:1:0:x",
        "wish:1:1:0",
        "wish:٣:1:0:f",
    ):
        await town.press(READER, digest["message_id"], data)
    await town.press(EDITOR, town.heard(EDITOR)[-1]["message_id"], "wish:1:1:0:f")
    for person in (READER, EDITOR):
        assert "Nothing now" in (await town.say(person, "/following"))[0]
