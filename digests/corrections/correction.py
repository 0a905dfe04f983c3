"""A correction: what was wrong in an alert or a digest's story, and what is right.

proposed ──approve──> approved ──> edits of every delivered copy, a note to those who received it
    └──discard──> rejected
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


class CorrectionState(StrEnum):
    """Where it stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Correction(Base):
    """One error admitted."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CorrectionKind] = mapped_column(word(CorrectionKind))
    subject: Mapped[CorrectedSubject] = mapped_column(word(CorrectedSubject))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[CorrectionState] = mapped_column(
        word(CorrectionState), default=CorrectionState.PROPOSED
    )
    was_revision: Mapped[int]
    """What the editor saw and found wrong."""
    now_revision: Mapped[int | None]
    """What stands instead; none until it is approved."""
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    """What is right, by language; the first line is the headline. Empty for a retraction."""
    notes: Mapped[dict[str, str]] = mapped_column(JSON)
    """What was wrong, in the editor's words, by language; may be empty for a correction."""
    main_language: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """From when on somebody else is asked to approve it, where two must agree."""
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    """When readers were told; the date that they see."""

    __table_args__ = (Index("ix_correction_subject", "subject", "subject_id"),)
