"""What a dispatch carries is rendered once for all who share it."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy.exc import NoResultFound

from bot.rendering import contents
from bot.rendering.contents import Contents
from bot.rendering.render import Message, Words
from digests.editions.compose import compose
from digests.outbox.dispatch import Content
from digests.storage.database import Database
from digests.vocabulary import Language
from tests.editions.builders import add_reader, add_story

EN, UK = Language.ENGLISH, Language.UKRAINIAN


class CountingWords(Words):
    """Counts what it renders."""

    count = 0

    def parts(self, *args: object, **values: object) -> tuple[Message, ...]:
        self.count += 1
        return super().parts(*args, **values)  # type: ignore[arg-type]


@pytest.fixture
async def words(database: Database, now: datetime) -> CountingWords:
    """The words, with one edition in the tables."""
    async with database.write() as session:
        await add_reader(session, now)
        await add_story(session, now)
        await compose(session, now=now)
    return CountingWords()


async def test_all_who_share_it_share_one_rendering(
    database: Database, words: CountingWords
) -> None:
    made = Contents(database, words)
    asked = [made.parts(Content.EDITION, 1, 1, EN, "UTC") for _ in range(50)]
    parts = await asyncio.gather(*asked)
    assert words.count == 1
    assert all(part is parts[0] for part in parts)


@pytest.mark.parametrize(
    ("revision", "language", "timezone"), [(2, EN, "UTC"), (1, UK, "UTC"), (1, EN, "Asia/Seoul")]
)
async def test_another_revision_language_or_zone_is_another_rendering(
    database: Database, words: CountingWords, revision: int, language: Language, timezone: str
) -> None:
    made = Contents(database, words)
    await made.parts(Content.EDITION, 1, 1, EN, "UTC")
    await made.parts(Content.EDITION, 1, revision, language, timezone)
    assert words.count == 2


async def test_a_failure_is_not_kept(
    database: Database, words: CountingWords, now: datetime
) -> None:
    made = Contents(database, words)
    with pytest.raises(NoResultFound):
        await made.parts(Content.EDITION, 2, 1, EN, "UTC")
    async with database.write() as session:
        await add_reader(session, now, "koreas", timezone="Asia/Seoul", minutes=(900,))
        await compose(session, now=now)
    assert await made.parts(Content.EDITION, 2, 1, EN, "UTC")


async def test_one_who_stops_waiting_takes_nothing_from_the_others(
    database: Database, words: CountingWords
) -> None:
    made = Contents(database, words)
    first = asyncio.create_task(made.parts(Content.EDITION, 1, 1, EN, "UTC"))
    second = asyncio.create_task(made.parts(Content.EDITION, 1, 1, EN, "UTC"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert words.count == 1


async def test_the_oldest_renderings_are_forgotten(
    database: Database, words: CountingWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "KEPT", 2)
    made = Contents(database, words)
    for revision in (1, 2, 1, 3, 1, 2):
        await made.parts(Content.EDITION, 1, revision, EN, "UTC")
    assert words.count == 4
