"""A report: a reader says that something we sent is wrong. It is about one message, and can be answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Text, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.alerts.staff import demand
from digests.alerts.wording import tidied
from digests.corrections.meant import copy_in
from digests.errors import Stale
from digests.outbox.dispatch import Content
from digests.storage.schema import Base, word

WORDS = 1000
"""Characters a reader may write."""

PER_DAY = 5
"""From one chat so many reports a day are brought to the desk; further ones only count there."""


class Report(Base):
    """One reader on one alert, edition or waking: a second report replaces the words of the first."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[Content] = mapped_column(word(Content))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("content", "subject_id", "chat_id"),)


async def report(
    session: AsyncSession, chat_id: int, message_id: int, words: str, *, now: datetime
) -> tuple[Report, bool]:
    """The report, and whether the desk is to be told of it; ``Stale`` for a message without news."""
    carried = await copy_in(session, chat_id, message_id)
    if carried is None:
        raise Stale("gone")
    found = await session.scalar(
        select(Report).where(
            Report.content == carried.content,
            Report.subject_id == carried.subject_id,
            Report.chat_id == chat_id,
        )
    )
    if found is not None:
        found.words = tidied(words, WORDS)
        return found, False
    made = Report(
        content=carried.content,
        subject_id=carried.subject_id,
        chat_id=chat_id,
        message_id=message_id,
        words=tidied(words, WORDS),
        made_at=now,
    )
    today = select(func.count()).where(
        Report.chat_id == chat_id, Report.made_at > now - timedelta(days=1)
    )
    before = await session.scalar(today) or 0
    session.add(made)
    await session.flush()
    return made, before < PER_DAY


async def answer(
    session: AsyncSession, report_id: int, *, by: int, owners: Collection[int], now: datetime
) -> Report:
    """Marks a report as answered; ``Stale`` where somebody did before, or there is none."""
    await demand(session, by, Act.CORRECT, owners=owners)
    found = await session.get(Report, report_id, with_for_update=True)
    if found is None:
        raise Stale("gone")
    if found.answered_at is not None:
        raise Stale("decided")
    found.answered_at = now
    await record(session, "answer", f"report:{found.id}", by=by, now=now)
    return found


async def longest_waiting(session: AsyncSession, most: int) -> list[Report]:
    """So many of the reports that wait for an answer, the oldest first."""
    wanted = select(Report).where(Report.answered_at.is_(None)).order_by(Report.id).limit(most)
    return list(await session.scalars(wanted))


async def unanswered(session: AsyncSession) -> int:
    """How many reports wait for an answer."""
    wanted = select(func.count()).select_from(Report).where(Report.answered_at.is_(None))
    return await session.scalar(wanted) or 0
