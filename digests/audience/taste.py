"""A taste: what a subscriber wants to read, normalised, so that all who want the same share one row."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from digests.storage.schema import Base
from digests.vocabulary import Topic


class Taste(Base):
    """A set of topics. Editions are made for tastes, never for subscribers."""

    __tablename__ = "taste"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    topics: Mapped[list[TasteTopic]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class TasteTopic(Base):
    """One topic of a taste."""

    __tablename__ = "taste_topic"

    taste_id: Mapped[int] = mapped_column(ForeignKey("taste.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


def taste_key(topics: Iterable[Topic]) -> str:
    """The same key for the same wishes, however they were said."""
    return ",".join(sorted(set(topics)))
