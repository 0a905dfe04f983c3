"""How fast stories are grouped, and how large they and the memory grow: ``make bench-stories``.

The verb itself on SQLite, with 5,000 articles of open stories remembered: language, words, topics,
places, telling and writing, in seconds of one core. Then 100,000 articles through the memory alone, as
of a month of one war; the biggest story is compared with what 72 hours of it hold.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import insert

from digests.intake.article import Article
from digests.intake.source import Source, SourceKind
from digests.migrations.tables import METADATA
from digests.storage.database import Database
from digests.stories.group import group
from digests.stories.memory import Memory, weighed
from digests.stories.tagging import Topics, load_topics
from tests.benchmarks import figure
from tests.benchmarks.stream import BEGINS, Item, stream

OPEN, TIMED = 5_000, 3_000
MONTH, A_DAY = 100_000, 3_300
SOURCES = 60


async def pace() -> float:
    """Articles a second, once 5,000 are remembered."""
    items = list(stream(OPEN + TIMED, (OPEN + TIMED) // 3))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/frontwire.db")
        async with database.engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        async with database.write() as session:
            session.add_all(_source(number) for number in range(SOURCES))
        topics = load_topics()
        await _grouped(database, topics, items[:OPEN], 0)
        seconds = await _grouped(database, topics, items[OPEN:], OPEN)
        await database.close()
    return TIMED / seconds


async def _grouped(database: Database, topics: Topics, items: Sequence[Item], first: int) -> float:
    """Seconds of the processor until these articles are in stories."""
    async with database.write() as session:
        await session.execute(insert(Article), [_row(first + n, i) for n, i in enumerate(items)])
    began = time.process_time()
    waiting = True
    while waiting:
        async with database.write() as session:
            waiting = bool((await group(session, topics, now=items[-1].at)).articles)
    return time.process_time() - began


def _source(number: int) -> Source:
    return Source(
        kind=SourceKind.FILE, address=f"{number}", title=f"Source {number}", created_at=BEGINS
    )


def _row(number: int, item: Item) -> dict[str, object]:
    return {
        "source_id": 1 + number % SOURCES,
        "identity": f"{number}",
        "url": f"https://example.org/{number}",
        "title": item.title,
        "summary": "",
        "text": item.text,
        "language": item.language,
        "topics": [],
        "published_at": item.at,
        "date_doubtful": False,
        "read_at": item.at,
    }


def month() -> tuple[float, int, int]:
    """The biggest story's share of 72 hours, and MB held after a third of the month and at its end."""
    memory, sizes, held = Memory(BEGINS), Counter[int](), []
    batch: list[Item] = []
    for number, item in enumerate(stream(MONTH, A_DAY), 1):
        batch.append(item)
        if len(batch) == 500 or number == MONTH:
            read = [
                weighed(number - len(batch) + place, i.title, i.text, i.language, i.at)
                for place, i in enumerate(batch)
            ]
            sizes.update(placement.story for placement in memory.place(read))
            batch = []
        if number in (MONTH // 3, MONTH):
            held.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    return max(sizes.values()) / (3 * A_DAY), held[0], held[1]


def main() -> int:
    """Prints every figure beside what is demanded."""
    share, third, whole = month()
    figure(
        "biggest story of a month's stream",
        round(100 * share, 2),
        "< 3",
        "% of 72 h",
        ok=share < 0.03,
    )
    figure("highest memory after 33,000 articles", third, unit="MB")
    bounded = whole <= 1.1 * third
    figure("the same after 100,000", whole, f"<= {1.1 * third:.0f}", "MB", ok=bounded)
    speed = asyncio.run(pace())
    figure(
        "grouped, tagged, told and written", round(speed), ">= 1000", "articles/s", ok=speed >= 1000
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
