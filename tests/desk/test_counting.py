"""A card does not wait for the count of whom it reaches; the number comes into it by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.counting import Count, Counting, Question
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.storage.database import Database
from digests.vocabulary import Severity
from tests.alerts.builders import EDITOR, OWNER
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons
from tests.outbox.builders import readers

TEXT = "/breaking Missile strikes reported on a depot near Luhansk\nIt burns, officials say."
COUNTING = "Counting whom it reaches…"
UNCOUNTED = "Send without waiting for the count"


class SlowCounting(Counting):
    """Every count takes until it is let."""

    def __init__(self) -> None:
        super().__init__(patience=0)
        self.let = asyncio.Event()

    def ask(self, database: Database, question: Question, *, now: datetime) -> Count:
        return super().ask(SlowDatabase(database, self.let), question, now=now)  # type: ignore[arg-type]


class SlowDatabase:
    """Lets nobody read before that."""

    def __init__(self, database: Database, let: asyncio.Event) -> None:
        self.database, self.let = database, let

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        await self.let.wait()
        async with self.database.read() as session:
            yield session


@pytest.fixture
async def slow(desk: Newsroom) -> AsyncIterator[Newsroom]:
    """The newsroom where counting takes its time."""
    await counting_by(desk, SlowCounting())
    yield desk
    await desk.services.counting.close()


async def counting_by(desk: Newsroom, counting: Counting) -> None:
    await desk.services.counting.close()
    desk.services = replace(desk.services, counting=counting)
    desk.patient = not isinstance(counting, SlowCounting)
    await desk.restart()


async def counted(desk: Newsroom) -> None:
    desk.services.counting.let.set()  # type: ignore[attr-defined]
    await desk.services.counting.settle()


def labels(card: dict[str, Any]) -> list[str]:
    return [button["text"] for button in buttons(card)]


async def test_the_card_is_there_before_the_number_and_gets_it_by_an_edit(slow: Newsroom) -> None:
    _, card = await slow.say(EDITOR, TEXT)
    assert COUNTING in card["text"]
    assert labels(card)[0] == UNCOUNTED
    await counted(slow)
    assert "Reaches 3 readers in 1 s" in slow.last(EDITOR)
    assert labels(slow.screen(EDITOR)[-1])[0] == "Send to 3"
    assert len(slow.screen(EDITOR)) == 2
    assert await slow.tick() == 0


async def test_nobody_has_to_wait_for_the_number_to_send(slow: Newsroom) -> None:
    await slow.say(EDITOR, TEXT)
    assert await slow.tap(EDITOR, UNCOUNTED) == ""
    await slow.deliver()
    assert [len(slow.screen(reader)) for reader in READERS] == [1, 1, 1]
    await counted(slow)
    assert "going out" in slow.last(EDITOR)


async def test_the_number_of_what_was_changed_meanwhile_is_not_shown(slow: Newsroom) -> None:
    await slow.say(EDITOR, TEXT)
    async with slow.database.write() as session:
        await readers(session, [14], now=slow.clock.now, topics=["energy"])
    await slow.tap(EDITOR, "Topics")
    await slow.tap(EDITOR, "Energy")
    assert COUNTING in slow.last(EDITOR)
    await counted(slow)
    assert "Reaches 4 readers" in slow.last(EDITOR)
    assert "alert_topic:1:2:energy" in str(slow.screen(EDITOR)[-1])


async def test_the_number_comes_after_a_crash_as_well(slow: Newsroom) -> None:
    await slow.say(EDITOR, TEXT)
    await counting_by(slow, Counting())
    await slow.tick()
    assert COUNTING in slow.last(EDITOR)
    slow.clock.set_by(timedelta(minutes=2))
    await slow.tick()
    await slow.services.counting.settle()
    assert "Reaches 3 readers" in slow.last(EDITOR)
    assert await slow.tick() == 0


async def test_the_same_question_is_counted_once_for_all_cards_within_a_minute(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, TEXT)
    async with desk.database.write() as session:
        await readers(session, [14], now=desk.clock.now, topics=["strikes"])
    card = desk.screen(EDITOR)[-1]
    await desk.tap_data(OWNER, card, "alert:1")
    assert "Reaches 3 readers" in desk.last(OWNER)
    desk.clock.set_by(timedelta(minutes=1))
    await desk.tap_data(OWNER, card, "alert:1")
    assert "Reaches 4 readers" in desk.last(OWNER)
    await desk.tap_data(EDITOR, card, "alert_severity:1:1:routine")
    assert "Reaches 4 readers" in desk.last(OWNER)


async def test_a_count_that_failed_is_made_again(database: Database, now: datetime) -> None:
    counting = Counting()
    question = Question(("strikes",), severity=Severity.FLASH, about="alert:1", at=None)
    failing = counting.ask(None, question, now=now)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        await failing.later()
    assert (await counting.ask(database, question, now=now).later()).readers == 0


async def test_what_the_button_says_is_planned_and_who_came_since_is_reached_too(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, TEXT)
    async with desk.database.write() as session:
        await readers(session, [14], now=desk.clock.now, topics=["strikes"])
    await desk.tap(EDITOR, "Send to 3")
    (log,) = await desk.say(OWNER, "/audit")
    assert "alert 1 · 3 readers" in log["text"]
    await desk.deliver()
    await desk.tick()
    assert [len(desk.screen(reader)) for reader in (*READERS, 14)] == [1, 1, 1, 1]
    assert "Delivered: 4" in desk.last(EDITOR)


async def test_who_left_since_they_were_counted_does_not_keep_it_from_ending(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, TEXT)
    async with desk.database.write() as session:
        gone = update(Subscriber).where(Subscriber.chat_id == READERS[0])
        await session.execute(gone.values(state=SubscriberState.PAUSED))
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tick()
    assert "Delivered: 2" in desk.last(EDITOR)
    assert await desk.tick() == 0
