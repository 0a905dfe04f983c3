"""What is meant by a message of ours that somebody points at: what it carried, and the stories in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.update import AlertUpdate
from digests.alerts.waking import WakingAlert
from digests.editions.edition import EditionStory
from digests.editions.story_news import StoryNews
from digests.outbox.dispatch import Content
from digests.outbox.receipt import Receipt
from digests.stories.story import StoryRevision


@dataclass(frozen=True, slots=True)
class News:
    """What a message is about: an alert, an edition, or a waking that tells of several alerts."""

    content: Content
    subject_id: int


_CARRYING = (
    Content.ALERT,
    Content.UPDATE,
    Content.WAKING,
    Content.EDITION,
    Content.MAP,
    Content.NEWS,
)


async def copy_in(session: AsyncSession, chat_id: int, message_id: int) -> News | None:
    """What this message of ours carried; none where it carried no news. A reply about newer words
    belongs to its alert, a map to its edition."""
    copy = await session.scalar(
        select(Receipt)
        .where(
            Receipt.chat_id == chat_id,
            Receipt.message_id == message_id,
            Receipt.content.in_(_CARRYING),
        )
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    if copy is None:
        return None
    match copy.content:
        case Content.UPDATE:
            newer = await session.get_one(AlertUpdate, copy.subject_id)
            return News(Content.ALERT, newer.alert_id)
        case Content.MAP:
            return News(Content.EDITION, copy.subject_id)
        case Content.WAKING:
            return await _woken_with(session, copy.subject_id)
        case _:
            return News(copy.content, copy.subject_id)


async def _woken_with(session: AsyncSession, waking_id: int) -> News:
    holds = select(WakingAlert.alert_id).where(WakingAlert.waking_id == waking_id)
    alerts = (await session.scalars(holds.limit(2))).all()
    if len(alerts) == 1:
        return News(Content.ALERT, alerts[0])
    return News(Content.WAKING, waking_id)


async def stories_in(
    session: AsyncSession, news: News, language: str = ""
) -> list[tuple[int, str]]:
    """The stories that a digest tells, in the order of reading, or the one of story news; with their
    titles in this language, where they are told in it."""
    wanted = select(StoryRevision)
    if news.content is Content.NEWS:
        wanted = wanted.join(
            StoryNews,
            (StoryNews.story_id == StoryRevision.story_id)
            & (StoryNews.revision == StoryRevision.revision),
        ).where(StoryNews.id == news.subject_id)
    else:
        wanted = (
            wanted.join(
                EditionStory,
                (StoryRevision.story_id == EditionStory.story_id)
                & (StoryRevision.revision == EditionStory.story_revision),
            )
            .where(EditionStory.edition_id == news.subject_id)
            .order_by(EditionStory.position)
        )
    told = await session.scalars(wanted)
    return [(story.story_id, story.told_in(language)[1]["title"]) for story in told]
