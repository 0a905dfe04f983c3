"""An outbox message: one unit to send, edit or delete in one chat. Only unfinished ones have a row.

held <──pause── ready ──claim──> sending ──settle──> (a receipt; the row is gone)
  └───resume────> ^                 └── not sent · lease ran out · another part ──> back to ready
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from digests.outbox.dispatch import Lane, MessageKind
from digests.storage.schema import Base, word


class MessageState(StrEnum):
    """Waiting, waiting in a paused dispatch, or in a courier's hands."""

    READY = "ready"
    HELD = "held"
    SENDING = "sending"


def stands(state: MessageState) -> ColumnElement[MessageState]:
    """The state written into the statement: a parameter would keep the partial indexes from being used."""
    return literal_column(f"'{state.value}'", OutboxMessage.state.type)


class OutboxMessage(Base):
    """One unit of work for the courier. It holds what to say, not the words."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatch.id"))
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger)
    """None for a desk chat that never subscribed."""
    chat_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[MessageKind] = mapped_column(word(MessageKind))
    part: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Which part of a long content, from 0; settled parts leave receipts, the row goes on to the next."""
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """What to edit or delete, or to reply to."""
    lane: Mapped[Lane] = mapped_column(word(Lane))
    state: Mapped[MessageState] = mapped_column(word(MessageState), default=MessageState.READY)
    not_before: Mapped[datetime | None]
    slot: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None]
    slot_no: Mapped[int | None] = mapped_column(BigInteger)
    """The gate's number of this claim: whoever settles must hold it, or was rescued meanwhile."""
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0)
    rescues: Mapped[int] = mapped_column(SmallInteger, default=0)
    ambiguous: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How often it may have arrived without an answer."""
    departed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of a send that may have arrived before: whether it is about to leave once more."""
    plain: Mapped[bool] = mapped_column(default=False)
    """Telegram could not parse it: once more, as plain text."""
    dedup_key: Mapped[str] = mapped_column(String(96), unique=True)

    __table_args__ = (
        Index(
            "ix_outbox_ready",
            "lane",
            "id",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
        Index(
            "uq_outbox_one_in_flight",
            "chat_id",
            unique=True,
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index("ix_outbox_dispatch_id", "dispatch_id"),
    )
