"""What was put right in a story is brought to the story news that told it (verb), as to its digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.editions.story_news import StoryNews
from digests.outbox.control import supersede
from digests.outbox.dispatch import Content, Dispatch
from digests.stories.story import Story


def news_of(story: Story) -> Select[int]:
    """All story news of a story."""
    return select(StoryNews.id).where(StoryNews.story_id == story.id)


async def raise_news(session: AsyncSession, story: Story, *, now: datetime) -> Sequence[StoryNews]:
    """From now on every message with news of this story shows its newest revision; the news, newest
    first. Once ``lock_shown`` holds their dispatches."""
    await supersede(session, Content.NEWS, news_of(story), now=now)
    raised = {"revision": story.revision}
    unsynced = {"synchronize_session": False}
    await session.execute(
        update(StoryNews).where(StoryNews.story_id == story.id).values(**raised),
        execution_options=unsynced,
    )
    await session.execute(
        update(Dispatch)
        .where(Dispatch.content == Content.NEWS, Dispatch.subject_id.in_(news_of(story)))
        .values(**raised),
        execution_options=unsynced,
    )
    newest = select(StoryNews).where(StoryNews.story_id == story.id).order_by(StoryNews.id.desc())
    return (await session.scalars(newest.execution_options(populate_existing=True))).all()
