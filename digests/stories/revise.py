"""Says anew what changed stories tell (verb): a revision where a reader would see a difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.intake.article import Article
from digests.intake.source import Source
from digests.stories.override import TO_CHOOSE, as_set
from digests.stories.pivots import places_of
from digests.stories.story import (
    Story,
    StoryArticle,
    StoryRevision,
    StorySource,
    StoryTopic,
    StoryWords,
)
from digests.stories.tagging import Tag, Topics
from digests.stories.telling import Said, Telling, tell, topics_of
from digests.stories.told import Told
from digests.stories.witnesses import SourceLine

READ_CHARACTERS = 3_000
"""Of a text, when it is read again: as much as leads, topics and matching look at."""

FRESH_FOR = timedelta(hours=24)
"""An article read later than this after its publishing is history: it gets no place in today's news."""

_AT_ONCE = 500

_KNOWN = (
    Story.id,
    Story.revision,
    Story.severity,
    Story.standing,
    Story.set_standing,
    Story.set_severity,
    Story.judged_standing,
    Story.judged_severity,
    Story.places,
    Story.news_at,
)
"""Of a story, what its next telling builds on."""


async def revise(
    session: AsyncSession,
    topics: Topics,
    stories: Collection[int],
    *,
    fresh: Collection[int],
    begun: Collection[int],
    now: datetime,
    heard_at: datetime | None = None,
) -> int:
    """Says anew what these stories tell; how many say something else than before.

    ``fresh``: the articles that came since. ``begun``: the stories of which nothing was said yet.
    ``heard_at``: when readers could have heard the news elsewhere already; else it is news now.
    """
    ordered, revised = sorted(stories), 0
    for start in range(0, len(ordered), _AT_ONCE):
        ids = ordered[start : start + _AT_ONCE]
        articles = await articles_of(session, ids)
        found = await session.execute(select(*_KNOWN).where(Story.id.in_(ids)).with_for_update())
        said = await _said(session, set(ids) - set(begun))
        tags = {id_: topics_of(told, topics) for id_, told in articles.items()}
        await _keep_topics(session, tags)
        now_told = _NowTold()
        for story in found.all():
            told = articles[story.id]
            rule = tell(told, tags[story.id], said.get(story.id), fresh)
            news_at = heard_at or moment(told[-1].at, now)
            now_told.add(story, told, rule, said.get(story.id), news_at, now)
        revised += len(now_told.revisions)
        await now_told.keep(session)
    return revised


def moment(published_at: datetime, now: datetime) -> datetime:
    """When an article became news for our readers: now, unless it was history when we read it."""
    return now if now - published_at <= FRESH_FOR else published_at


async def articles_of(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, list[Told]]:
    """The articles of these stories, the oldest first."""
    rows = await session.execute(
        select(
            StoryArticle.story_id,
            Article.id,
            Article.source_id,
            Source.title,
            Source.state_controlled,
            Article.url,
            Article.title,
            Article.summary,
            func.substr(Article.text, 1, READ_CHARACTERS),
            Article.language,
            Article.published_at,
            Article.topics,
            Source.topics,
            StoryArticle.terms,
        )
        .join(Article, Article.id == StoryArticle.article_id)
        .join(Source, Source.id == Article.source_id)
        .where(StoryArticle.story_id.in_(ids))
        .order_by(Article.published_at, Article.id)
    )
    found: defaultdict[int, list[Told]] = defaultdict(list)
    for story, *facts in rows.all():
        found[story].append(_told(*facts))
    return found


def _told(*facts: Any) -> Told:
    article, source_id, source, state, url, title, summary, told, *others = facts
    language, at, given, always, terms = others
    topics = tuple(dict.fromkeys(given + always))
    spoken = language or ""
    return Told(
        article, source_id, source, state, url, title, summary, told, spoken, at, topics, terms
    )


