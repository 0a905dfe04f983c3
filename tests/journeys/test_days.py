"""Journeys: what a reader and an editor live through, from the first word to the last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sample import EDITOR, READER
from tests.journeys.town import Town

WORDS = {
    "en": {"added": "Added", "digest": "digest", "topic": "Koreas", "breaking": "Flash"},
    "uk": {"added": "Додано", "digest": "дайджест", "topic": "Кореї", "breaking": "Блискавка"},
}


SEOUL = (
    "Seoul weighs anti-air missiles for Kyiv",
    "North Korean troops fight in Kursk; a delegation will ask South Korea for missiles.",
)


async def settle_in(town: Town, language: str) -> None:
    """Start, language, topics, time."""
    assert await town.say(READER, "/start")
    if language == "uk":
        await town.tap(READER, "Українською")
    [answer] = await town.say(READER, "/subscribe koreas energy")
    assert WORDS[language]["added"] in answer
    assert await town.say(READER, "/timezone Kyiv")
    assert await town.say(READER, "/time 08:30")


@pytest.mark.parametrize("language", ["en", "uk"])
async def test_a_reader_subscribes_and_gets_the_digest_at_the_time_they_said(
    town: Town, language: str
) -> None:
    """Once, in their language, with what they chose, and the next day only what is new."""
    await town.week()
    await settle_in(town, language)
    before = town.last_id(READER)
    await town.until(town.clock.now.replace(hour=6, minute=29))
    assert await town.got(READER, before) == []

    await town.until(town.clock.now.replace(hour=6, minute=30, second=1))
    digest = "\n".join(await town.got(READER, before))
    assert WORDS[language]["digest"] in digest
    assert WORDS[language]["topic"] in digest

    before = town.last_id(READER)
    await town.until(town.clock.now + timedelta(minutes=1))
    await town.restart()
    await town.until(town.clock.now + timedelta(minutes=1))
    assert await town.got(READER, before) == []

    await town.until(town.clock.now.replace(hour=6, minute=30, second=1) + timedelta(days=1))
    [empty] = await town.got(READER, before)
    assert len(empty.splitlines()) <= 3


async def test_a_reader_reads_now_and_is_not_told_twice(town: Town) -> None:
    """/digest covers what the next digest would have told."""
    await town.story(*SEOUL)
    await settle_in(town, "en")
    before = town.last_id(READER)
    await town.say(READER, "/digest")
    await town.until(town.clock.now + timedelta(seconds=1))
    first = "\n".join(await town.got(READER, before))
    assert "Koreas" in first

    before = town.last_id(READER)
    await town.until(town.clock.now.replace(hour=6, minute=30, second=1))
    assert "Koreas" not in "\n".join(await town.got(READER, before))


async def test_an_editor_posts_breaking_news_and_every_reader_gets_it_once(town: Town) -> None:
    """Then it is corrected in every copy."""
    readers = list(range(100, 110))
    for reader in readers:
        town.telegram.add_user(reader, f"Reader {reader}")
        await town.say(reader, "/start")
        await town.say(reader, "/subscribe energy")
    await town.say(EDITOR, "/start")
    before = {reader: town.last_id(reader) for reader in readers}

    await town.say(EDITOR, "/breaking Power station hit in Kharkiv region, energy ministry says")
    await town.tap(EDITOR, "Send to")
    for _ in range(3):
        await town.until(town.clock.now + timedelta(seconds=5))
    for reader in readers:
        [alert] = await town.got(reader, before[reader])
        assert "Power station hit in Kharkiv region" in alert

    await town.restart()
    await town.until(town.clock.now + timedelta(seconds=5))
    for reader in readers:
        assert len(await town.got(reader, before[reader])) == 1


async def test_who_pauses_is_left_alone_and_hears_again_afterwards(town: Town) -> None:
    await settle_in(town, "en")
    await town.say(READER, "/pause 2")
    before = town.last_id(READER)
    await town.until(town.clock.now.replace(hour=6, minute=30, second=1))
    assert await town.got(READER, before) == []
    await town.until(town.clock.now + timedelta(days=2, minutes=1))
    await town.story(*SEOUL)
    await town.until(town.clock.now.replace(hour=6, minute=30, second=1) + timedelta(days=1))
    assert await town.got(READER, before)


async def test_who_blocks_the_bot_costs_nothing_and_may_come_back(town: Town) -> None:
    """The settings are kept."""
    await settle_in(town, "en")
    town.telegram.block(READER)
    await town.heed()
    sent = len(town.telegram.accept_log)
    await town.until(town.clock.now.replace(hour=6, minute=30, second=1))
    assert len(town.telegram.accept_log) == sent
    assert not [one for one in town.telegram.refused_log if one.code == 403]

    town.telegram.unblock(READER)
    await town.say(READER, "/start")
    await town.story(*SEOUL)
    before = town.last_id(READER)
    await town.until(town.clock.now.replace(hour=6, minute=30, second=1) + timedelta(days=1))
    assert await town.got(READER, before)


async def test_who_is_forgotten_hears_nothing_more(town: Town) -> None:
    await settle_in(town, "en")
    await town.say(READER, "/forget")
    await town.tap(READER, "Yes, erase")
    before = town.last_id(READER)
    await town.until(town.clock.now.replace(hour=6, minute=30, second=1))
    assert await town.got(READER, before) == []
