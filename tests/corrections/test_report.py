"""A reader reports an error: about one message, once for each subject, answered once."""

from __future__ import annotations

from datetime import datetime

import pytest

from digests.corrections.report import PER_DAY, WORDS, answer, report, unanswered
from digests.errors import NotPermitted, Stale, TooLong
from digests.outbox.dispatch import Content
from digests.storage.database import Database
from tests.alerts.builders import EDITOR, OWNERS, READER, newsroom
from tests.corrections.builders import arrived


async def test_a_report_is_about_the_message_that_carried_the_news(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await arrived(session, Content.ALERT, 7, [11], now=now)
        made, is_news = await report(session, 11, 1011, "It was a warehouse.", now=now)
        again, is_again = await report(session, 11, 1011, "A warehouse!", now=now)
    assert (made.content, made.subject_id, is_news) == (Content.ALERT, 7, True)
    assert (again.id, again.words, is_again) == (made.id, "A warehouse!", False)


@pytest.mark.parametrize(("chat_id", "message_id"), [(11, 1), (12, 1011)])
async def test_a_message_without_news_cannot_be_reported(
    database: Database, now: datetime, chat_id: int, message_id: int
) -> None:
    async with database.write() as session:
        await arrived(session, Content.ALERT, 7, [11], now=now)
        with pytest.raises(Stale):
            await report(session, chat_id, message_id, "Wrong", now=now)


async def test_one_reader_cannot_flood_the_desk(database: Database, now: datetime) -> None:
    async with database.write() as session:
        told = []
        for subject in range(1, PER_DAY + 4):
            await arrived(session, Content.ALERT, subject, [11], now=now, message_id=subject)
            told.append((await report(session, 11, subject, "Wrong", now=now))[1])
        assert told == [True] * PER_DAY + [False] * 3
        assert await unanswered(session) == PER_DAY + 3


async def test_a_report_has_an_end(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await arrived(session, Content.ALERT, 7, [11], now=now)
        with pytest.raises(TooLong):
            await report(session, 11, 1011, "x" * (WORDS + 1), now=now)


async def test_a_report_is_answered_once_and_only_by_the_desk(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        await arrived(session, Content.ALERT, 7, [11], now=now)
        made, _ = await report(session, 11, 1011, "Wrong", now=now)
        with pytest.raises(NotPermitted):
            await answer(session, made.id, by=READER, owners=OWNERS, now=now)
        assert await unanswered(session) == 1
        await answer(session, made.id, by=EDITOR, owners=OWNERS, now=now)
        assert await unanswered(session) == 0
        with pytest.raises(Stale):
            await answer(session, made.id, by=EDITOR, owners=OWNERS, now=now)
