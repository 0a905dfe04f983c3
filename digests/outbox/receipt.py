"""A receipt: what Telegram answered. The ledger of everything that left the outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from digests.outbox.dispatch import Content, MessageKind
from digests.storage.schema import Base, word


class Outcome(StrEnum):
    """How it ended."""

    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


NOT_ARRIVED = "outcome IN ('failed', 'unknown')"
"""Few of many: a query that says this in so many words needs not look through the whole ledger."""


class Receipt(Base):
    """One finished unit: who got what, at which revision, as which message."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[Content] = mapped_column(word(Content))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int]
    """The newest revision this copy is known to show."""
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger, info={"forgotten_as": None})
    chat_id: Mapped[int] = mapped_column(BigInteger, info={"forgotten_as": 0})
    kind: Mapped[MessageKind] = mapped_column(word(MessageKind))
    part: Mapped[int] = mapped_column(SmallInteger, default=0)
    message_id: Mapped[int | None] = mapped_column(BigInteger, info={"forgotten_as": None})
    outcome: Mapped[Outcome] = mapped_column(word(Outcome))
    reason: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=1)
    ambiguous: Mapped[bool] = mapped_column(default=False)
    """It was sent again after an answer was lost: a second copy may exist."""
    closes: Mapped[bool] = mapped_column(default=True)
    """Whether this ended its outbox message: earlier parts and copies about to be edited do not."""
    sent_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_receipt_subject", "content", "subject_id", "id"),
        Index("ix_receipt_dispatch_id", "dispatch_id"),
        Index("ix_receipt_chat_message", "chat_id", "message_id"),
        Index("ix_receipt_sent_at", "sent_at"),
        Index(
            "ix_receipt_not_arrived",
            "sent_at",
            sqlite_where=text(NOT_ARRIVED),
            postgresql_where=text(NOT_ARRIVED),
        ),
    )
