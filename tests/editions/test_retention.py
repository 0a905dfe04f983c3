"""Nothing grows for ever, and nothing goes that a correction may still need."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.taste import Taste
from digests.editions.edition import Edition
from digests.editions.retention import tidy
from digests.intake.article import Article
from digests.intake.source import Source, SourceKind
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.held import Held, HeldState
from digests.outbox.notice import Notice, announce
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database
from digests.vocabulary import Severity

DAY = timedelta(days=1)


def receipt(content: Content, subject_id: int, dispatch_id: int, at: datetime) -> Receipt:
    return Receipt(
        dispatch_id=dispatch_id,
        content=content,
        subject_id=subject_id,
        revision=1,
        chat_id=1,
        kind=MessageKind.SEND,
        message_id=5,
        outcome=Outcome.SENT,
        sent_at=at,
    )


async def edition(session: AsyncSession, at: datetime) -> Edition:
    """With its dispatch, done."""
    taste = await session.get(Taste, 1) or Taste(id=1, key="energy")
    session.add(taste)
    made = Edition(taste_id=1, window_start=at - DAY, window_end=at, story_count=1, created_at=at)
    await session.flush()
    session.add(made)
    await session.flush()
    session.add(
        Dispatch(
            content=Content.EDITION,
            subject_id=made.id,
            lane=Lane.DIGESTS,
            reach=Reach.STAMPED,
            state=DispatchState.DONE,
            created_at=at,
            plan_key=f"edition:{made.id}",
        )
    )
    await session.flush()
    return made


async def left(database: Database, column: object) -> list[object]:
    async with database.read() as session:
        return list((await session.scalars(select(column).order_by(column))).all())  # type: ignore[call-overload]


async def tidied(database: Database, now: datetime) -> int:
    async with database.write() as session:
        return await tidy(session, now=now)


async def test_an_edition_lives_as_long_as_a_copy_can_be_corrected(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        sent = await edition(session, now)
        await edition(session, now + DAY)
        dispatch_id = await session.scalar(
            select(Dispatch.id).where(Dispatch.subject_id == sent.id)
        )
        session.add(receipt(Content.EDITION, sent.id, dispatch_id or 0, now))
    assert await tidied(database, now + 29 * DAY) == 0
    assert await tidied(database, now + 32 * DAY) == 1
    assert await left(database, Edition.id) == [sent.id]
    assert await tidied(database, now + 390 * DAY) == 0
    assert await left(database, Receipt.subject_id) == [sent.id]


async def test_after_thirteen_months_a_receipt_goes_and_all_it_kept_alive(
    database: Database, now: datetime
) -> None:
    """On PostgreSQL with its month's table, which ``months.py`` drops."""
    async with database.write() as session:
        sent = await edition(session, now)
        if database.is_sqlite:
            session.add(receipt(Content.EDITION, sent.id, 1, now))
    await tidied(database, now + 397 * DAY)
    await tidied(database, now + 397 * DAY)
    for column in (Receipt.id, Edition.id, Dispatch.id):
        assert await left(database, column) == []


async def test_a_note_goes_after_ninety_days_unless_it_is_still_to_be_sent(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        told = await announce(session, chat_id=1, kind="topic_closed", values={}, now=now)
        await announce(session, chat_id=2, kind="topic_closed", values={}, now=now)
        told.state = DispatchState.DONE
    assert await tidied(database, now + 89 * DAY) == 0
    assert await tidied(database, now + 91 * DAY) == 2
    assert await left(database, Dispatch.chat_id) == [2]
    assert len(await left(database, Notice.id)) == 1


async def test_full_texts_go_headlines_and_summaries_stay(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        source = Source(
            kind=SourceKind.FILE, address="x", title="X", created_at=now, next_read_at=None
        )
        session.add(source)
        await session.flush()
        for number, read_at in enumerate((now, now + 10 * DAY)):
            session.add(
                Article(
                    source_id=source.id,
                    identity=str(number),
                    title="Title",
                    summary="Summary",
                    text="Long text",
                    published_at=read_at,
                    read_at=read_at,
                    grouped_at=read_at,
                )
            )
    assert await tidied(database, now + 91 * DAY) == 1
    assert await tidied(database, now + 91 * DAY) == 0
    async with database.read() as session:
        kept = (await session.scalars(select(Article).order_by(Article.id))).all()
    assert [(one.title, one.summary, one.text) for one in kept] == [
        ("Title", "Summary", ""),
        ("Title", "Summary", "Long text"),
    ]


async def test_what_quiet_hours_held_back_goes_after_ninety_days(
    database: Database, now: datetime
) -> None:
    """Also where its reader, who rests without an end, never woke."""
    async with database.write() as session:
        for number, state in enumerate(HeldState):
            for held_at in (now, now + DAY):
                session.add(
                    Held(
                        dispatch_id=1,
                        subject_id=1,
                        severity=Severity.ROUTINE,
                        subscriber_id=number,
                        chat_id=number,
                        state=state,
                        held_at=held_at,
                        wakes_at=held_at,
                    )
                )
    assert await tidied(database, now + 90 * DAY) == 0
    assert await tidied(database, now + 90 * DAY + DAY / 2) == 3
    assert len(await left(database, Held.id)) == 3
