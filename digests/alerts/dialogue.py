"""A dialogue: what a person was asked, in private, or what we wait to hear from them. It survives a restart.

One at a time for each person: a new question replaces the old one, whose buttons are stale.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.errors import Stale
from digests.storage.schema import Base, word

PATIENCE = timedelta(hours=12)
"""After so long what somebody writes is no answer to the old question."""


class Asked(StrEnum):
    """What was asked."""

    BREAKING = "breaking"
    TEXT = "text"
    ATTRIBUTION = "attribution"
    TRANSLATION = "translation"
    PLACE = "place"
    BELONGS = "belongs"
    RELEASE = "release"
    REJECTION = "rejection"
    CORRECTION = "correction"
    UPDATE = "update"
    REASON = "reason"
    STORY = "story"
    ALERT = "alert"
    KEEP = "keep"
    REPORT = "report"
    ANSWER = "answer"


class Dialogue(Base):
    """One open question."""

    __tablename__ = "dialogue"

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    """With the person, whose number is their private chat's too."""
    asked: Mapped[Asked] = mapped_column(word(Asked))
    about: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Ids and texts that the answer will be joined with."""
    asked_at: Mapped[datetime]

    # Ids are never used again: an old button must not answer a new question.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own spelling


async def ask(
    session: AsyncSession, asked: Asked, user_id: int, *, now: datetime, **about: Any
) -> Dialogue:
    """Remembers the question; the person's next words in their private chat answer it."""
    await drop(session, user_id)
    dialogue = Dialogue(chat_id=user_id, asked=asked, about=about, asked_at=now)
    session.add(dialogue)
    await session.flush()
    return dialogue


async def open_question(session: AsyncSession, user_id: int, *, now: datetime) -> Dialogue | None:
    """What this person was asked in private and has not yet answered."""
    asked = Dialogue.chat_id == user_id, Dialogue.asked_at > now - PATIENCE
    return await session.scalar(select(Dialogue).where(*asked))


async def answered(session: AsyncSession, dialogue_id: int, *, user_id: int) -> Dialogue:
    """Takes the question away for good; ``Stale`` where it was answered or replaced meanwhile."""
    dialogue = await session.get(Dialogue, dialogue_id, with_for_update=True)
    if dialogue is None or dialogue.chat_id != user_id:
        raise Stale("gone")
    await session.delete(dialogue)
    await session.flush()
    return dialogue


async def close(session: AsyncSession, dialogue_id: int) -> None:
    """Forgets this question, and none that was asked since."""
    await session.execute(delete(Dialogue).where(Dialogue.id == dialogue_id))


async def drop(session: AsyncSession, user_id: int) -> None:
    """Forgets whatever was asked."""
    await session.execute(delete(Dialogue).where(Dialogue.chat_id == user_id))
