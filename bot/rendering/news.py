"""Story news as a message: what is new in a story for those who follow it; put right when it was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.digest import admitted_in
from bot.rendering.render import Message, Version, Words
from bot.rendering.stories import view
from digests.editions.story_news import StoryNews
from digests.editions.tell_followers import changed_in, revisions_between
from digests.editions.told import Told
from digests.stories.story import StoryRevision

TEMPLATE = "messages/news.html"


async def news_parts(session: AsyncSession, words: Words, version: Version) -> tuple[Message, ...]:
    """The news; always one message."""
    news = await session.get_one(StoryNews, version.subject_id)
    since = await revisions_between(session, news.story_id, news.was_revision, news.now_revision)
    shown = await session.get_one(StoryRevision, (news.story_id, version.revision))
    is_right = version.revision == news.now_revision
    item = Told(shown, topic="", **(_said(since) if is_right else {}))
    admitted = await admitted_in(session, item, news.made_at, version.language)
    message = words.message(
        TEMPLATE,
        version.language,
        timezone=version.timezone,
        now=admitted.at if admitted else news.made_at,
        told=view(item, version.language, admitted),
        changed=changed_in(since) if is_right else None,
        at=news.made_at,
    )
    return (message,)


def _said(since: Sequence[StoryRevision]) -> dict[str, Any]:
    """The last thing that was new, in each language; what is new in one may be old in another."""
    found: dict[str, str] = {}
    for row in since[1:]:
        found |= row.news_in
    return {"news": found.get(since[-1].language), "news_in": found}
