"""An edition: the stories fixed for one taste and one window. Who gets it is the dispatch's matter.

Readers who muted some of its stories, or know them already, share an edition without these (see
``without.py``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base


class Edition(Base):
    """One digest's content, before any language or words."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    taste_id: Mapped[int] = mapped_column(ForeignKey("taste.id"))
    window_start: Mapped[datetime]
    """Exclusive."""
    window_end: Mapped[datetime]
    """Inclusive."""
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by a correction to one of its stories."""
    story_count: Mapped[int]
    """How many there were to choose from: more than its places where the day was long."""
    left_out: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The stories that its readers muted or know by story news, by id; empty for the taste's own."""
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("taste_id", "window_start", "window_end", "left_out"),
        Index("ix_edition_window_end", "window_end"),
    )


class EditionStory(Base):
    """A story's place in an edition, at the revision it had."""

    __tablename__ = "edition_story"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """The order of reading, from 0."""
    story_id: Mapped[int]
    story_revision: Mapped[int]
    topic: Mapped[str] = mapped_column(String(32))
    """The section it stands in: of the taste's topics the one it is most about."""
    is_update: Mapped[bool]
    """It began before the window: the reader knows it, and is told what is new."""
    is_folded: Mapped[bool] = mapped_column(default=False)
    """Not among the strongest: its headline stands folded at the end."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["story_id", "story_revision"], ["story_revision.story_id", "story_revision.revision"]
        ),
        Index("ix_edition_story_story_id", "story_id"),
    )
