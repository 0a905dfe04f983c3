"""A digest that somebody asks for (verb): at once, with the news since their last one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.occurrence import floor_minute
from digests.audience.subscribe import topics_of, was_never_told
from digests.audience.subscriber import Subscriber
from digests.audience.taste import Length
from digests.editions.due import next_whole_minute
from digests.editions.edition import Edition
from digests.editions.press import Wanted, press
from digests.editions.selection import MOST
from digests.editions.stock import reach
from digests.editions.window import close_windows
from digests.editions.without import (
    edition_for,
    knows_by_edition,
)
from digests.outbox.dispatch import Content, Dispatch, Lane, Reach
from digests.outbox.plan import plan
from digests.vocabulary import Topic


async def compose_now(
    session: AsyncSession, subscriber: Subscriber, *, now: datetime
) -> Dispatch | None:
    """A digest at once, with the news since the last one; none where there is no news.

    ``covered_until`` moves with it, so that a digest which waits to be sent is not told twice.
    """
    await close_windows(session)
    await session.refresh(subscriber, with_for_update=True)
    ends_at = next_whole_minute(now)
    if subscriber.taste_id is None or subscriber.covered_until >= ends_at:
        return None
    edition = await on_demand(
        session,
        subscriber.taste_id,
        await topics_of(session, subscriber),
        subscriber.covered_until,
        ends_at,
        is_first=was_never_told(subscriber),
        now=now,
    )
    if edition is not None:
        edition = await edition_for(session, edition, subscriber.id, now=now)
    if edition is None or not edition.story_count:
        return None
    await knows_by_edition(session, edition, subscriber.id, now=now)
    covers_from, subscriber.covered_until = subscriber.covered_until, ends_at
    await session.flush()
    return await plan(
        session,
        content=Content.EDITION,
        subject_id=edition.id,
        revision=edition.revision,
        lane=Lane.INTERACTIVE,
        reach=Reach.SINGLE,
        chat_id=subscriber.chat_id,
        covers_from=covers_from,
        covers_until=ends_at,
        created_at=now,
        plan_key=f"digest:{subscriber.id}:{ends_at:%Y%m%dT%H%M}",
    )


async def on_demand(
    session: AsyncSession,
    taste_id: int,
    topics: Collection[Topic],
    since: datetime,
    ends_at: datetime,
    *,
    is_first: bool,
    now: datetime,
) -> Edition | None:
    """The edition with the news since then; for a reader's first, else with the newest there is on
    these topics, however old: each story says when it was. None without a story."""
    edition = await _pressed(session, Wanted.since(taste_id, since, ends_at), now)
    if edition or not is_first:
        return edition
    oldest = await reach(session, topics, limit=MOST[Length.USUAL])
    if oldest is None:
        return None
    start = floor_minute(oldest) - timedelta(minutes=1)
    return await _pressed(session, Wanted(taste_id, start, ends_at), now)


async def _pressed(session: AsyncSession, wanted: Wanted, now: datetime) -> Edition | None:
    edition = await session.get_one(Edition, (await press(session, [wanted], now=now))[wanted])
    return edition if edition.story_count else None
