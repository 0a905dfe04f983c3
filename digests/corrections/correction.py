"""A correction: what was wrong in an alert or a digest's story, and what is right.

proposed ──approve──> approved ──> edits of every delivered copy, a note to those who received it
    └──discard──> rejected
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from digests.alerts.release import ProposalState
from digests.corrections.label import Label
from digests.storage.schema import Base, word
from digests.vocabulary import Standing


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
    state: Mapped[ProposalState] = mapped_column(
        word(ProposalState), default=ProposalState.PROPOSED
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
    standing: Mapped[Standing | None] = mapped_column(word(Standing))
    """How sure the alert is from then on; none where the label is not for a correction to say."""
    attribution: Mapped[str | None] = mapped_column(Text)
    """Who says so, in the main language."""
    attributions: Mapped[dict[str, str]] = mapped_column(
        JSON, default=dict, server_default=text("'{}'")
    )
    """And in others, by language."""
    places: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    """Where the alert says from then on that it happened."""
    photo: Mapped[str | None] = mapped_column(Text)
    """Telegram's id of the photo that takes the wrong one's place."""
    drops_photo: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The photo was what was wrong: copies show a card in its place."""
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """From when on somebody else is asked to approve it, where two must agree."""
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    """When readers were told; the date that they see."""

    __table_args__ = (Index("ix_correction_subject", "subject", "subject_id"),)

    def right_in(self, language: str) -> str:
        """What is right, as readers of this language get it; empty for a retraction."""
        return self.texts.get(language, self.texts.get(self.main_language, ""))

    def note_in(self, language: str) -> str:
        """What was wrong, in the editor's words, as they get it; may be empty."""
        return self.notes.get(language, self.notes.get(self.main_language, ""))

    def spoken_in(self, language: str) -> str:
        """The language of what they get."""
        return language if language in (self.texts or self.notes) else self.main_language

    @property
    def label(self) -> Label | None:
        """What stands below the headline from then on; none where it stays."""
        if self.standing is None:
            return None
        return Label(self.standing, self.attribution, self.attributions)

    @property
    def said_by(self) -> dict[str, str]:
        """Who says so from then on, by language; nobody where the label stays."""
        return self.label.said_by(self.main_language) if self.label else {}

    @property
    def changes_photo(self) -> bool:
        """Whether it is about the photo as well."""
        return self.drops_photo or self.photo is not None
