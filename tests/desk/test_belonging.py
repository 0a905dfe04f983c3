"""An alert typed by hand finds the open story it tells of; its editor has the last word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from digests.alerts.alert import Alert
from digests.audience.following import Following, Wish, story_about, toggle
from digests.audience.subscribe import find
from digests.audience.taste import Taste
from digests.outbox.dispatch import Content
from digests.stories.story import Story
from digests.vocabulary import Language
from tests.alerts.builders import EDITOR, READER
from tests.chat.stories import tell
from tests.corrections.builders import edition
from tests.desk.newsroom import Newsroom, labels

FOLLOWER, MUTER, OTHER = 11, 12, 13
DEPOT = "Fuel depot near Luhansk burns after a missile strike"
TEXT = "/breaking Missiles hit a fuel depot near Luhansk\nThe depot burns, officials say."
UKRAINIAN = (
    "/breaking Ракети влучили в нафтобазу під Луганськом\nНафтобаза горить після ракетного удару."
)


@pytest.fixture
async def stories(desk: Newsroom) -> dict[str, int]:
    """What is open: a depot near Luhansk, one elsewhere, and a railway."""
    at = desk.clock.now - timedelta(hours=2)
    told = {
        "depot": (DEPOT, "Firefighters fight the flames.", ["Luhansk"]),
        "elsewhere": ("Fuel depot in Odesa burns after a missile strike", "", ["Odesa"]),
        "trains": ("Trains between Kyiv and Warsaw run again", "", ["Kyiv", "Warsaw"]),
    }
    made = {}
    async with desk.database.write() as session:
        for name, (title, lead, places) in told.items():
            story = await tell(session, title, "strikes", at=at, lead=lead)
            story.places = places
            made[name] = story.id
    return made


async def story_of(desk: Newsroom) -> int | None:
    async with desk.database.read() as session:
        return (await session.scalars(select(Alert))).one().story_id


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (TEXT, "depot"),
        (UKRAINIAN, "depot"),
        ("/breaking Missiles hit a fuel depot in Kherson\nIt burns.", None),
        ("/breaking Grain leaves the port of Izmail for Egypt", None),
    ],
)
async def test_the_story_of_the_same_event_is_proposed_in_whatever_language_and_no_other(
    desk: Newsroom, stories: dict[str, int], said: str, found: str | None
) -> None:
    await desk.say(EDITOR, said)
    assert await story_of(desk) == (stories[found] if found else None)
    assert (f"Belongs to: {DEPOT}" in desk.last(EDITOR)) == bool(found)


async def test_what_began_three_days_ago_is_open_no_more(
    desk: Newsroom, stories: dict[str, int]
) -> None:
    desk.clock.set_by(timedelta(hours=71))
    await desk.say(EDITOR, TEXT)
    assert await story_of(desk) is None
    await desk.tap(EDITOR, "Choose its story")
    assert "No open story" in desk.last(EDITOR)


async def test_the_editor_takes_another_or_none(desk: Newsroom, stories: dict[str, int]) -> None:
    async with desk.database.write() as session:
        at = desk.clock.now - timedelta(hours=1)
        other = await tell(session, "Missiles hit Luhansk", "strikes", at=at)
        other.places = ["Luhansk"]
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Another story")
    await desk.tap(EDITOR, "Missiles hit Luhansk")
    assert await story_of(desk) == other.id
    assert "Belongs to: Missiles hit Luhansk" in desk.last(EDITOR)
    stale = desk.screen(EDITOR)[-1]
    await desk.tap(EDITOR, "Another story")
    await desk.tap(EDITOR, "It belongs to none")
    assert await story_of(desk) is None
    assert "Belongs to" not in desk.last(EDITOR)
    refused = await desk.tap_data(EDITOR, stale, f"alert_story:1:1:{other.id}")
    assert "changed" in refused


async def test_a_reader_or_a_forged_story_changes_nothing(
    desk: Newsroom, stories: dict[str, int]
) -> None:
    await desk.say(EDITOR, TEXT)
    card = desk.screen(EDITOR)[-1]
    await desk.tap_data(READER, card, f"alert_story:1:1:{stories['trains']}")
    for story in ("999", "x", "-1", "9" * 20):
        await desk.tap_data(EDITOR, card, f"alert_story:1:1:{story}")
    assert await story_of(desk) == stories["depot"]


async def test_who_muted_the_story_is_spared_and_who_follows_it_knows_it_then(
    desk: Newsroom, stories: dict[str, int]
) -> None:
    about = story_about(stories["depot"])
    async with desk.database.write() as session:
        for chat, wish in ((FOLLOWER, Wish.FOLLOW), (MUTER, Wish.MUTE)):
            row = await find(session, chat)
            assert row is not None
            await toggle(session, row.id, about, wish, now=desk.clock.now, knows=1)
    await desk.say(EDITOR, TEXT)
    assert "Send to 2" in labels(desk.screen(EDITOR))[-1]
    await desk.tap(EDITOR, "Send to 2")
    await desk.deliver()
    assert [len(desk.screen(reader)) for reader in (FOLLOWER, MUTER, OTHER)] == [1, 0, 1]
    async with desk.database.read() as session:
        told = select(Following.told_at).where(Following.wish == Wish.FOLLOW)
        assert (await session.scalars(told)).one() is not None


async def test_the_digest_says_that_an_alert_was_sent(
    desk: Newsroom, stories: dict[str, int]
) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Send to 3")
    async with desk.database.write() as session:
        story = await session.get_one(Story, stories["depot"])
        taste = (await session.scalars(select(Taste))).one()
        made = await edition(session, taste, story, desk.clock.now + timedelta(minutes=5))
    parts = await desk.services.contents.parts(Content.EDITION, made.id, 1, Language.ENGLISH, "UTC")
    assert "alert sent at" in parts[0].text


async def test_a_text_that_tells_of_something_else_is_matched_again_until_an_editor_chooses(
    desk: Newsroom, stories: dict[str, int]
) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Edit text")
    await desk.say(EDITOR, "Missiles hit a fuel depot in Odesa\nThe depot burns.")
    assert await story_of(desk) == stories["elsewhere"]
    await desk.tap(EDITOR, "Edit text")
    await desk.say(EDITOR, "Grain leaves the port of Izmail for Egypt")
    assert await story_of(desk) is None
    await desk.tap(EDITOR, "Severity")
    await desk.tap(EDITOR, "⚡ Flash")
    await desk.tap(EDITOR, "Edit text")
    await desk.say(EDITOR, TEXT.removeprefix("/breaking "))
    assert await story_of(desk) == stories["depot"]
    await desk.tap(EDITOR, "Another story")
    await desk.tap(EDITOR, "It belongs to none")
    await desk.tap(EDITOR, "Edit text")
    await desk.say(EDITOR, f"{TEXT.removeprefix('/breaking ')} Nobody is hurt.")
    assert await story_of(desk) is None


async def test_a_story_that_was_not_proposed_is_found_by_its_words_and_then_stays(
    desk: Newsroom, stories: dict[str, int]
) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Another story")
    await desk.tap(EDITOR, "Find by words")
    await desk.restart()
    await desk.say(EDITOR, "Donald Duck")
    assert "No other story holds “Donald Duck”" in desk.with_button(EDITOR, "Find")["text"]
    await desk.tap(EDITOR, "Find by words")
    await desk.say(EDITOR, "trains warsaw")
    assert "Stories with “trains warsaw”" in desk.with_button(EDITOR, "Find")["text"]
    await desk.tap(EDITOR, "Trains between Kyiv and Warsaw")
    assert await story_of(desk) == stories["trains"]
    assert "Belongs to: Trains between" in desk.with_button(EDITOR, "Another story")["text"]
    await desk.tap(EDITOR, "Edit text")
    await desk.say(EDITOR, f"{TEXT.removeprefix('/breaking ')} Nobody is hurt.")
    assert await story_of(desk) == stories["trains"]


async def test_what_was_looked_for_in_a_draft_that_has_changed_is_refused(
    desk: Newsroom, stories: dict[str, int]
) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Another story")
    await desk.tap(EDITOR, "Find by words")
    card = desk.with_button(EDITOR, "Find by words")
    await desk.tap_data(EDITOR, card, "alert_severity:1:1:routine")
    assert "Somebody changed it" in (await desk.say(EDITOR, "trains warsaw"))[-1]["text"]
