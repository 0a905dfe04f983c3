"""Places new articles into stories (verb).

Oldest first, each goes into the open story it tells of, or begins one. What is remembered of the
last days lives beside the engine and is rebuilt from the tables whenever it is in doubt: after a
restart, a rollback, or when articles come from before it begins.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.intake.article import Article
from digests.intake.source import Source
from digests.stories.language import language_of
from digests.stories.matching import OPEN_FOR, REMEMBERED_FOR
from digests.stories.memory import MARGIN, Memory, Placement, Weighed, weighed
from digests.stories.revise import READ_CHARACTERS, moment, revise
from digests.stories.search import terms_of
from digests.stories.story import Story, StoryArticle
from digests.stories.tagging import Topics
from digests.stories.told import body
from digests.vocabulary import Severity, Standing

MOST_REMEMBERED = 30_000
"""Articles; bounds the memory of the process."""

OVERLAP = timedelta(minutes=10)
"""How far another worker's clock may differ from ours."""

_AT_ONCE = 500

_LOCK = 7203


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
    with _collecting_later():
        return await _grouped(session, topics, now, limit)


@contextmanager
def _collecting_later() -> Iterator[None]:
    """What a batch reads and makes lives until its end: to look for garbage meanwhile is vain, and took
    a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


async def _grouped(session: AsyncSession, topics: Topics, now: datetime, limit: int) -> GroupReport:
    await alone(session)
    waiting = await _waiting(session, limit)
    if not waiting:
        return GroupReport()
    memory = await remembered(session, waiting[-1].published_at, now)
    memory.synced_at = now
    placements = memory.place([article.weighed for article in waiting])
    begun = await _begin(session, memory, placements, waiting, now)
    await _keep_places(session, memory, placements, waiting, now)
    touched = {memory.ids[placement.story] for placement in placements}
    fresh = {placement.article for placement in placements}
    revised = await revise(session, topics, touched, fresh=fresh, begun=begun, now=now)
    return GroupReport(len(waiting), len(begun), revised)


async def alone(session: AsyncSession) -> None:
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


async def remembered(session: AsyncSession, newest: datetime, now: datetime) -> Memory:
    """The memory for articles up to ``newest``."""
    since = newest - REMEMBERED_FOR
    if newest < now - REMEMBERED_FOR:
        # An archive: what is remembered for today's news stays as it is.
        memory = Memory(since)
        await _recall(session, memory, until=newest + OPEN_FOR)
        return memory
    engine = session.get_bind().engine
    known = _memories.get(engine)
    if (
        known is None
        or not known.serves(since)
        or not await _still_true(session, known)
        or not await _recall(session, known)
    ):
        # Further back than needed, so that an article which comes late does not begin it anew.
        known = _memories[engine] = Memory(since - MARGIN)
        await _recall(session, known)
    return known


def forget_remembered(session: AsyncSession) -> None:
    """What this process remembers is in doubt."""
    _memories.pop(session.get_bind().engine, None)


async def _still_true(session: AsyncSession, memory: Memory) -> bool:
    """Whether what was placed last is in the tables; else that transaction was rolled back."""
    if memory.last is None:
        return True
    article, story = memory.last
    found = await session.scalar(
        select(StoryArticle.story_id).where(StoryArticle.article_id == article)
    )
    return found == story


async def _recall(session: AsyncSession, memory: Memory, until: datetime | None = None) -> bool:
    """Reads what is not remembered yet: everything at first, later what other workers placed.

    False where an article has gone to another story since.
    """
    since = Article.published_at >= memory.since
    if until is not None:
        since &= Article.published_at <= until
    if memory.synced_at is None:
        await _read(session, memory, since)
        return True
    lately = await session.execute(
        select(StoryArticle.article_id, StoryArticle.story_id)
        .join(Article, Article.id == StoryArticle.article_id)
        .where(since, Article.grouped_at >= memory.synced_at - OVERLAP)
        .limit(MOST_REMEMBERED)
    )
    strange = []
    for article, story in lately:
        if memory.has_moved(article, story):
            return False
        if article not in memory.articles:
            strange.append(article)
    for start in range(0, len(strange), _AT_ONCE):
        await _read(session, memory, Article.id.in_(strange[start : start + _AT_ONCE]))
    return True


async def _read(session: AsyncSession, memory: Memory, which: ColumnElement[bool]) -> None:
    """Reads these articles, the newest where they are too many."""
    rows = await session.execute(
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
        .where(which)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(MOST_REMEMBERED)
    )
    memory.recall(
        [
            (weighed(id_, title, body(summary, told), language or "", at), story, began)
            for id_, title, summary, told, language, at, story, began in reversed(rows.all())
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
    begin = [
        (article.published_at, placement)
        for placement, article in zip(placements, waiting, strict=True)
        if placement.new
    ]
    if not begin:
        return set()
    # They differ in their time alone: whichever of one time gets which id.
    begin.sort(key=lambda item: item[0])
    rows = await session.execute(
        insert(Story).returning(Story.first_article_at, Story.id),
        [_beginning(at, now) for at, _ in begin],
    )
    ids = [id_ for _, id_ in sorted((at, id_) for at, id_ in rows)]
    for (_, placement), id_ in zip(begin, ids, strict=True):
        memory.stored(placement.story, id_)
    follow = [
        {"id": memory.ids[placement.story], "follows_id": memory.ids[placement.follows]}
        for _, placement in begin
        if placement.follows is not None
    ]
    if follow:
        await session.execute(update(Story), follow)
    return set(ids)


def _beginning(at: datetime, now: datetime) -> dict[str, object]:
    return {
        "revision": 0,
        "severity": Severity.ROUTINE,
        "standing": Standing.DEVELOPING,
        "article_count": 0,
        "source_count": 0,
        "first_article_at": at,
        "last_article_at": at,
        "created_at": moment(at, now),
        "news_at": moment(at, now),
        "places": [],
    }


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
