"""A matter: something that waits for a decision at the desk. Found once, told once, decided once.

open ──a person decides──> settled <──it is over by itself── open
  └──"later"──> open, and told again when its time has come
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.errors import Stale
from digests.storage.insertion import insertion
from digests.storage.schema import Base, word


class MatterKind(StrEnum):
    """What there is to decide about."""

    FLASH = "flash"
    """A story that the rule for severity calls flash, and no alert of it."""
    EDIT = "edit"
    """A source changed or withdrew what it had published, and a story of ours tells it."""
    SOURCE = "source"
    """A source that is silent for longer than it ever is, fails, or ended."""
    DEAD = "dead"
    """Messages of one dispatch that will not go out however often they are tried."""
    UNCERTAIN = "uncertain"
    """Messages of one dispatch of which nobody can say whether they arrived."""


class MatterState(StrEnum):
    """Whether it still waits."""

    OPEN = "open"
    SETTLED = "settled"


class Matter(Base):
    """One thing to decide."""

    __tablename__ = "matter"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[MatterKind] = mapped_column(word(MatterKind))
    key: Mapped[str] = mapped_column(String(96))
    """What it is about: found again, it is the same matter."""
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What its template needs; ids, titles and counts, and nothing of any reader."""
    state: Mapped[MatterState] = mapped_column(word(MatterState), default=MatterState.OPEN)
    made_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    waits_until: Mapped[datetime | None]
    """Put off by a person: it is told again then, if it is still so."""
    decision: Mapped[str | None] = mapped_column(String(16))
    """The newest: what was done about it, or ``over``."""
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index(
            "ix_matter_open",
            "kind",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class MatterNotice(Base):
    """A notice that told of a matter, and shows what became of it."""

    __tablename__ = "matter_notice"

    matter_id: Mapped[int] = mapped_column(
        ForeignKey("matter.id", ondelete="CASCADE"), primary_key=True
    )
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True, index=True
    )


async def raise_matter(
    session: AsyncSession, kind: MatterKind, key: str, values: Mapping[str, Any], *, now: datetime
) -> Matter:
    """The matter of this kind and key, made where it is new. An open one gets these values, a settled
    one stays as it was decided."""
    row = {
        "kind": kind,
        "key": key,
        "values": dict(values),
        "state": MatterState.OPEN,
        "made_at": now,
    }
    await session.execute(insertion(session, Matter).values(row).on_conflict_do_nothing())
    wanted = select(Matter).where(Matter.kind == kind, Matter.key == key)
    matter = (await session.scalars(wanted.with_for_update())).one()
    if matter.state is MatterState.OPEN and matter.values != dict(values):
        matter.values = dict(values)
    await session.flush()
    return matter


async def undecided(
    session: AsyncSession, matter_id: int, kind: MatterKind, *, now: datetime
) -> Matter:
    """The open matter, locked; ``Stale`` where somebody was faster or it is over."""
    matter = await session.get(Matter, matter_id, with_for_update=True, populate_existing=True)
    if matter is None or matter.kind is not kind:
        raise Stale("gone")
    is_put_off = matter.waits_until is not None and matter.waits_until > now
    if matter.state is MatterState.SETTLED or is_put_off:
        raise Stale("decided")
    return matter


def settle(matter: Matter, decision: str, *, now: datetime) -> None:
    """It is decided, or over by itself; the audit log says by whom."""
    matter.state, matter.decision = MatterState.SETTLED, decision
    matter.settled_at = now


def put_off(matter: Matter, decision: str, *, until: datetime) -> None:
    """It is told again at ``until``, unless it is over by then."""
    matter.decision, matter.waits_until, matter.told_at = decision, until, None


async def open_matters(session: AsyncSession, kind: MatterKind) -> Sequence[Matter]:
    """All that wait, oldest first."""
    wanted = select(Matter).where(Matter.kind == kind, Matter.state == MatterState.OPEN)
    return (await session.scalars(wanted.order_by(Matter.id))).all()
