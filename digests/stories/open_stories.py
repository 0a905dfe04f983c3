"""The open stories that a text may tell of (verb, reading only): a few are looked up by word and by place,
these are compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.stories.belonging import Asked, Near, Said, nearest
from digests.stories.matching import OPEN_FOR
from digests.stories.pivots import places_of
from digests.stories.regions import city_for
from digests.stories.search import holding_any
from digests.stories.story import Story, StoryRevision
from digests.stories.words import index_terms
from digests.vocabulary import Standing

BY_WORDS = 40
BY_PLACE = 40
"""Stories that are compared."""

LOOKED_THROUGH = 2_000
"""Newest stories among which those at the same place are looked for."""

TERMS = 30
"""Of a text, the first: its headline and what it begins with."""


async def stories_near(
    session: AsyncSession, text: Said, *, now: datetime, limit: int
) -> list[Near]:
    """The likeliest, first."""
    ids = {*await _by_words(session, text, now), *await _by_place(session, text, now)}
    rows = await session.execute(
        select(StoryRevision, Story.first_article_at)
        .join(
            Story,
            and_(Story.id == StoryRevision.story_id, Story.revision == StoryRevision.revision),
        )
        .where(Story.id.in_(ids))
        .order_by(Story.id)
    )
    asked = [_asked(revision, began, text.language) for revision, began in rows.all()]
    return nearest(text, asked, at=now)[:limit]


def _asked(revision: StoryRevision, began: datetime, language: str) -> Asked:
    tongue, words = revision.told_in(language)
    return Asked(revision.story_id, Said(words["title"], words["lead"], tongue), began)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(Story.first_article_at > now - OPEN_FOR, Story.standing != Standing.RETRACTED)


async def _by_words(session: AsyncSession, text: Said, now: datetime) -> Sequence[int]:
    terms = list(dict.fromkeys(index_terms(f"{text.title} {text.body}", text.language).split()))
    return await holding_any(session, terms[:TERMS], _is_open(now), limit=BY_WORDS)


async def _by_place(session: AsyncSession, text: Said, now: datetime) -> list[int]:
    """In whatever language they are told."""
    named = text.places or places_of(text.title, text.body, text.language)
    here = {city_for(place) for place in named}
    if not here:
        return []
    newest = select(Story.id, Story.places).where(_is_open(now)).order_by(Story.news_at.desc())
    rows = await session.execute(newest.limit(LOOKED_THROUGH))
    return [story_id for story_id, places in rows if here.intersection(places)][:BY_PLACE]
