"""A waking: the breaking news that was held for a reader's quiet hours, told in one message.

Readers for whom the same was held share it. Its alerts stand in it at their newest revision; when one
of them is put right, so is every copy.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base


class Waking(Base):
    """One set of alerts."""

    __tablename__ = "waking"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(512), unique=True)
    """The alerts' ids, in order."""
    revision: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]


class WakingAlert(Base):
    """One alert of it."""

    __tablename__ = "waking_alert"

    waking_id: Mapped[int] = mapped_column(ForeignKey("waking.id"), primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True, index=True)
    alert_revision: Mapped[int]
