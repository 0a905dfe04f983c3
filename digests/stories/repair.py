"""Puts right what grouping could not know when an article came (verb).

A story whose reports turn out to tell of two events is divided: the camp whose words readers saw keeps
the story's id, the other begins a story of its own. Two stories that turn out to be one are united: the
older keeps its id and gets the articles, the younger is told no more. Nobody is shown anything twice: what
readers could have heard already stays in the time when they could. An editor's word is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.intake.article import Article
from digests.stories.group import alone, forget_remembered, remembered
from digests.stories.matching import OPEN_FOR, names_of, title_only
from digests.stories.pivots import named
from digests.stories.revise import articles_of, revise
from digests.stories.story import Story, StoryArticle, StoryRevision, StoryTopic
from digests.stories.tagging import Topics
from digests.stories.told import Told, body
from digests.stories.words import LANGUAGES_WITH_KEYS
from digests.vocabulary import Severity, Standing

EVERY = timedelta(minutes=30)
"""How often it runs; what did not grow for twice as long is not looked at again."""

FEWEST, MOST = 6, 200
"""Articles of a story that is looked at."""

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Repaired:
    """How many stories were divided, and which went into which other."""

    divided: int = 0
    united: tuple[tuple[int, int], ...] = ()


async def repair(session: AsyncSession, topics: Topics, *, now: datetime) -> Repaired:
    """Divides and unites the open stories that grew of late."""
    await alone(session)
    grown = await _grown(session, now)
    divided = 0
    for start in range(0, len(grown), _AT_ONCE):
        ids = [id_ for id_, count in grown[start : start + _AT_ONCE] if FEWEST <= count <= MOST]
        divided += await _divided(session, topics, ids, now)
    united = await _united(session, topics, {id_ for id_, _ in grown}, now) if grown else []
    if divided or united:
        forget_remembered(session)
    return Repaired(divided, tuple(united))


async def _grown(session: AsyncSession, now: datetime) -> list[tuple[int, int]]:
    """Open stories that got an article since the last two runs, and how many they have."""
    lately = (
        select(StoryArticle.story_id)
        .join(Article, Article.id == StoryArticle.article_id)
        .where(Article.grouped_at > now - 2 * EVERY)
    )
    rows = await session.execute(
        select(Story.id, Story.article_count)
        .where(
            Story.id.in_(lately),
            Story.first_article_at > now - OPEN_FOR,
            Story.article_count > 1,
            *_untouched(),
        )
        .order_by(Story.id)
    )
    return [(id_, count) for id_, count in rows]


def _untouched() -> tuple[ColumnElement[bool], ...]:
    """What no editor has said a word about."""
    return (
        Story.set_standing.is_(None),
        Story.set_severity.is_(None),
        Story.standing.not_in([Standing.CORRECTED, Standing.RETRACTED]),
    )


async def _divided(
    session: AsyncSession, topics: Topics, ids: Collection[int], now: datetime
) -> int:
    divided = 0
    articles = await articles_of(session, sorted(ids))
    for id_, told in sorted(articles.items()):
        other = _other_camp(told)
        if not other:
            continue
        shown = list(
            await session.scalars(
                select(StoryRevision.title)
                .where(StoryRevision.story_id == id_)
                .order_by(StoryRevision.revision)
            )
        )
        if shown[-1] in {article.title for article in other}:
            other = [article for article in told if article not in other]
        await _part(session, topics, id_, other, shown, now)
        divided += 1
    return divided


def _other_camp(told: Sequence[Told]) -> list[Told]:
    """The articles that tell of another event than the first; none where all tell of one.

    Words of two languages never meet: in a story of several, only what is alike in all of them is asked.
    """
    by_title = Counter(title_only(body(article.summary, article.text)) for article in told)
    languages = {article.language for article in told}
    is_readable = len(languages) == 1 or languages.issubset(LANGUAGES_WITH_KEYS)
    if by_title[True] > by_title[False] or not is_readable:
        return []
    # NumPy: a bot whose stories are small does without.
    from digests.stories.parting import parted

    names_in = names_of if len(languages) == 1 else named
    names = [names_in(a.title, body(a.summary, a.text), a.language) for a in told]
    camps = parted(names)
    if camps is None:
        return []
    for camp in (True, False):
        spoken = {a.language for a, side in zip(told, camps, strict=True) if side is camp}
        # Else it may be the languages that differ, not the events.
        if len(spoken) < min(2, len(languages)):
            return []
    return [article for article, is_other in zip(told, camps, strict=True) if is_other]


async def _part(
    session: AsyncSession,
    topics: Topics,
    id_: int,
    other: Sequence[Told],
    shown: Sequence[str],
    now: datetime,
) -> None:
    """These articles leave the story for one of their own: new to readers unless it was told before."""
    mixed = await session.get_one(Story, id_)
    was_told = not {article.title for article in other}.isdisjoint(shown)
    apart = Story(
        revision=0,
        severity=Severity.ROUTINE,
        standing=Standing.DEVELOPING,
        first_article_at=other[0].at,
        last_article_at=other[-1].at,
        created_at=mixed.created_at if was_told else now,
        news_at=mixed.news_at if was_told else now,
    )
    session.add(apart)
    await session.flush()
    await _move(session, [article.article for article in other], apart.id, now)
    await revise(session, topics, [id_, apart.id], fresh=(), begun=[apart.id], now=now)


async def _united(
    session: AsyncSession, topics: Topics, grown: Collection[int], now: datetime
) -> list[tuple[int, int]]:
    """Unites each story that grew with the nearest that tells of the same; which went into which."""
    united: list[tuple[int, int]] = []
    memory = await remembered(session, now, now)
    taken: set[int] = set()
    for one, other in memory.twins(now):
        pair = {memory.ids[one], memory.ids[other]}
        if pair.isdisjoint(grown) or not pair.isdisjoint(taken):
            continue
        rows = await session.scalars(
            select(Story)
            .where(Story.id.in_(pair), Story.article_count > 0, *_untouched())
            .order_by(Story.created_at, Story.id)
        )
        stories = list(rows)
        if len(stories) == len(pair) and not await _is_two(session, pair):
            taken |= pair
            older, younger = stories
            await _unite(session, topics, older, younger, now)
            united.append((younger.id, older.id))
    return united


async def _is_two(session: AsyncSession, pair: Collection[int]) -> bool:
    """Whether all their articles together would be divided again."""
    articles = await articles_of(session, sorted(pair))
    told = [article for some in articles.values() for article in some]
    return bool(_other_camp(sorted(told, key=lambda article: (article.at, article.article))))


async def _unite(
    session: AsyncSession, topics: Topics, older: Story, younger: Story, now: datetime
) -> None:
    """What the younger told was there to be read since it told it."""
    moved = list(
        await session.scalars(
            select(StoryArticle.article_id).where(StoryArticle.story_id == younger.id)
        )
    )
    await _move(session, moved, older.id, now)
    await session.execute(delete(StoryTopic).where(StoryTopic.story_id == younger.id))
    younger.article_count = younger.source_count = 0
    younger.follows_id = older.id
    await revise(
        session, topics, [older.id], fresh=moved, begun=(), now=now, heard_at=younger.news_at
    )


async def _move(session: AsyncSession, articles: Sequence[int], story: int, now: datetime) -> None:
    """Other workers see by ``grouped_at`` that these are to be read again."""
    await session.execute(
        update(StoryArticle).where(StoryArticle.article_id.in_(articles)).values(story_id=story)
    )
    await session.execute(update(Article).where(Article.id.in_(articles)).values(grouped_at=now))
