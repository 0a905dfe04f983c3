"""A following: what a reader wishes to hear of one alert or story, more than others or nothing more.

none ──follow──> follow ──the same tap──> none        mute takes follow's place, and follow mute's
any ──seven days without news──> none
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, String, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.bulk import insert_new
from digests.storage.schema import Base, word

QUIET_DAYS = 7
"""Without news for so long, it ends by itself."""


class Wish(StrEnum):
    """What is wished."""

    FOLLOW = "follow"
    """Every update, those too that only edit the message."""
    MUTE = "mute"
    """No further alert, and no update that sounds."""


class Following(Base):
    """One subscriber's wish about one event."""

    __tablename__ = "following"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    about: Mapped[str] = mapped_column(String(32), primary_key=True)
    """``alert:7`` or ``story:12``: an alert that belongs to a story is followed as the story."""
    wish: Mapped[Wish] = mapped_column(word(Wish))
    until: Mapped[datetime]
    """When it ends unless there is news before."""

    __table_args__ = (
        # Whom news of one event is, or is not, for: found without looking at anybody else.
        Index("ix_following_about", "about", "wish", "subscriber_id"),
        Index("ix_following_until", "until"),
    )


def those_who(wish: Wish, about: str) -> Select[int]:
    """The ids of the subscribers with this wish."""
    return select(Following.subscriber_id).where(Following.about == about, Following.wish == wish)


async def toggle(
    session: AsyncSession, subscriber_id: int, about: str, wish: Wish, *, now: datetime
) -> Wish | None:
    """The wish, in place of another; the same one again ends it. What stands now."""
    this = (Following.subscriber_id == subscriber_id, Following.about == about)
    ended = await session.execute(delete(Following).where(*this, Following.wish == wish))
    if ended.rowcount:  # type: ignore[attr-defined]
        return None
    new = {"wish": wish, "until": _ends(now)}
    changed = await session.execute(update(Following).where(*this).values(**new))
    if not changed.rowcount:  # type: ignore[attr-defined]
        row = {"subscriber_id": subscriber_id, "about": about, **new}
        await insert_new(session, Following, [row], ["about"])
    return wish


async def stop(session: AsyncSession, subscriber_id: int, about: str) -> None:
    """No wish stands any more, whichever it was."""
    await session.execute(
        delete(Following).where(Following.subscriber_id == subscriber_id, Following.about == about)
    )


async def followings(session: AsyncSession, subscriber_id: int) -> Sequence[Following]:
    """All of one subscriber's, those with the newest news first."""
    wanted = select(Following).where(Following.subscriber_id == subscriber_id)
    return (await session.scalars(wanted.order_by(Following.until.desc(), Following.about))).all()


async def is_followed(session: AsyncSession, about: str) -> bool:
    """Whether anybody follows it."""
    return bool(await session.scalar(select(exists(those_who(Wish.FOLLOW, about)))))


async def prolong(session: AsyncSession, about: str, *, now: datetime) -> None:
    """There is news of it: the days count from now."""
    await session.execute(
        update(Following)
        .where(Following.about == about)
        .values(until=_ends(now))
        .execution_options(synchronize_session=False)
    )


async def end_quiet(session: AsyncSession, *, now: datetime) -> None:
    """Deletes what had no news for so long."""
    await session.execute(
        delete(Following).where(Following.until <= now).execution_options(synchronize_session=False)
    )


def _ends(now: datetime) -> datetime:
    return now + timedelta(days=QUIET_DAYS)
