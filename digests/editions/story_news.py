"""Story news: what is new in a story since a revision, told to its followers between digests.

Followers who know the story up to the same revision share it. Its newest words are those of ``revision``:
a correction raises it, and every copy is edited.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base


class StoryNews(Base):
    """What happened to one story between two of its revisions."""

    __tablename__ = "story_news"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"))
    was_revision: Mapped[int]
    """What its readers know."""
    now_revision: Mapped[int]
    """What it tells."""
    revision: Mapped[int]
    """What its copies show: the same, until that is put right."""
    news_at: Mapped[datetime]
    """When the story last had news as it was made: a digest with nothing later need not tell it again."""
    made_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("story_id", "was_revision", "now_revision"),
        Index("ix_story_news_made_at", "made_at"),
    )
