"""A correction: what was wrong in an alert or a digest's story, and what is right.

Made by an editor; from it follow edits of every delivered copy and a note to those who received it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base, word


class CorrectionKind(StrEnum):
    """Put right, or taken back."""

    CORRECT = "correct"
    RETRACT = "retract"


class CorrectedSubject(StrEnum):
    """What was wrong."""

    ALERT = "alert"
    STORY = "story"


class Correction(Base):
    """One error admitted."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CorrectionKind] = mapped_column(word(CorrectionKind))
    subject: Mapped[CorrectedSubject] = mapped_column(word(CorrectedSubject))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    was_revision: Mapped[int]
    now_revision: Mapped[int]
    notes: Mapped[dict[str, str]] = mapped_column(JSON)
    """What was wrong and what is right, by language."""
    main_language: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]

    __table_args__ = (Index("ix_correction_subject", "subject", "subject_id"),)
