"""A subscriber: a chat (a person's, a group's or a channel's) that wants to be told.

active <──/resume, time── paused          /pause
active <──/start, unblock── suspended     blocked, kicked, gone: the settings are kept
any ──/forget──> erased: no row is left
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from digests.audience.taste import Length
from digests.storage.schema import Base, word
from digests.vocabulary import Language


class ChatKind(StrEnum):
    """What kind of chat; limits differ."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class SubscriberState(StrEnum):
    """Whether anything unsolicited may go there."""

    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"


class EmptyDay(StrEnum):
    """What a day without news brings."""

    SAY = "say"
    SILENT = "silent"


class AlertWish(StrEnum):
    """Which breaking items a subscriber wants between digests."""

    ALL = "all"
    FLASH = "flash"
    NONE = "none"


class Subscriber(Base):
    """A chat and its settings."""

    __tablename__ = "subscriber"

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    thread_id: Mapped[int | None]
    """The forum topic to post in."""
    kind: Mapped[ChatKind] = mapped_column(word(ChatKind))
    language: Mapped[Language] = mapped_column(word(Language))
    timezone: Mapped[str] = mapped_column(String(64))
    timezone_said: Mapped[bool] = mapped_column(default=False)
    """Whether the person chose the zone; else it is our guess, and we say so."""
    taste_id: Mapped[int | None] = mapped_column(ForeignKey("taste.id"))
    state: Mapped[SubscriberState] = mapped_column(word(SubscriberState))
    state_reason: Mapped[str | None] = mapped_column(String(32))
    suspension_told_at: Mapped[datetime | None]
    """When somebody was told that we may not write here any more; once for each suspension."""
    set_up_by: Mapped[int | None] = mapped_column(BigInteger, info={"person": True})
    """The admin who last set something up in a group or channel: told when we may not write there."""
    paused_until: Mapped[datetime | None]
    empty_day: Mapped[EmptyDay] = mapped_column(word(EmptyDay), default=EmptyDay.SAY)
    alerts: Mapped[AlertWish] = mapped_column(word(AlertWish), default=AlertWish.ALL)
    length: Mapped[Length] = mapped_column(
        word(Length), default=Length.USUAL, server_default=Length.USUAL
    )
    wants_map: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Length and map are part of the taste as well, once there are topics."""
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_until: Mapped[int | None] = mapped_column(SmallInteger)
    """Quiet hours in minutes after local midnight; they may span midnight."""
    covered_until: Mapped[datetime]
    """Up to when the news was told, to the minute. A digest begins where the last one ended, so that
    nothing is lost or repeated; readers who share it share an edition."""
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_subscriber_taste_id", "taste_id"),
        Index("ix_subscriber_paused_until", "paused_until"),
    )
