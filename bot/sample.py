"""What the sandbox begins with: a reader, an editor, and a week of articles that we invented."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.context import Services
from bot.news import group_all
from bot.sandbox import Sandbox
from digests.intake.receive import receive
from digests.intake.record import Record, read_record
from digests.intake.source import SourceKind

WEEK = Path(__file__).parent / "sandbox" / "week.jsonl"
READER, EDITOR = 1, 2
STEP = timedelta(hours=3)
"""The week passes in steps: what came in one step is told as of its end."""


def people(telegram: Sandbox) -> None:
    """Whom one can be in the chat page."""
    telegram.add_user(READER, "Olena", username="olena_reads", language="en")
    telegram.add_user(EDITOR, "Marko", username="marko_edits", language="en")


async def load_week(services: Services) -> int:
    """Lets the week happen up to now: received, then grouped, as it would have been; how many."""
    now = services.clock()
    count = 0
    for end, articles in groupby(_articles(now), key=lambda one: _step_end(one[0], now)):
        records = [record for _, record in articles]
        async with services.database.write() as session:
            await receive(session, records, kind=SourceKind.FILE, sender="sample", now=end)
        count += await group_all(services.database, services.topics, now=lambda end=end: end)  # type: ignore[misc]
    return count


def _articles(now: datetime) -> list[tuple[datetime, Record]]:
    """Oldest first, each with when it was published."""
    found = [
        _article(json.loads(line), now) for line in WEEK.read_text(encoding="utf-8").splitlines()
    ]
    return sorted(found, key=lambda one: one[0])


def _article(said: dict[str, Any], now: datetime) -> tuple[datetime, Record]:
    published = now - timedelta(minutes=said.pop("minutes_ago"))
    return published, read_record({**said, "published_at": published.isoformat()})


def _step_end(published: datetime, now: datetime) -> datetime:
    return now - (now - published) // STEP * STEP
