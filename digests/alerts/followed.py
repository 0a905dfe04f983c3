"""What readers follow or mute, in its newest words (verb)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision
from digests.alerts.wording import headline
from digests.stories.story import Story, StoryRevision


async def said_of(session: AsyncSession, about: str, language: str) -> str:
    """Its newest headline, in this language where it is told in it."""
    kind, number = about.split(":")
    if kind == "story":
        story = await session.get_one(Story, int(number))
        told = await session.get_one(StoryRevision, (story.id, story.revision))
        return told.told_in(language)[1]["title"]
    alert = await session.get_one(Alert, int(number))
    words = await session.get_one(AlertRevision, (alert.id, alert.revision))
    return headline(words.texts.get(language, words.texts[words.main_language]))
