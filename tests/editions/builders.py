"""Stories, tastes and readers with times, for the tests of this room and of rendering."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.occurrence import next_occurrence
from digests.audience.slot import EVERY_DAY, Appointment, Slot
from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.audience.taste import Taste, TasteTopic, taste_key
from digests.stories.story import Story, StoryRevision, StorySource, StoryTopic
from digests.vocabulary import Language, Severity, Standing, Topic

KYIV = "Europe/Kyiv"


def source(name: str, url: str | None = "https://example.org/1", **more: Any) -> StorySource:
    return StorySource(
        name=name, url=url, articles=1, state_controlled=more.get("state_controlled", False)
    )


async def add_story(
    session: AsyncSession,
    at: datetime,
    topics: Iterable[str] | dict[str, float] = ("energy",),
    *,
    title: str = "Power is back in the port",
    severity: Severity = Severity.ROUTINE,
    standing: Standing = Standing.CONFIRMED,
    sources: Iterable[StorySource] = (source("Harbour Wire"),),
    **words: Any,
) -> Story:
    """A story that was first told ``at``."""
    named = list(sources)
    shared = {
        "severity": severity,
        "standing": standing,
        "article_count": len(named),
        "source_count": len(named),
        "last_article_at": at,
    }
    story = Story(revision=1, first_article_at=at, created_at=at, news_at=at, **shared)
    session.add(story)
    await session.flush()
    words = {"lead": "", "language": "en", **words}
    session.add(
        StoryRevision(
            story_id=story.id, revision=1, title=title, sources=named, made_at=at, **shared, **words
        )
    )
    scores = topics if isinstance(topics, dict) else dict.fromkeys(topics, 1.0)
    for topic, score in scores.items():
        session.add(StoryTopic(story_id=story.id, topic=topic, score=score, reasons=["words"]))
    await session.flush()
    return story


async def revise(
    session: AsyncSession, story: Story, at: datetime, *, news: str | None = None, **changes: Any
) -> StoryRevision:
    """The story's next revision; with ``news`` it is news for those who know it."""
    was = await session.get_one(StoryRevision, (story.id, story.revision))
    columns = {c.key: getattr(was, c.key) for c in StoryRevision.__table__.columns}
    revision = StoryRevision(
        **{**columns, "revision": was.revision + 1, "made_at": at, "news": news, **changes}
    )
    session.add(revision)
    story.revision = revision.revision
    story.standing = revision.standing
    if news:
        story.news_at = at
    await session.flush()
    return revision


async def add_taste(session: AsyncSession, *topics: str) -> Taste:
    key = taste_key(Topic(topic) for topic in topics)
    known = await session.scalar(select(Taste).where(Taste.key == key))
    if known:
        return known
    taste = Taste(key=key, topics=[TasteTopic(topic=topic) for topic in set(topics)])
    session.add(taste)
    await session.flush()
    return taste


async def add_reader(
    session: AsyncSession,
    now: datetime,
    *topics: str,
    minutes: Iterable[int] = (480,),
    timezone: str = KYIV,
    **fields: Any,
) -> Subscriber:
    """A reader of these topics who was told everything up to a day ago, with these times of day."""
    count = len((await session.scalars(select(Subscriber.id))).all())
    subscriber = Subscriber(
        **{
            "chat_id": 1000 + count,
            "kind": ChatKind.PRIVATE,
            "language": Language.ENGLISH,
            "timezone": timezone,
            "taste_id": (await add_taste(session, *(topics or ("energy",)))).id,
            "state": SubscriberState.ACTIVE,
            "covered_until": now - timedelta(days=1),
            "created_at": now,
            **fields,
        }
    )
    session.add(subscriber)
    await session.flush()
    for minute in minutes:
        slot = await add_slot(session, now, minute, timezone)
        session.add(Appointment(subscriber_id=subscriber.id, minute=minute, slot_id=slot.id))
    await session.flush()
    return subscriber


async def add_slot(session: AsyncSession, now: datetime, minute: int, timezone: str = KYIV) -> Slot:
    """The slot at this local time, due next from a moment before ``now``."""
    known = await session.scalar(
        select(Slot).where(Slot.timezone == timezone, Slot.minute == minute)
    )
    if known:
        return known
    due, day = next_occurrence(timezone, minute, EVERY_DAY, now - timedelta(seconds=1))
    slot = Slot(
        timezone=timezone,
        minute=minute,
        weekdays=EVERY_DAY,
        next_due_at=due,
        next_local_date=day,
    )
    session.add(slot)
    await session.flush()
    return slot
