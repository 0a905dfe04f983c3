"""A matter is decided by a person (verb): once, by whoever is first; audited, and shown where it was told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.audit import record
from digests.alerts.item import Item
from digests.alerts.matter import Matter, MatterKind, put_off, settle, undecided
from digests.alerts.places import proposed
from digests.alerts.suggestion import MOST_TOPICS, spoken
from digests.alerts.telling import retell
from digests.errors import Stale
from digests.stories.story import Story, StoryRevision, StoryTopic
from digests.vocabulary import Language, Severity, Standing


async def decide(
    session: AsyncSession,
    matter_id: int,
    kind: MatterKind,
    decision: str,
    *,
    by: int,
    now: datetime,
    later: timedelta | None = None,
) -> Matter:
    """Settles the matter, or puts it off for as long as ``later``; ``Stale`` where it is no longer open.
    What the decision asks for is done by the caller, in the same transaction."""
    matter = await undecided(session, matter_id, kind, now=now)
    if later is None:
        settle(matter, decision, now=now)
    else:
        put_off(matter, decision, until=now + later)
    subject = f"matter:{matter.id}"
    await record(session, "decide", subject, by=by, now=now, kind=kind, decision=decision)
    await retell(session, [matter.id], now=now)
    return matter


async def item_of_story(session: AsyncSession, story_id: int) -> Item:
    """The story as an alert could tell it, in each language we speak that it is told in."""
    story = await session.get(Story, story_id)
    if story is None or story.standing is Standing.RETRACTED:
        raise Stale("gone")
    words = await session.get_one(StoryRevision, (story.id, story.revision))
    told = [language for language in Language if _is_told(words, language)]
    texts = {language: _text(words, language) for language in told}
    main = words.language if words.language in texts else next(iter(texts), None)
    text = texts.pop(Language(main)) if main else _text(words, words.language)
    return Item(
        text=text,
        language=main or spoken(text),
        topics=await _topics(session, story.id),
        places=proposed(text, main or spoken(text)),
        severity=Severity.FLASH,
        standing=story.standing if story.standing in _LABELS else Standing.DEVELOPING,
        attribution=words.told_in(main or words.language)[1]["attribution"],
        source_url=next((source["url"] for source in words.sources if source["url"]), None),
        others={str(language): other for language, other in texts.items()},
    )


_LABELS = (Standing.CONFIRMED, Standing.DEVELOPING, Standing.DISPUTED)


def _is_told(words: StoryRevision, language: str) -> bool:
    return words.told_in(language)[0] == language


def _text(words: StoryRevision, language: str) -> str:
    told = words.told_in(language)[1]
    return "\n".join(part for part in (told["title"], told["lead"]) if part)


async def _topics(session: AsyncSession, story_id: int) -> tuple[str, ...]:
    wanted = (
        select(StoryTopic.topic)
        .where(StoryTopic.story_id == story_id)
        .order_by(StoryTopic.score.desc(), StoryTopic.topic)
        .limit(MOST_TOPICS)
    )
    return tuple(await session.scalars(wanted))