async def _said(session: AsyncSession, ids: Iterable[int]) -> dict[int, Telling]:
    """What the newest revision of each story says."""
    rows = await session.scalars(
        select(StoryRevision)
        .join(
            Story,
            (Story.id == StoryRevision.story_id) & (Story.revision == StoryRevision.revision),
        )
        .where(Story.id.in_(list(ids)))
    )
    return {
        row.story_id: Telling(
            title=row.title,
            lead=row.lead,
            language=row.language,
            severity=row.severity,
            standing=row.standing,
            attribution=row.attribution,
            sources=tuple(SourceLine(**source) for source in row.sources),
            article_count=row.article_count,
            others={
                language: Said(words["title"], words["lead"], words["attribution"])
                for language, words in row.tellings.items()
            },
        )
        for row in rows
    }


async def _keep_topics(session: AsyncSession, tags: Mapping[int, Sequence[Tag]]) -> None:
    await session.execute(delete(StoryTopic).where(StoryTopic.story_id.in_(list(tags))))
    rows = [
        {"story_id": story, "topic": tag.topic, "score": tag.score, "reasons": list(tag.reasons)}
        for story, found in tags.items()
        for tag in found
    ]
    if rows:
        await session.execute(insert(StoryTopic), rows)


class _NowTold:
    """What some stories tell now, on its way to the tables: a statement for all, not one for each."""

    def __init__(self) -> None:
        self.revisions: list[dict[str, Any]] = []
        self._stories: list[dict[str, Any]] = []

    def add(
        self,
        story: Any,
        articles: Sequence[Told],
        rule: Telling,
        before: Telling | None,
        news_at: datetime,
        now: datetime,
    ) -> None:
        """One story: a revision if a reader would see a difference."""
        telling = as_set(rule, story.set_standing, story.set_severity)
        known = dict(story._mapping)
        # An editor's word is only read here.
        del known["set_standing"], known["set_severity"]
        if rule.standing in TO_CHOOSE:
            known |= {"judged_standing": rule.standing, "judged_severity": rule.severity}
        known |= {
            "article_count": telling.article_count,
            "source_count": len(telling.sources),
            "first_article_at": articles[0].at,
            "last_article_at": articles[-1].at,
        }
        if telling != before:
            known |= {
                "revision": story.revision + 1,
                "severity": telling.severity,
                "standing": telling.standing,
                "places": places_of(telling.title, telling.lead, telling.language),
            }
            if telling.has_news:
                known["news_at"] = max(story.news_at, news_at)
            self.revisions.append(_revision(known, telling, now))
        self._stories.append(known)

    async def keep(self, session: AsyncSession) -> None:
        """Writes them."""
        if self._stories:
            await session.execute(update(Story), self._stories)
        if self.revisions:
            # The table, not the class, which would part the rows by which of them hold nulls.
            await session.execute(insert(cast(Table, StoryRevision.__table__)), self.revisions)


def _revision(story: Mapping[str, Any], telling: Telling, now: datetime) -> dict[str, Any]:
    return {
        "story_id": story["id"],
        "revision": story["revision"],
        "title": telling.title,
        "lead": telling.lead,
        "language": telling.language,
        "tellings": {code: _words(said) for code, said in telling.others.items()},
        "severity": telling.severity,
        "standing": telling.standing,
        "attribution": telling.attribution,
        "sources": [_source(line) for line in telling.sources],
        "article_count": telling.article_count,
        "source_count": len(telling.sources),
        "news": telling.news,
        "last_article_at": story["last_article_at"],
        "made_at": now,
    }


def _words(said: Said) -> StoryWords:
    return StoryWords(
        title=said.title, lead=said.lead, news=said.news, attribution=said.attribution
    )


def _source(line: SourceLine) -> StorySource:
    return StorySource(
        name=line.name,
        url=line.url,
        articles=line.articles,
        state_controlled=line.state_controlled,
        language=line.language,
        agency=line.agency,
    )
