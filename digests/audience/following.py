"""A following: what a reader wishes to hear of one alert or story, more than others or nothing more.

none ──follow──> follow ──the same tap──> none        mute takes follow's place, and follow mute's
any ──seven days without news──> none

Of a followed story it holds what its reader knows: ``told_revision``. Whoever tells them more, a digest,
an alert or story news, moves it in the same commit; so nothing is lost or told twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    delete,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.bulk import insert_new
from digests.storage.schema import Base, word

QUIET_DAYS = 7
"""Without news for so long, it ends by itself."""

PACE = timedelta(hours=1)
"""Between two messages about one story to one reader at least; the later one tells the newest state."""

PACE_OF_RISES = timedelta(minutes=10)
"""The same where its severity rose: that cannot wait an hour, and severities may waver."""

_TELLS_STORIES = "told_revision IS NOT NULL"


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
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message it was chosen under: news of the story comes as a reply to it."""
    told_revision: Mapped[int | None]
    """Of a story: up to which revision its reader was told."""
    told_at: Mapped[datetime | None]
    """When they were last told of it since they follow."""
    asleep_until: Mapped[datetime | None]
    """News of it waits for the end of their quiet hours."""

    __table_args__ = (
        Index(
            "ix_following_told",
            "about",
            "told_revision",
            sqlite_where=text(_TELLS_STORIES),
            postgresql_where=text(_TELLS_STORIES),
        ),
        # Whom news of one event is, or is not, for: found without looking at anybody else.
        Index("ix_following_about", "about", "wish", "subscriber_id"),
        Index("ix_following_until", "until"),
    )


def those_who(wish: Wish, about: str) -> Select[int]:
    """The ids of the subscribers with this wish."""
    return select(Following.subscriber_id).where(Following.about == about, Following.wish == wish)


def story_about(story_id: int | str) -> str:
    """A story as it is followed and muted."""
    return f"story:{story_id}"


def may_be_told(now: datetime, pace: timedelta = PACE) -> ColumnElement[bool]:
    """Who follows a story and was not told of it within the pace, nor sleeps."""
    return and_(
        Following.wish == Wish.FOLLOW,
        Following.told_revision.is_not(None),
        or_(Following.told_at.is_(None), Following.told_at <= now - pace),
        or_(Following.asleep_until.is_(None), Following.asleep_until <= now),
    )


async def toggle(
    session: AsyncSession,
    subscriber_id: int,
    about: str,
    wish: Wish,
    *,
    now: datetime,
    message_id: int | None = None,
    knows: int | None = None,
) -> Wish | None:
    """The wish, in place of another; the same one again ends it. What stands now.

    ``message_id``: where it was chosen; ``knows``: the revision of the story that its reader knows.
    """
    this = (Following.subscriber_id == subscriber_id, Following.about == about)
    ended = await session.execute(delete(Following).where(*this, Following.wish == wish))
    if ended.rowcount:  # type: ignore[attr-defined]
        return None
    new = {
        "wish": wish,
        "until": _ends(now),
        "message_id": message_id,
        "told_revision": knows if wish is Wish.FOLLOW else None,
        "told_at": None,
        "asleep_until": None,
    }
    changed = await session.execute(update(Following).where(*this).values(**new))
    if not changed.rowcount:  # type: ignore[attr-defined]
        row = {"subscriber_id": subscriber_id, "about": about, **new}
        await insert_new(session, Following, [row], ["about"])
    return wish


async def wishes(
    session: AsyncSession, subscriber_id: int, abouts: Sequence[str]
) -> dict[str, Wish]:
    """What one subscriber wishes about these; what they wish nothing about is not in it."""
    rows = await session.execute(
        select(Following.about, Following.wish).where(
            Following.subscriber_id == subscriber_id, Following.about.in_(abouts)
        )
    )
    return {about: wish for about, wish in rows}  # noqa: C416


async def muted_stories(session: AsyncSession, subscriber_id: int) -> set[int]:
    """The stories that one subscriber wants to hear nothing of."""
    wanted = select(Following.about).where(
        Following.subscriber_id == subscriber_id,
        Following.wish == Wish.MUTE,
        Following.about.startswith(story_about("")),
    )
    return {int(about.partition(":")[2]) for about in await session.scalars(wanted)}


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


async def told_otherwise(session: AsyncSession, about: str, *, now: datetime) -> None:
    """Its followers have just heard of it, from an alert's update: story news keeps its distance."""
    await session.execute(
        update(Following)
        .where(Following.about == about, Following.told_revision.is_not(None))
        .values(told_at=now)
        .execution_options(synchronize_session=False)
    )


async def prolong(session: AsyncSession, about: str, *, now: datetime) -> None:
    """There is news of it: the days count from now."""
    await session.execute(
        update(Following)
        .where(Following.about == about)
        .values(until=_ends(now))
        .execution_options(synchronize_session=False)
    )


async def wake(session: AsyncSession, subscriber_id: int, until: datetime) -> None:
    """What waits for the end of their quiet hours comes then, as they are now."""
    await session.execute(
        update(Following)
        .where(Following.subscriber_id == subscriber_id, Following.asleep_until.is_not(None))
        .values(asleep_until=until)
        .execution_options(synchronize_session=False)
    )


async def leave_messages(session: AsyncSession, subscriber_id: int) -> None:
    """The messages they were chosen under are out of reach: a group became a supergroup."""
    await session.execute(
        update(Following)
        .where(Following.subscriber_id == subscriber_id)
        .values(message_id=None)
        .execution_options(synchronize_session=False)
    )


async def end_quiet(session: AsyncSession, *, now: datetime) -> None:
    """Deletes what had no news for so long."""
    await session.execute(
        delete(Following).where(Following.until <= now).execution_options(synchronize_session=False)
    )


def _ends(now: datetime) -> datetime:
    return now + timedelta(days=QUIET_DAYS)
