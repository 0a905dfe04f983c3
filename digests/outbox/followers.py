"""Story news goes to followers (verb): who is awake gets it and is marked as told, in the same commit;
who sleeps gets the newest there is when they wake.

That mark is all there is to hold back: a follower who was not told yet is simply still to be told, in
whatever words are newest then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.following import PACE, PACE_OF_RISES, Following, may_be_told
from digests.audience.manner import Manner, manner_of
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.outbox.dispatch import Dispatch, Lane
from digests.outbox.quiet import is_quiet, wakes_at


def followers(dispatch: Dispatch) -> ColumnElement[bool]:
    """Who knows the story up to where this begins, and could be told when it was planned."""
    pace = PACE_OF_RISES if dispatch.lane is Lane.URGENT else PACE
    active = (
        exists()
        .where(Subscriber.id == Following.subscriber_id, Subscriber.state == SubscriberState.ACTIVE)
        .correlate(Following)
    )
    return and_(
        Following.about == dispatch.about,
        Following.told_revision == dispatch.since_revision,
        may_be_told(dispatch.created_at, pace),
        active,
    )


async def tell_some(
    session: AsyncSession, dispatch: Dispatch, most: int, now: datetime
) -> tuple[int, list[Any], int]:
    """The next followers: how many were looked at, those to be told, and the last of them."""
    found = await session.execute(
        select(
            Following.subscriber_id,
            Following.message_id,
            Subscriber.chat_id,
            Subscriber.timezone,
            Subscriber.quiet_from,
            Subscriber.quiet_until,
            Subscriber.alerts,
            Subscriber.at_night,
        )
        .join(Subscriber, Subscriber.id == Following.subscriber_id)
        .where(followers(dispatch), Following.subscriber_id > dispatch.cursor)
        .order_by(Following.subscriber_id)
        .limit(most)
        .with_for_update(of=Following)
    )
    readers = found.all()
    asleep: defaultdict[datetime, list[int]] = defaultdict(list)
    awake = []
    for reader in readers:
        if sleeps(dispatch, reader, now):
            until = wakes_at(now, reader.timezone, reader.quiet_until)
            asleep[until].append(reader.subscriber_id)
        else:
            awake.append(reader)
    for until, sleepers in asleep.items():
        await _mark(session, dispatch, sleepers, asleep_until=until)
    ids = [reader.subscriber_id for reader in awake]
    told = {"told_revision": dispatch.revision, "told_at": now, "asleep_until": None}
    await _mark(session, dispatch, ids, **told)
    return len(readers), awake, readers[-1].subscriber_id if readers else 0


def sleeps(dispatch: Dispatch, reader: Any, now: datetime) -> bool:
    """Whether this waits for the morning. By day followers get what they follow, though perhaps without
    a sound; at night only what they let through."""
    if not is_quiet(now, reader.timezone, reader.quiet_from, reader.quiet_until):
        return False
    assert dispatch.severity is not None  # noqa: S101 - story news has its story's
    manner = manner_of(dispatch.severity, reader.alerts, reader.at_night, quiet=True)
    return manner in (Manner.HOLD, Manner.NONE)


async def _mark(
    session: AsyncSession, dispatch: Dispatch, who: Collection[int], **values: object
) -> None:
    if who:
        await session.execute(
            update(Following)
            .where(Following.about == dispatch.about, Following.subscriber_id.in_(who))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
