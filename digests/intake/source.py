"""A source: a feed, channel, file or push that we read.

ok ──fails──> failing ──answers──> ok
 │               └── malformed · too_large · refused: it answers, but not with what we can keep
 └──410──> gone                paused: an editor said so
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base, word


class SourceKind(StrEnum):
    """How its articles reach us."""

    FEED = "feed"
    CHANNEL = "channel"
    FILE = "file"
    PUSH = "push"


class SourceState(StrEnum):
    """What happened at the last reading."""

    OK = "ok"
    FAILING = "failing"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    GONE = "gone"
    PAUSED = "paused"


class Source(Base):
    """A feed (by URL), a channel (by chat id), a file or a push (by name)."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[SourceKind] = mapped_column(word(SourceKind))
    address: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(8))
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Topics that every article of this source has, whatever its words."""
    full_text: Mapped[bool] = mapped_column(default=False)
    """Fetch the article page even where the feed gives a summary."""
    state_controlled: Mapped[bool] = mapped_column(default=False)
    affixes: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Title affixes seen to recur, stripped from its titles."""

    state: Mapped[SourceState] = mapped_column(word(SourceState), default=SourceState.OK)
    state_reason: Mapped[str | None] = mapped_column(Text)
    state_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    interval_minutes: Mapped[int] = mapped_column(default=15)
    next_read_at: Mapped[datetime | None]
    """When it is due; none where it is never fetched (channels, files, pushes, gone, paused)."""
    last_read_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("kind", "address"),
        Index("ix_source_next_read_at", "next_read_at"),
    )
