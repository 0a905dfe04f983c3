"""An alert: a breaking item in immutable revisions.

draft ──propose──> proposed ──approve──> approved ──(correct, retract: a new revision)
 │ ^ └──reject, change──┘ │ └─approve for later─> scheduled ──release──> approved
 │ └──────────────cancel, change, too late───────────┘
 └──discard──> rejected

Where one person's word is enough, a draft is approved as it is. A change always leads back to draft:
what was proposed or approved is one revision, and no other.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base, word
from digests.vocabulary import Severity, Standing


class AlertState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    APPROVED = "approved"
    REJECTED = "rejected"


class RevisionReason(StrEnum):
    """Why a revision was made."""

    FIRST = "first"
    UPDATE = "update"
    CORRECTION = "correction"
    RETRACTION = "retraction"


class Alert(Base):
    """A breaking item. Its words are in its newest ``AlertRevision``."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[AlertState] = mapped_column(word(AlertState), default=AlertState.DRAFT)
    revision: Mapped[int] = mapped_column(default=1)
    proposed_by: Mapped[int | None] = mapped_column(BigInteger)
    proposed_at: Mapped[datetime | None]
    """From when on somebody else is asked to approve it."""
    refused_by: Mapped[int | None] = mapped_column(BigInteger)
    refusal: Mapped[str | None] = mapped_column(Text)
    """Why it was not approved when it was last proposed."""
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"))
    story_chosen: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A person said to which story it belongs, or that it belongs to none: no rule changes that."""
    created_at: Mapped[datetime]

    @property
    def about(self) -> str:
        """As what readers follow or mute it."""
        return f"story:{self.story_id}" if self.story_id else f"alert:{self.id}"

    __table_args__ = (
        Index(
            "ix_alert_undecided",
            "id",
            sqlite_where=text("state IN ('proposed', 'scheduled')"),
            postgresql_where=text("state IN ('proposed', 'scheduled')"),
        ),
        Index(
            "ix_alert_story",
            "story_id",
            sqlite_where=text("story_id IS NOT NULL"),
            postgresql_where=text("story_id IS NOT NULL"),
        ),
    )


class AlertRevision(Base):
    """What an alert says at one time. A changed draft is a new revision too: buttons carry it, so
    that nobody approves what they did not see."""

    __tablename__ = "alert_revision"

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[RevisionReason] = mapped_column(word(RevisionReason))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    """Plain text by language; the first line is the headline."""
    main_language: Mapped[str] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(JSON)
    places: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    """Where it happened, as the gazetteer names places."""
    severity: Mapped[Severity] = mapped_column(word(Severity))
    standing: Mapped[Standing] = mapped_column(word(Standing))
    attribution: Mapped[str | None] = mapped_column(Text)
    """Who says so, in the main language."""
    attributions: Mapped[dict[str, str]] = mapped_column(
        JSON, default=dict, server_default=text("'{}'")
    )
    """And in others, by language."""
    source_url: Mapped[str | None] = mapped_column(Text)
    photo: Mapped[str | None] = mapped_column(Text)
    """Telegram's id of the file, good for this bot alone."""
    photo_changed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Copies may show another photo than this, or one where there is none any more."""
    release_at: Mapped[datetime | None]
    """When it is to go out; none: as soon as it is approved."""
    note: Mapped[str | None] = mapped_column(Text)
    """What was wrong, in the words of the editor who corrected it."""
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]

    def attributed(self, language: str) -> tuple[str | None, dict[str, str]]:
        """Who says so once ``language`` is the main one, and in the others."""
        said = dict(self.attributions)
        if self.attribution:
            said[self.main_language] = self.attribution
        return said.pop(language, self.attribution), said

    @property
    def main_text(self) -> tuple[str, str]:
        """The text in the main language, and that language."""
        return self.texts[self.main_language], self.main_language

    @property
    def is_under_photo(self) -> bool:
        """Whether some copies have a photo, and so no more room than under one."""
        return self.photo is not None or self.photo_changed
