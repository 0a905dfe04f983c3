"""An update: newer words of an alert that was sent. Every copy is edited to them.

proposed ──approve──> approved ──> edits of every copy, aloud a short reply below each
    └──discard──> rejected
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Text, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.alerts.release import ProposalState
from digests.storage.schema import Base, word
from digests.vocabulary import Severity, Standing


class AlertUpdate(Base):
    """What an alert is to say from now on. Another severity or label is another update."""

    __tablename__ = "alert_update"

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    state: Mapped[ProposalState] = mapped_column(
        word(ProposalState), default=ProposalState.PROPOSED
    )
    was_revision: Mapped[int]
    """What its editor saw."""
    now_revision: Mapped[int | None]
    """What stands since; none until it is approved."""
    text: Mapped[str] = mapped_column(Text)
    """Plain; the first line is the headline."""
    language: Mapped[str] = mapped_column(Text)
    others: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default=sql("'{}'"))
    """The same in other languages, by language."""
    attribution: Mapped[str | None] = mapped_column(Text)
    attributions: Mapped[dict[str, str]] = mapped_column(
        JSON, default=dict, server_default=sql("'{}'")
    )
    places: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=sql("'[]'"))
    """Where it happened, as the newer text says."""
    photo: Mapped[str | None] = mapped_column(Text)
    """Telegram's id of the photo above it from now on."""
    severity: Mapped[Severity] = mapped_column(word(Severity))
    standing: Mapped[Standing] = mapped_column(word(Standing))
    sounds: Mapped[bool] = mapped_column(default=False)
    """Whether readers were told aloud."""
    asked_at: Mapped[datetime | None]
    """Since when others are asked to approve it."""
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    """When readers were told; the date that they see."""

    __table_args__ = (Index("ix_alert_update_alert", "alert_id", "id"),)

    @property
    def main_language(self) -> str:
        """The language of its text."""
        return self.language

    @property
    def said_by(self) -> dict[str, str]:
        """Who says so, by language."""
        main = {self.language: self.attribution} if self.attribution else {}
        return {**self.attributions, **main}


async def updates_until(
    session: AsyncSession, alert_id: int, revision: int
) -> Sequence[AlertUpdate]:
    """The approved updates that ``revision`` comes after or is, oldest first."""
    wanted = select(AlertUpdate).where(
        AlertUpdate.alert_id == alert_id,
        AlertUpdate.state == ProposalState.APPROVED,
        AlertUpdate.now_revision <= revision,
    )
    return (await session.scalars(wanted.order_by(AlertUpdate.id))).all()
