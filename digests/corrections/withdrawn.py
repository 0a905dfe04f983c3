"""Looks whether articles that their feeds passed over are still there (verb): take, go out, settle.

Only those are looked at that a story of ours tells, a few in each round, through the client that waits
between two requests to one host. A page that answers 404 or 410 twice, half an hour apart, is withdrawn;
one that leads elsewhere is not, for we cannot tell a new address from a home page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.corrections.noticed import is_told_or_current
from digests.errors import BadStatus, Gone, SourceError
from digests.intake.article import Article, DroppedArticle
from digests.intake.dropped import forget_dropped
from digests.intake.fetch import FeedClient
from digests.storage.database import Database
from digests.stories.story import Story, StoryArticle

AT_ONCE = 10
"""Pages in one round."""

AGAIN_AFTER = timedelta(minutes=30)
"""When a page that was missing, or did not answer, is looked at again."""

THERE_FOR = timedelta(hours=6)
"""How long a page that was there is left alone."""


async def look_at_pages(
    database: Database, client: FeedClient, *, now: Callable[[], datetime]
) -> int:
    """One round; how many articles were found withdrawn."""
    async with database.write() as session:
        await forget_dropped(session, now=now())
        pages = await _take(session, now())
    withdrawn = 0
    for article_id, url in pages:
        is_there = await _is_there(client, url)
        if is_there is not None:
            async with database.write() as session:
                withdrawn += await _settle(session, article_id, is_there, now())
    return withdrawn


async def _take(session: AsyncSession, now: datetime) -> Sequence[tuple[int, str]]:
    """Moves their next look on, so that another worker leaves them alone."""
    rows = await session.execute(
        select(DroppedArticle, Article.url)
        .join(Article, Article.id == DroppedArticle.article_id)
        .join(StoryArticle, StoryArticle.article_id == Article.id)
        .join(Story, Story.id == StoryArticle.story_id)
        .where(DroppedArticle.look_at <= now, is_told_or_current(now))
        .order_by(DroppedArticle.look_at, DroppedArticle.article_id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=DroppedArticle)
    )
    taken = []
    for dropped, url in rows.all():
        dropped.look_at = now + AGAIN_AFTER
        taken.append((dropped.article_id, str(url)))
    return taken


async def _is_there(client: FeedClient, url: str) -> bool | None:
    """Whether the page is there; None where nobody can say now."""
    try:
        await client.get(url)
    except Gone:
        return False
    except BadStatus as answer:
        return False if answer.status == 404 else None
    except SourceError:
        return None
    return True


async def _settle(session: AsyncSession, article_id: int, is_there: bool, now: datetime) -> bool:
    dropped = await session.get(DroppedArticle, article_id, with_for_update=True)
    if dropped is None:
        return False
    if is_there:
        dropped.missing_since, dropped.look_at = None, now + THERE_FOR
        return False
    if dropped.missing_since is None:
        dropped.missing_since = now
        return False
    dropped.look_at = None
    article = update(Article).where(Article.id == article_id, Article.withdrawn_at.is_(None))
    await session.execute(article.values(withdrawn_at=now, changed_at=now))
    return True
