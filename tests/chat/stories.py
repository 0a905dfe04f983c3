"""A few stories to read, as grouping would have left them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from digests.intake.article import Article
from digests.intake.source import Source, SourceKind
from digests.stories.story import Story, StoryArticle, StoryRevision, StoryTopic
from digests.stories.words import index_terms
from digests.vocabulary import Severity, Standing


async def tell(
    session: AsyncSession,
    title: str,
    *topics: str,
    at: datetime,
    lead: str = "",
    language: str = "en",
    severity: Severity = Severity.ROUTINE,
    standing: Standing = Standing.CONFIRMED,
) -> Story:
    """One story of one article, about these topics."""
    source = Source(
        kind=SourceKind.PUSH, address=f"wire {title}"[:60], title="The Wire", created_at=at
    )
    session.add(source)
    await session.flush()
    url = f"https://wire.example/{source.id}"
    article = Article(
        source_id=source.id,
        identity=url,
        url=url,
        title=title,
        text=lead,
        language=language,
        published_at=at,
        read_at=at,
        grouped_at=at,
    )
    story = Story(
        severity=severity,
        standing=standing,
        article_count=1,
        source_count=1,
        first_article_at=at,
        last_article_at=at,
        created_at=at + timedelta(minutes=1),
        news_at=at + timedelta(minutes=1),
    )
    session.add_all([article, story])
    await session.flush()
    told = {"name": "The Wire", "url": url, "articles": 1, "state_controlled": False}
    session.add(
        StoryRevision(
            story_id=story.id,
            revision=1,
            title=title,
            lead=lead,
            language=language,
            severity=severity,
            standing=standing,
            attribution=None,
            sources=[told],
            article_count=1,
            source_count=1,
            news=None,
            last_article_at=at,
            made_at=at,
        )
    )
    session.add(
        StoryArticle(
            article_id=article.id, story_id=story.id, terms=index_terms(f"{title} {lead}", language)
        )
    )
    session.add_all(
        StoryTopic(story_id=story.id, topic=topic, score=3.0, reasons=["power grid"])
        for topic in topics
    )
    await session.flush()
    return story
