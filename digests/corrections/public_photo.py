"""A public photo: the picture of an alert that the archive shows, kept by us, for Telegram gives files to
the bot alone.

wanted ──fetched──> kept ──the alert shows it no more──> let go
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base

NAME = 32
"""Characters of a photo's name."""


class PublicPhoto(Base):
    """One photo of one alert."""

    __tablename__ = "public_photo"

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    """What the public calls it: Telegram's id of it is the bot's alone."""
    file_id: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime]
    kind: Mapped[str | None] = mapped_column(String(16))
    """As HTTP calls it; none until it is kept."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Last and read apart: lists pass over it."""


def name_of(file_id: str) -> str:
    """The same photo has the same name; another one another, so that browsers may keep either."""
    return sha256(file_id.encode()).hexdigest()[:NAME]
