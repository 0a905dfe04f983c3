"""Full-text search over stories, on both engines: FTS5 on SQLite, a GIN index on PostgreSQL.

Both look into ``story_article.terms``, which holds stems, so that an inflected word finds its kin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    ColumnElement,
    Float,
    event,
    func,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from digests.stories.meaning import kin_of
from digests.stories.story import Story, StoryArticle
from digests.stories.words import LONGEST_OPENING, indexed, opening, tokens

INDEX_SQLITE = (
    "CREATE VIRTUAL TABLE story_terms USING fts5"
    "(terms, content='story_article', content_rowid='article_id', tokenize='unicode61')",
    "CREATE TRIGGER story_terms_added AFTER INSERT ON story_article BEGIN"
    " INSERT INTO story_terms(rowid, terms) VALUES (new.article_id, new.terms); END",
    "CREATE TRIGGER story_terms_removed AFTER DELETE ON story_article BEGIN"
    " INSERT INTO story_terms(story_terms, rowid, terms)"
    " VALUES ('delete', old.article_id, old.terms); END",
    "CREATE TRIGGER story_terms_changed AFTER UPDATE OF terms ON story_article BEGIN"
    " INSERT INTO story_terms(story_terms, rowid, terms)"
    " VALUES ('delete', old.article_id, old.terms);"
    " INSERT INTO story_terms(rowid, terms) VALUES (new.article_id, new.terms); END",
)
INDEX_POSTGRESQL = (
    "CREATE INDEX ix_story_article_terms ON story_article USING gin (to_tsvector('simple', terms))",
)
for _engine, _statements in (("sqlite", INDEX_SQLITE), ("postgresql", INDEX_POSTGRESQL)):
    for _statement in _statements:
        event.listen(
            StoryArticle.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_engine),  # type: ignore[no-untyped-call]
        )


def terms_of(title: str, text: str, language: str) -> str:
    """Everything an article can be found by, in the order of its words; last, other words for its places."""
    words = tokens(title) + opening(text, LONGEST_OPENING)
    found = indexed(words, language)
    found.update(dict.fromkeys(kin_of(words, language)))
    return " ".join(found)


async def search(session: AsyncSession, stems: Sequence[str], *, limit: int = 10) -> list[Story]:
    """Stories with an article that holds every stem, newest first. No stems: none."""
    if not stems:
        return []
    found = (
        _sqlite_articles if session.get_bind().dialect.name == "sqlite" else _postgresql_articles
    )
    stories = select(StoryArticle.story_id).where(StoryArticle.article_id.in_(found(stems)))
    rows = await session.scalars(
        select(Story).where(Story.id.in_(stories)).order_by(Story.news_at.desc()).limit(limit)
    )
    return list(rows)


def _sqlite_articles(stems: Sequence[str]):  # type: ignore[no-untyped-def]
    quoted = " ".join('"' + stem.replace('"', '""') + '"' for stem in stems)
    return (
        text("SELECT rowid AS article_id FROM story_terms WHERE story_terms MATCH :terms")
        .bindparams(terms=quoted)
        .columns(StoryArticle.article_id)
        .subquery()
        .select()
    )


def _postgresql_articles(stems: Sequence[str]):  # type: ignore[no-untyped-def]
    wanted = func.plainto_tsquery(text("'simple'"), " ".join(stems))
    return select(StoryArticle.article_id).where(
        func.to_tsvector(text("'simple'"), StoryArticle.terms).op("@@")(wanted)
    )


async def holding_any(
    session: AsyncSession, stems: Sequence[str], among: ColumnElement[bool], *, limit: int
) -> Sequence[int]:
    """Of these stories, by id, those with an article that holds the most, and the rarest, of the stems."""
    if not stems:
        return []
    if session.get_bind().dialect.name == "sqlite":
        quoted = " OR ".join('"' + stem.replace('"', '""') + '"' for stem in stems)
        found = (
            text(
                "SELECT rowid AS article_id, -rank AS score FROM story_terms WHERE story_terms MATCH :any"
            )
            .bindparams(any=quoted)
            .columns(article_id=BigInteger, score=Float)
            .subquery()
        )
    else:
        simple = text("'simple'")
        words = func.to_tsvector(simple, StoryArticle.terms)
        wanted: Any = func.plainto_tsquery(simple, stems[0])
        for stem in stems[1:]:
            wanted = wanted.op("||")(func.plainto_tsquery(simple, stem))
        score = func.ts_rank(words, wanted).label("score")
        found = select(StoryArticle.article_id, score).where(words.op("@@")(wanted)).subquery()
    best = func.max(found.c.score)
    return (
        await session.scalars(
            select(Story.id)
            .join(StoryArticle, StoryArticle.story_id == Story.id)
            .join(found, found.c.article_id == StoryArticle.article_id)
            .where(among)
            .group_by(Story.id)
            .order_by(best.desc(), Story.id.desc())
            .limit(limit)
        )
    ).all()
