"""An article: one published text, kept once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base


class Article(Base):
    """One published text, as first read. ``identity`` is what makes it the same article again."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    identity: Mapped[str] = mapped_column(Text, unique=True)
    """The canonical URL; else source and guid; else source and fingerprint."""
    text_key: Mapped[str | None] = mapped_column(String(64))
    """Fingerprint of a text long enough to be telling; unique within the source."""
    url: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str | None] = mapped_column(String(8))
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Topics its source or sender gave it."""
    image_url: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime]
    date_doubtful: Mapped[bool] = mapped_column(default=False)
    """The source gave no date, or an impossible one: ``published_at`` is when we read it."""
    read_at: Mapped[datetime]

    later_title: Mapped[str | None] = mapped_column(Text)
    later_summary: Mapped[str | None] = mapped_column(Text)
    later_text: Mapped[str | None] = mapped_column(Text)
    """What its source says now, where that is not what it had published."""
    changed_at: Mapped[datetime | None]
    """When the source was seen to have changed what it had published."""
    withdrawn_at: Mapped[datetime | None]
    """When its feed had dropped it and its page was seen to be gone."""

    grouped_at: Mapped[datetime | None]
    """When it was placed in a story; until then it waits for ``stories/group``."""

    __table_args__ = (
        UniqueConstraint("source_id", "text_key"),
        Index("ix_article_published_at", "published_at"),
        Index("ix_article_source_published", "source_id", "published_at"),
        Index(
            "ix_article_ungrouped",
            "published_at",
            sqlite_where=sql("grouped_at IS NULL"),
            postgresql_where=sql("grouped_at IS NULL"),
        ),
        Index(
            "ix_article_changed_at",
            "changed_at",
            sqlite_where=sql("changed_at IS NOT NULL"),
            postgresql_where=sql("changed_at IS NOT NULL"),
        ),
    )


class DroppedArticle(Base):
    """An article that its feed lists no longer, while it still lists older ones: is it withdrawn?"""

    __tablename__ = "dropped_article"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    dropped_at: Mapped[datetime]
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    """When its page is looked at next; none once that is settled."""
    missing_since: Mapped[datetime | None]
    """Since when its page answers that it is not there."""
