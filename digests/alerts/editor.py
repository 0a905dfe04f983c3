"""An editor: a person, by numeric id, who may speak for the newsroom; and the log of what they did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base, word


class Role(StrEnum):
    """What a person may do. Owners come from the settings alone."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"


class Editor(Base):
    """A person the owners appointed."""

    __tablename__ = "editor"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    role: Mapped[Role] = mapped_column(word(Role))
    appointed_by: Mapped[int] = mapped_column(BigInteger)
    appointed_at: Mapped[datetime]


class AuditEntry(Base):
    """One act at the desk. Rows are only ever added: the database refuses anything else (revision 0011)."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
