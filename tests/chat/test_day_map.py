"""The day's map: asked for under a digest or by /map, and put right with the digest it belongs to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from digests.audience.subscribe import find, set_map
from digests.corrections import amend
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.stories.story import Story
from tests.alerts.builders import EDITOR, deciding, newsroom
from tests.chat.conftest import OLENA, PETER, Conversation, labels
from tests.chat.stories import tell
from tests.corrections.builders import proposed


async def news(talk: Conversation, *places: str, title: str = "Power is back in Kharkiv") -> Story:
    async with talk.database.write() as session:
        told = await tell(session, title, "energy", at=talk.now - timedelta(minutes=5))
        told.places = list(places)
    return told


async def digest(talk: Conversation, reader: int = PETER) -> dict[str, Any]:
    await talk.say(reader, "/subscribe energy")
    await talk.say(reader, "/digest")
    await talk.deliver()
    return talk.last(reader)


@pytest.mark.parametrize(
    ("reader", "label", "caption", "town"),
    [
        (PETER, "Map of the day", "Map of the day", "Places are shown to the nearest town"),
        (OLENA, "Мапа дня", "Мапа дня", "з точністю до найближчого міста"),
    ],
)
async def test_the_map_comes_when_it_is_asked_for(
    talk: Conversation, reader: int, label: str, caption: str, town: str
) -> None:
    await news(talk, "Kharkiv")
    await talk.press(reader, await digest(talk, reader), label)
    await talk.deliver()
    sent = talk.last(reader)
    assert sent["photo"][-1]["width"] == 1080
    assert caption in sent["caption"]
    assert "1 Power is back in Kharkiv" in sent["caption"]
    assert town in sent["caption"]


async def test_said_as_a_command_it_is_of_the_last_digest(talk: Conversation) -> None:
    (answer,) = await talk.say(PETER, "/map")
    assert "There is no digest yet" in answer["text"]
    await news(talk, "Kharkiv")
    await digest(talk)
    await talk.say(PETER, "/map")
    await talk.deliver()
    assert "photo" in talk.last(PETER)


async def test_a_digest_without_places_has_no_button_and_says_so_when_asked(
    talk: Conversation,
) -> None:
    await news(talk)
    assert "Map of the day" not in labels(await digest(talk))
    (answer,) = await talk.say(PETER, "/map")
    assert "name no place" in answer["text"]


@pytest.mark.parametrize("data", ["map:999999", "map:x", "map:1e3", "map:" + "9" * 40])
async def test_a_forged_button_brings_no_map(talk: Conversation, data: str) -> None:
    (page,) = await talk.say(PETER, "/help")
    toast = await talk.tap(PETER, page, data)
    assert toast is not None
    assert "no digest" in toast["text"]
    await talk.deliver()
    assert "photo" not in talk.last(PETER)


async def test_who_wants_it_always_gets_it_above_the_digest(talk: Conversation) -> None:
    await news(talk, "Kharkiv")
    await talk.say(PETER, "/subscribe energy")
    (page,) = await talk.say(PETER, "/settings")
    await talk.press(PETER, page, "Map")
    await talk.press(PETER, talk.last(PETER), "With every digest")
    assert "with a map" in talk.last(PETER)["text"]
    await talk.say(PETER, "/digest")
    await talk.deliver()
    picture, words = talk.from_bot(PETER)[-2:]
    assert "photo" in picture
    assert "Power is back" in words["text"]
    assert "Map of the day" not in labels(words)


@pytest.mark.parametrize(
    ("label", "said", "opened"),
    [("Short: 4 stories", "Length: short", 4), ("✓ Usual: 8 stories", "Length: usual", 8)],
)
async def test_a_digest_is_as_long_as_its_reader_wants(
    talk: Conversation, label: str, said: str, opened: int
) -> None:
    for number in range(10):
        await news(talk, title=f"Story {number}")
    await talk.say(PETER, "/subscribe energy")
    (page,) = await talk.say(PETER, "/settings")
    await talk.press(PETER, page, "Length")
    await talk.press(PETER, talk.last(PETER), label)
    assert said in talk.last(PETER)["text"]
    await talk.say(PETER, "/digest")
    await talk.deliver()
    sent = talk.last(PETER)
    folded = next(e for e in sent["entities"] if e["type"] == "expandable_blockquote")
    assert sent["text"][: folded["offset"]].count("Story ") == opened


@pytest.mark.parametrize("always", [True, False])
async def test_a_withdrawn_story_leaves_the_map_where_it_stands(
    talk: Conversation, always: bool
) -> None:
    """Its words are struck through, its dot is gone, and the message is the same."""
    told = await news(talk, "Kharkiv")
    await talk.say(PETER, "/subscribe energy")
    async with talk.database.write() as session:
        row = await find(session, PETER)
        assert row is not None
        await set_map(session, row, wanted=always)
    await talk.say(PETER, "/digest")
    await talk.deliver()
    if not always:
        await talk.press(PETER, talk.last(PETER), "Map of the day")
        await talk.deliver()
    (before,) = [m for m in talk.from_bot(PETER) if "photo" in m]
    talk.later(minutes=10)
    async with talk.database.write() as session:
        await newsroom(session, talk.now)
        correction = await proposed(
            session, CorrectionKind.RETRACT, CorrectedSubject.STORY, told.id, now=talk.now
        )
        await amend.approve(session, correction.id, **deciding(EDITOR, talk.now))
    await talk.deliver()
    (after,) = [m for m in talk.from_bot(PETER) if "photo" in m]
    assert after["message_id"] == before["message_id"]
    assert "Withdrawn" in after["caption"]
    assert after["photo"][-1]["file_id"] != before["photo"][-1]["file_id"]
