"""An invitation: a link that makes whoever opens it first an editor or a reviewer.

open ──opened──> used
  └──revoke──> revoked; or it expires
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from digests.alerts.editor import Role
from digests.storage.schema import Base, word


class Invitation(Base):
    """One link. Its code is nowhere: only a hash of it, so that a stolen database opens no desk."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, in hexadecimal."""
    role: Mapped[Role] = mapped_column(word(Role))
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """By whom is for the audit log to say."""
    revoked_at: Mapped[datetime | None]
