"""Places new articles into stories (verb).

Oldest first, each goes into the open story it tells of, or begins one. What is remembered of the
last days lives beside the engine and is rebuilt from the tables whenever it is in doubt: after a
restart, a rollback, or when articles come from before it begins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.intake.article import Article
from digests.intake.source import Source
from digests.stories.language import language_of
from digests.stories.matching import OPEN_FOR, REMEMBERED_FOR
from digests.stories.memory import MARGIN, Memory, Placement, Weighed, weighed
from digests.stories.override import as_set
from digests.stories.pivots import places_of
from digests.stories.search import terms_of
from digests.stories.story import (
    Story,
    StoryArticle,
    StoryRevision,
    StorySource,
    StoryTopic,
    StoryWords,
)
from digests.stories.tagging import Tag, Topics
from digests.stories.telling import Said, SourceLine, Telling, Told, body, tell, topics_of
from digests.vocabulary import Severity, Standing

MOST_REMEMBERED = 30_000
"""Articles; bounds the memory of the process."""

READ_CHARACTERS = 3_000
"""Of a text, when it is read again: as much as leads, topics and matching look at."""

FRESH_FOR = timedelta(hours=24)
"""An article read later than this after its publishing is history: it gets no place in today's news."""

OVERLAP = timedelta(minutes=10)
"""How far another worker's clock may differ from ours."""

_LOCK = 7203
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What one call did: articles placed, stories begun, stories that say something new."""

    articles: int = 0
    begun: int = 0
    revised: int = 0


_memories: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()


async def group(
    session: AsyncSession, topics: Topics, *, now: datetime, limit: int = 500
) -> GroupReport:
    """Places at most ``limit`` articles that wait, the oldest first."""
    await _alone(session)
    waiting = await _waiting(session, limit)
    if not waiting:
        return GroupReport()
    memory = await _remembered(session, waiting[-1].published_at, now)
    memory.synced_at = now
    placements = memory.place([article.weighed for article in waiting])
    begun = await _begin(session, memory, placements, waiting, now)
    await _keep_places(session, memory, placements, waiting, now)
    revised = await _tell(session, topics, memory, placements, begun, now)
    return GroupReport(len(waiting), len(begun), revised)


async def _alone(session: AsyncSession) -> None:
    """One worker groups at a time; SQLite's writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article that waits for its story."""

    id: int
    title: str
    told: str
    language: str
    published_at: datetime

    @property
    def weighed(self) -> Weighed:
        return weighed(self.id, self.title, self.told, self.language, self.published_at)


async def _waiting(session: AsyncSession, limit: int) -> list[_Waiting]:
    rows = await session.execute(
        select(
            Article.id,
            Article.title,
            Article.summary,
            func.substr(Article.text, 1, READ_CHARACTERS),
            func.coalesce(Article.language, Source.language),
            Article.published_at,
        )
        .join(Source, Source.id == Article.source_id)
        .where(Article.grouped_at.is_(None))
        .order_by(Article.published_at, Article.id)
        .limit(limit)
    )
    waiting = []
    for id_, title, summary, text_, prior, at in rows:
        told = body(summary, text_)
        language = language_of(f"{title}. {told[:600]}", prior)
        waiting.append(_Waiting(id_, title, told, language or "", at))
    return waiting


async def _remembered(session: AsyncSession, newest: datetime, now: datetime) -> Memory:
    """The memory for articles up to ``newest``."""
    since = newest - REMEMBERED_FOR
    if newest < now - REMEMBERED_FOR:
        # An archive: what is remembered for today's news stays as it is.
        memory = Memory(since)
        await _recall(session, memory, until=newest + OPEN_FOR)
        return memory
    engine = session.get_bind().engine
    known = _memories.get(engine)
    if known is None or not known.serves(since) or not await _still_true(session, known):
        # Further back than needed, so that an article which comes late does not begin it anew.
        known = _memories[engine] = Memory(since - MARGIN)
    await _recall(session, known)
    return known


async def _still_true(session: AsyncSession, memory: Memory) -> bool:
    """Whether what was placed last is in the tables; else that transaction was rolled back."""
    if memory.last is None:
        return True
    article, story = memory.last
    found = await session.scalar(
        select(StoryArticle.story_id).where(StoryArticle.article_id == article)
    )
    return found == story


