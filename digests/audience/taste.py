"""A taste: what a subscriber wants to read, normalised, so that all who want the same share one row."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from digests.storage.schema import Base, word
from digests.vocabulary import Topic


class Length(StrEnum):
    """How long a digest a reader wants."""

    SHORT = "short"
    USUAL = "usual"
    LONG = "long"


class Taste(Base):
    """Topics, how long a digest of them is to be, and whether with a map. Editions are made for tastes,
    never for subscribers."""

    __tablename__ = "taste"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    length: Mapped[Length] = mapped_column(
        word(Length), default=Length.USUAL, server_default=Length.USUAL
    )
    has_map: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    topics: Mapped[list[TasteTopic]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class TasteTopic(Base):
    """One topic of a taste."""

    __tablename__ = "taste_topic"

    taste_id: Mapped[int] = mapped_column(ForeignKey("taste.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


def taste_key(
    topics: Iterable[Topic], length: Length = Length.USUAL, *, has_map: bool = False
) -> str:
    """The same key for the same wishes, however they were said; the usual ones are not named."""
    named = [*sorted(set(topics))]
    if not named:
        return ""
    wishes = [str(length)] * (length is not Length.USUAL) + ["map"] * has_map
    return ";".join([",".join(named), *wishes])
