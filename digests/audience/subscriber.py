"""A subscriber: a chat (a person's, a group's or a channel's) that wants to be told.

active <──/resume, time── paused          /pause
active <──/start, unblock── suspended     blocked, kicked, gone: the settings are kept
any ──/forget──> erased: no row is left
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from digests.audience.manner import DAY, NIGHT, Manner, Manners
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


LENGTH = 16
"""Characters of a column that holds a word."""


class ManyManners(TypeDecorator[Manners]):
    """How breaking news may come, as a letter for each severity; three choices have names of their own,
    by which they were first stored."""

    impl = String(LENGTH)
    cache_ok = True

    def process_bind_param(self, value: Manners | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """As it is stored."""
        if value is None:
            return None
        return _NAMES.get(value) or "".join(_LETTERS[manner] for manner in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Manners | None:  # noqa: ARG002
        """As it is meant."""
        if value is None or value in _NAMED:
            return _NAMED[value] if value else None
        routine, priority, flash = (_MANNERS[letter] for letter in value)
        return routine, priority, flash


_LETTERS = {Manner.SOUND: "s", Manner.SILENT: "q", Manner.HOLD: "h", Manner.NONE: "n"}
_MANNERS = {letter: manner for manner, letter in _LETTERS.items()}
_NAMED: dict[str, Manners] = {
    "all": DAY,
    "flash": (Manner.NONE, Manner.NONE, Manner.SOUND),
    "none": (Manner.NONE, Manner.NONE, Manner.NONE),
}
_NAMES = {manners: name for name, manners in _NAMED.items()}


HOURS = ("quiet_from", "quiet_until", "timezone", "alerts", "at_night")
"""What decides whether breaking news sounds at a moment."""

HAS_NIGHTS = "quiet_from IS NOT NULL"

NOT_ACTIVE = "state <> 'active'"
"""Few of many: a query that says this in so many words needs not look at every subscriber."""


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
    alerts: Mapped[Manners] = mapped_column(ManyManners, default=DAY)
    """How breaking news comes by day."""
    at_night: Mapped[Manners] = mapped_column(ManyManners, default=NIGHT, server_default="qqq")
    """And in quiet hours. Who set theirs when all came without a sound keeps it so."""
    breaking_taste_id: Mapped[int | None] = mapped_column(ForeignKey("taste.id"))
    """The topics of which breaking news comes, where they are fewer than the taste's."""
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
        # Wide, so that whom an alert is for can be counted without reading the subscribers themselves.
        Index("ix_subscriber_taste", "taste_id", "breaking_taste_id", "state", "alerts"),
        Index("ix_subscriber_breaking_taste", "breaking_taste_id", "state", "alerts"),
        # And in whose night it would come: gathered in this order, whatever the topics.
        Index(
            "ix_subscriber_nights",
            "state",
            *HOURS,
            "taste_id",
            "breaking_taste_id",
            sqlite_where=text(HAS_NIGHTS),
            postgresql_where=text(HAS_NIGHTS),
        ),
        Index("ix_subscriber_paused_until", "paused_until"),
        Index(
            "ix_subscriber_not_active",
            "state",
            sqlite_where=text(NOT_ACTIVE),
            postgresql_where=text(NOT_ACTIVE),
        ),
    )