async def _recall(session: AsyncSession, memory: Memory, until: datetime | None = None) -> None:
    """Reads what is not remembered yet: everything at first, later what other workers placed."""
    known = (
        select(
            Article.id,
            Article.title,
            Article.summary,
            func.substr(Article.text, 1, READ_CHARACTERS),
            Article.language,
            Article.published_at,
            StoryArticle.story_id,
            Story.first_article_at,
        )
        .join(StoryArticle, StoryArticle.article_id == Article.id)
        .join(Story, Story.id == StoryArticle.story_id)
        .where(Article.published_at >= memory.since)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(MOST_REMEMBERED)
    )
    if until is not None:
        known = known.where(Article.published_at <= until)
    if memory.synced_at is not None:
        known = known.where(Article.grouped_at >= memory.synced_at - OVERLAP)
    rows = (await session.execute(known)).all()
    memory.recall(
        [
            (weighed(id_, title, body(summary, told), language or "", at), story, began)
            for id_, title, summary, told, language, at, story, began in reversed(rows)
            if id_ not in memory.articles
        ]
    )


async def _begin(
    session: AsyncSession,
    memory: Memory,
    placements: Sequence[Placement],
    waiting: Sequence[_Waiting],
    now: datetime,
) -> set[int]:
    """Stores the stories that begin here; the ids they got."""
    stories: dict[int, Story] = {}
    for placement, article in zip(placements, waiting, strict=True):
        if placement.new:
            stories[placement.story] = Story(
                revision=0,
                severity=Severity.ROUTINE,
                standing=Standing.DEVELOPING,
                first_article_at=article.published_at,
                last_article_at=article.published_at,
                created_at=_moment(article.published_at, now),
                news_at=_moment(article.published_at, now),
            )
    session.add_all(stories.values())
    await session.flush()
    for number, story in stories.items():
        memory.stored(number, story.id)
    for placement in placements:
        if placement.new and placement.follows is not None:
            stories[placement.story].follows_id = memory.ids[placement.follows]
    return {story.id for story in stories.values()}


def _moment(published_at: datetime, now: datetime) -> datetime:
    """When an article became news for our readers: now, unless it was history when we read it."""
    return now if now - published_at <= FRESH_FOR else published_at


async def _keep_places(
    session: AsyncSession,
    memory: Memory,
    placements: Sequence[Placement],
    waiting: Sequence[_Waiting],
    now: datetime,
) -> None:
    rows: list[dict[str, int | str]] = []
    for placement, article in zip(placements, waiting, strict=True):
        rows.append(
            {
                "article_id": article.id,
                "story_id": memory.ids[placement.story],
                "terms": terms_of(article.title, article.told, article.language),
            }
        )
    await session.execute(
        update(Article),
        [{"id": a.id, "language": a.language or None, "grouped_at": now} for a in waiting],
    )
    await session.execute(insert(StoryArticle), rows)
    memory.last = (placements[-1].article, memory.ids[placements[-1].story])


async def _tell(
    session: AsyncSession,
    topics: Topics,
    memory: Memory,
    placements: Sequence[Placement],
    begun: set[int],
    now: datetime,
) -> int:
    """Says anew what changed; how many stories say something else than before."""
    fresh = {placement.article for placement in placements}
    touched = sorted({memory.ids[placement.story] for placement in placements})
    revised = 0
    for start in range(0, len(touched), _AT_ONCE):
        ids = touched[start : start + _AT_ONCE]
        articles = await _articles(session, ids)
        stories = await session.scalars(select(Story).where(Story.id.in_(ids)).with_for_update())
        said = await _said(session, set(ids) - begun)
        tags = {id_: topics_of(told, topics) for id_, told in articles.items()}
        await _keep_topics(session, tags)
        for story in stories:
            before = said.get(story.id)
            told = articles[story.id]
            telling = as_set(story, tell(told, tags[story.id], before, fresh))
            revised += _keep_telling(session, story, told, telling, before, now)
    return revised


async def _articles(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, list[Told]]:
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


def _keep_telling(
    session: AsyncSession,
    story: Story,
    articles: Sequence[Told],
    telling: Telling,
    before: Telling | None,
    now: datetime,
) -> bool:
    """Writes a revision if a reader would see a difference; whether one was written."""
    story.article_count = telling.article_count
    story.source_count = len(telling.sources)
    story.first_article_at = articles[0].at
    story.last_article_at = articles[-1].at
    if telling == before:
        return False
    story.revision += 1
    story.severity, story.standing = telling.severity, telling.standing
    story.places = places_of(telling.title, telling.lead, telling.language)
    if telling.has_news:
        story.news_at = max(story.news_at, _moment(articles[-1].at, now))
    session.add(
        StoryRevision(
            story_id=story.id,
            revision=story.revision,
            title=telling.title,
            lead=telling.lead,
            language=telling.language,
            tellings={code: _words(said) for code, said in telling.others.items()},
            severity=telling.severity,
            standing=telling.standing,
            attribution=telling.attribution,
            sources=[_source(line) for line in telling.sources],
            article_count=telling.article_count,
            source_count=len(telling.sources),
            news=telling.news,
            last_article_at=articles[-1].at,
            made_at=now,
        )
    )
    return True


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
