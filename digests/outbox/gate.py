"""The gate: the pace Telegram allows this token, agreed in one row; each chat's own pace; and the
workers that share them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Float, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base


class Gate(Base):
    """One row for each token (by the bot's numeric id). Whoever claims locks it first."""

    __tablename__ = "gate"

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    rate: Mapped[float] = mapped_column(Float)
    """Messages a second at present; lowered by a 429, back by 1 a minute."""
    tat: Mapped[datetime]
    """GCRA's theoretical arrival time: the next free slot."""
    late: Mapped[float] = mapped_column(Float, default=0.0)
    """Seconds by which the worker that claimed last missed a slot, of the second before it did."""
    hold_until: Mapped[datetime | None]
    """Nothing goes out before: a retry_after."""
    held_at: Mapped[datetime | None]
    """When Telegram said so: a clock that was set back must not make the hold longer."""
    rate_changed_at: Mapped[datetime | None]
    wheel: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Where the lane wheel stands."""
    slot_no: Mapped[int] = mapped_column(BigInteger, default=0)
    """Slots given out so far: each claim's fence."""
    stopped_at: Mapped[datetime | None]
    """Nothing is claimed from then on until a person says so (``restored.py``); answers still go out."""
    stopped_told_at: Mapped[datetime | None]
    """When the owners were told of it."""


class ChatPace(Base):
    """When a chat may be sent to again. Readers, desk chats and strangers who said /start alike, so it
    is no column of the subscriber; a row is forgotten once its time has passed."""

    __tablename__ = "chat_pace"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    next_send_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = {"info": {"momentary": True}}  # noqa: RUF012 - SQLAlchemy's own spelling


class Worker(Base):
    """A running process: a new uuid at every boot, so that a restart never takes another's rows."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
