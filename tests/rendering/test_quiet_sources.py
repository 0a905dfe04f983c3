"""A digest says which of its topics' sources have been quiet for longer than usual, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.rendering.digest import digest_parts
from bot.rendering.render import Version, Words
from digests.alerts.matter import MatterKind, raise_matter, settle
from digests.audience.taste import Taste
from digests.storage.database import Database
from digests.stories.tagging import load_topics
from digests.vocabulary import Language
from tests.corrections.builders import edition, story
from tests.outbox.builders import readers

WORDS = Words(load_topics())
KYIV = "Europe/Kyiv"


def silent(name: str, since: datetime, **more: Any) -> dict[str, Any]:
    """What is known of a source in trouble."""
    return {
        "source": 1, "title": name, "is_feed": True, "why": "silent",
        "since_at": since.isoformat(), "topics": ["strikes"],
    } | more  # fmt: skip


async def shown(
    database: Database,
    now: datetime,
    *sources: dict[str, Any],
    language: Language = Language.ENGLISH,
) -> str:
    """The last part of a digest on strikes while these sources were quiet."""
    async with database.write() as session:
        await readers(session, [11], now=now, topics=["strikes"])
        taste = (await session.scalars(select(Taste))).one()
        made = await edition(session, taste, await story(session, now), now)
        for number, values in enumerate(sources):
            await raise_matter(session, MatterKind.SOURCE, str(number), values, now=now)
    async with database.read() as session:
        return (await digest_parts(session, WORDS, Version(made.id, 1, language, KYIV)))[-1].text


async def test_a_quiet_source_of_the_readers_topics_is_named(
    database: Database, now: datetime
) -> None:
    since = now - timedelta(hours=5)
    text = await shown(
        database, now,
        silent("Harbour Wire", since, why="failing"),
        silent("River Radio", now - timedelta(hours=9)),
        silent("Grain Weekly", since, topics=["economy"]),
    )  # fmt: skip
    assert "<i>Quiet for longer than usual:</i> River Radio, since" in text
    assert ">22 Nov 23:00</tg-time>; Harbour Wire, cannot be read since" in text
    assert ">03:00</tg-time>" in text
    assert "Grain Weekly" not in text


async def test_it_is_said_in_ukrainian_too(database: Database, now: datetime) -> None:
    quiet = silent("Річкове радіо", now - timedelta(hours=9))
    text = await shown(database, now, quiet, language=Language.UKRAINIAN)
    assert "<i>Мовчать довше, ніж зазвичай:</i> Річкове радіо, від" in text


@pytest.mark.parametrize("number", [3, 5])
async def test_many_are_named_in_part_and_counted(
    database: Database, now: datetime, number: int
) -> None:
    many = [silent(f"Source {n}", now - timedelta(hours=9 - n)) for n in range(number)]
    text = await shown(database, now, *many)
    assert "Source 2" in text
    assert "Source 3" not in text
    assert ("and 2 more" in text) == (number == 5)


async def test_where_all_speak_nothing_is_said(database: Database, now: datetime) -> None:
    assert "Quiet" not in await shown(database, now)


async def test_a_source_that_spoke_again_before_the_digest_is_not_named(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        values = silent("River Radio", now - timedelta(hours=9))
        matter = await raise_matter(
            session, MatterKind.SOURCE, "9", values, now=now - timedelta(hours=2)
        )
        settle(matter, "over", now=now - timedelta(hours=1))
    assert "River Radio" not in await shown(database, now)


async def test_a_digest_that_is_corrected_later_says_what_was_so_then(
    database: Database, now: datetime
) -> None:
    await shown(database, now, silent("River Radio", now - timedelta(hours=9)))
    async with database.write() as session:
        values = silent("River Radio", now)
        matter = await raise_matter(session, MatterKind.SOURCE, "0", values, now=now)
        matter.values = silent("River Radio", now - timedelta(hours=9))
        settle(matter, "over", now=now + timedelta(hours=1))
        later = silent("Harbour Wire", now)
        await raise_matter(session, MatterKind.SOURCE, "9", later, now=now + timedelta(hours=1))
    async with database.read() as session:
        text = (await digest_parts(session, WORDS, Version(1, 1, Language.ENGLISH, KYIV)))[-1].text
    assert "River Radio" in text
    assert "Harbour Wire" not in text
