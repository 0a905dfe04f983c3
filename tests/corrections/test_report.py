"""A reader reports an error: about one message, once for each subject, answered once."""

from __future__ import annotations

from datetime import datetime

import pytest

from digests.alerts.waking import Waking, WakingAlert
from digests.corrections import renew
from digests.corrections.report import PER_DAY, WORDS, answer, report, unanswered
from digests.errors import NotPermitted, Stale, TooLong
from digests.outbox.dispatch import Content
from digests.storage.database import Database
from tests.alerts.builders import EDITOR, OWNERS, READER, newsroom, who
from tests.corrections.builders import arrived, sent_alert


async def test_a_report_is_about_the_message_that_carried_the_news(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await arrived(session, Content.ALERT, 7, [11], now=now)
        made, is_news = await report(session, 11, 1011, "It was a warehouse.", now=now)
        again, is_again = await report(session, 11, 1011, "A warehouse!", now=now)
    assert (made.content, made.subject_id, is_news) == (Content.ALERT, 7, True)
    assert (again.id, again.words, is_again) == (made.id, "A warehouse!", False)


@pytest.mark.parametrize(
    ("content", "subject", "told"),
    [
        (Content.UPDATE, 1, (Content.ALERT, 1)),
        (Content.MAP, 7, (Content.EDITION, 7)),
        (Content.WAKING, 1, (Content.ALERT, 1)),
        (Content.WAKING, 2, (Content.WAKING, 2)),
    ],
)
async def test_what_belongs_to_an_alert_or_a_digest_is_about_it(
    database: Database,
    now: datetime,
    content: Content,
    subject: int,
    told: tuple[Content, int],
) -> None:
    """The first waking tells of one alert, the second of two."""
    async with database.write() as session:
        await newsroom(session, now)
        one, two = [await sent_alert(session, now) for _ in range(2)]
        await renew.propose(session, one.id, 1, "It burns", language="en", **who(EDITOR, now))
        session.add_all([Waking(key="1", made_at=now), Waking(key="1,2", made_at=now)])
        await session.flush()
        session.add_all(
            WakingAlert(waking_id=waking, alert_id=alert, alert_revision=1)
            for waking, alert in ((1, one.id), (2, one.id), (2, two.id))
        )
        await arrived(session, content, subject, [11], now=now)
        made, _ = await report(session, 11, 1011, "Wrong", now=now)
    assert (made.content, made.subject_id) == told


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
