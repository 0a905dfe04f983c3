"""Whom an alert would reach, counted beside the conversation: each question once a minute, by a task of its
own, so that a card waits for its number only as long as nobody notices."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta

from digests.alerts.estimate import Estimate, estimate
from digests.storage.database import Database
from digests.vocabulary import Severity

_log = logging.getLogger(__name__)

KEPT = 32
"""Answers held in memory."""

FRESH = timedelta(minutes=1)
"""A card is drawn again at every tap; for so long the same number is good."""

GOOD_ENOUGH = timedelta(minutes=10)
"""For so long it is what an editor saw and agreed to; who came since is added as they are reached."""

PATIENCE = 0.2
"""Seconds that a card waits for its number before it is shown without."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom would an alert of these topics and this severity reach? ``about`` is what some may have muted;
    ``at`` is when it is to go out, where it has a time."""

    topics: tuple[str, ...]
    severity: Severity
    about: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """The answer to a question, perhaps still on its way."""

    question: Question
    asked_at: datetime
    task: asyncio.Task[Estimate]

    async def soon(self, patience: float) -> Estimate | None:
        """The answer, if it comes by then."""
        await asyncio.wait({self.task}, timeout=patience)
        return self.task.result() if self.task.done() else None

    async def later(self) -> Estimate:
        """The answer, however long it takes; who waits no more does not end it for others."""
        await asyncio.wait({self.task})
        return self.task.result()

    def is_younger(self, age: timedelta, now: datetime) -> bool:
        """Whether it can be used still; one on its way can."""
        return not self._has_failed() and (not self.task.done() or abs(now - self.asked_at) < age)

    def _has_failed(self) -> bool:
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)


class Counting:
    """Counts in the background, and lets whoever wants the number follow it there."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._counts: OrderedDict[Question, Count] = OrderedDict()
        self._following: set[asyncio.Task[None]] = set()

    def ask(self, database: Database, question: Question, *, now: datetime) -> Count:
        """The answer of this minute, or one that is being counted from now on."""
        known = self._counts.get(question)
        if known is not None and known.is_younger(FRESH, now):
            return known
        self._counts.pop(question, None)
        count = Count(question, now, asyncio.create_task(_answer(database, question, now)))
        self._counts[question] = count
        if len(self._counts) > KEPT:
            self._counts.popitem(last=False)
        return count

    def known(self, question: Question, *, now: datetime) -> Estimate | None:
        """What was last counted; none where that is too long ago, or was not here."""
        count = self._counts.get(question)
        if count is None or not count.task.done() or not count.is_younger(GOOD_ENOUGH, now):
            return None
        return count.task.result()

    def follow(self, work: Coroutine[None, None, None]) -> None:
        """Does this beside the conversation. Where it fails, the tables say what is owed still."""
        task = asyncio.create_task(work)
        self._following.add(task)
        task.add_done_callback(self._followed)

    async def settle(self) -> None:
        """Waits for all that follows."""
        while self._following:
            await asyncio.wait(self._following)

    async def close(self) -> None:
        """Counts no more: the database is about to be closed."""
        tasks = [*(count.task for count in self._counts.values()), *self._following]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _followed(self, task: asyncio.Task[None]) -> None:
        self._following.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("a card waits for its number", extra={"error": type(error).__name__})


async def _answer(database: Database, question: Question, now: datetime) -> Estimate:
    at = question.at or now
    async with database.read() as session:
        return await estimate(
            session, question.topics, question.severity, now=at, about=question.about
        )
