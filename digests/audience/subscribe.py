"""Who subscribes to what (verb): register a chat, add and drop topics, change its settings.

``found`` locks the chat's row, so that of two taps at once neither is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.manner import Manner, changed
from digests.audience.occurrence import floor_minute
from digests.audience.presence import restore_row
from digests.audience.schedule import DEFAULT_TIME, set_times, times_of
from digests.audience.sharing import breaking_taste_for, taste_for
from digests.audience.subscriber import (
    ChatKind,
    EmptyDay,
    Subscriber,
    SubscriberState,
)
from digests.audience.taste import Length, TasteTopic
from digests.storage.bulk import insert_new
from digests.vocabulary import Language, Severity, Topic

FIRST_WINDOW = timedelta(hours=24)
"""How far back a new subscriber's first digest goes."""

GUESSED_ZONE = "Europe/Kyiv"
"""Until the reader says where they are; every answer that gives a time says so."""


async def find(session: AsyncSession, chat_id: int) -> Subscriber | None:
    """The chat's row, for reading."""
    return await session.scalar(select(Subscriber).where(Subscriber.chat_id == chat_id))


async def found(session: AsyncSession, chat_id: int) -> Subscriber | None:
    """The chat's row, locked until the transaction ends."""
    return await session.scalar(
        select(Subscriber).where(Subscriber.chat_id == chat_id).with_for_update()
    )


def was_never_told(subscriber: Subscriber) -> bool:
    """Whether this reader has had no digest yet."""
    return subscriber.covered_until == floor_minute(subscriber.created_at) - FIRST_WINDOW


async def register(
    session: AsyncSession,
    chat_id: int,
    *,
    kind: ChatKind,
    language: Language,
    now: datetime,
    thread_id: int | None = None,
) -> Subscriber:
    """The chat's row, locked; a new one where there is none. Who speaks to us is no longer gone."""
    new = {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "kind": kind,
        "language": language,
        "timezone": GUESSED_ZONE,
        "state": SubscriberState.ACTIVE,
        "covered_until": floor_minute(now) - FIRST_WINDOW,
        "created_at": now,
    }
    await insert_new(session, Subscriber, [new], ["id"])
    subscriber = await found(session, chat_id)
    assert subscriber is not None  # noqa: S101 - it was inserted, or was there
    if subscriber.state is SubscriberState.SUSPENDED:
        restore_row(subscriber, now)
    return subscriber


async def topics_of(session: AsyncSession, subscriber: Subscriber) -> tuple[Topic, ...]:
    """The topics a subscriber wants, by name."""
    return await _topics_in(session, subscriber.taste_id)


async def _topics_in(session: AsyncSession, taste_id: int | None) -> tuple[Topic, ...]:
    rows = await session.scalars(
        select(TasteTopic.topic).where(TasteTopic.taste_id == taste_id).order_by(TasteTopic.topic)
    )
    return tuple(map(Topic, rows))


async def subscribe(
    session: AsyncSession, subscriber: Subscriber, topics: Iterable[Topic], *, now: datetime
) -> tuple[Topic, ...]:
    """Adds topics; those that are new. The first ones bring a daily digest where no time is set."""
    had = await topics_of(session, subscriber)
    new = tuple(topic for topic in dict.fromkeys(topics) if topic not in had)
    await _want(session, subscriber, (*had, *new))
    if not had and new and not await times_of(session, subscriber):
        await set_times(session, subscriber, [DEFAULT_TIME], now=now)
    return new


async def unsubscribe(
    session: AsyncSession, subscriber: Subscriber, topics: Iterable[Topic]
) -> tuple[Topic, ...]:
    """Drops topics; those that were there."""
    had = await topics_of(session, subscriber)
    dropped = tuple(topic for topic in dict.fromkeys(topics) if topic in had)
    await _want(session, subscriber, [t for t in had if t not in dropped])
    return dropped


async def toggle(
    session: AsyncSession, subscriber: Subscriber, topic: Topic, *, now: datetime
) -> bool:
    """Adds or drops one topic; whether it is wanted now."""
    if await unsubscribe(session, subscriber, [topic]):
        return False
    await subscribe(session, subscriber, [topic], now=now)
    return True


async def set_length(session: AsyncSession, subscriber: Subscriber, length: Length) -> None:
    """How long digests are to be."""
    subscriber.length = length
    await _want(session, subscriber, await topics_of(session, subscriber))


async def set_map(session: AsyncSession, subscriber: Subscriber, *, wanted: bool) -> None:
    """Whether digests come with the day's map."""
    subscriber.wants_map = wanted
    await _want(session, subscriber, await topics_of(session, subscriber))


async def _want(session: AsyncSession, subscriber: Subscriber, topics: Iterable[Topic]) -> None:
    topics = tuple(topics)
    if subscriber.breaking_taste_id is not None:
        new = set(topics) - set(await topics_of(session, subscriber))
        wanted = new | set(await breaking_topics_of(session, subscriber))
        await _break(session, subscriber, wanted, topics)
    subscriber.taste_id = await taste_for(
        session, topics, subscriber.length, has_map=subscriber.wants_map
    )


def set_language(subscriber: Subscriber, language: Language) -> None:
    """In what language the chat is spoken to."""
    subscriber.language = language


def set_empty_day(subscriber: Subscriber, empty_day: EmptyDay) -> None:
    """What a day without news brings."""
    subscriber.empty_day = empty_day


def set_by_day(subscriber: Subscriber, severity: Severity, manner: Manner) -> None:
    """How breaking news of this severity comes by day."""
    subscriber.alerts = changed(subscriber.alerts, severity, manner)


def set_at_night(subscriber: Subscriber, severity: Severity, manner: Manner) -> None:
    """How breaking news of this severity comes in quiet hours."""
    subscriber.at_night = changed(subscriber.at_night, severity, manner)


async def breaking_topics_of(session: AsyncSession, subscriber: Subscriber) -> tuple[Topic, ...]:
    """The topics of which breaking news comes, by name."""
    if subscriber.breaking_taste_id is None:
        return await topics_of(session, subscriber)
    return await _topics_in(session, subscriber.breaking_taste_id)


async def toggle_breaking(session: AsyncSession, subscriber: Subscriber, topic: Topic) -> bool:
    """Breaking news of one of the reader's topics comes, or comes no more; whether it comes now."""
    wanted = set(await breaking_topics_of(session, subscriber)) ^ {topic}
    await _break(session, subscriber, wanted, await topics_of(session, subscriber))
    return topic in wanted


async def _break(
    session: AsyncSession, subscriber: Subscriber, wanted: set[Topic], topics: Iterable[Topic]
) -> None:
    """A wish of its own only where it differs from what is read."""
    kept = wanted & set(topics)
    subscriber.breaking_taste_id = (
        None if kept == set(topics) else await breaking_taste_for(session, kept)
    )


def set_quiet(subscriber: Subscriber, hours: tuple[int, int] | None) -> None:
    """Between which local minutes it is the reader's night; none: never."""
    subscriber.quiet_from, subscriber.quiet_until = hours or (None, None)
