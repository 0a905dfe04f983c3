"""A slot: zone, local time and weekdays at which subscribers want their digest; and who keeps it.

Due times are computed from the zone when needed (law 8). A slot's next occurrence and its local date
stand in its row, so that "who is due?" is one index look-up, whatever the number of subscribers.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base

EVERY_DAY = 0b1111111
"""Weekdays as a bit mask, Monday the lowest bit."""


class Slot(Base):
    """A local time that any number of subscribers share."""

    __tablename__ = "slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    timezone: Mapped[str] = mapped_column(String(64))
    minute: Mapped[int] = mapped_column(SmallInteger)
    """Minutes after local midnight, 0-1439."""
    weekdays: Mapped[int] = mapped_column(SmallInteger, default=EVERY_DAY)
    next_due_at: Mapped[datetime] = mapped_column(index=True)
    next_local_date: Mapped[date] = mapped_column(Date)

    __table_args__ = (UniqueConstraint("timezone", "minute", "weekdays"),)


class Appointment(Base):
    """A subscriber keeps a slot. Keyed by (subscriber, local minute), so that a change of zone moves
    the slot under it and the same digest is not had twice on one local date."""

    __tablename__ = "appointment"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    minute: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    last_local_date: Mapped[date | None] = mapped_column(Date)
    """The local date of the last digest planned for this subscriber at this minute."""
    dispatch_id: Mapped[int | None]
    """The stamp: the dispatch that carries that digest. A newer one replaces it, and so merges a
    digest that was not sent in time into the next."""

    __table_args__ = (
        Index(
            "ix_appointment_dispatch",
            "dispatch_id",
            "subscriber_id",
            sqlite_where=text("dispatch_id IS NOT NULL"),
            postgresql_where=text("dispatch_id IS NOT NULL"),
        ),
    )
