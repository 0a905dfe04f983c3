"""Verb: notice what a feed lists no longer while it still lists older articles: it may be withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.intake.article import Article, DroppedArticle
from digests.intake.draft import Draft
from digests.storage.insertion import insertion

WATCHED_FOR = timedelta(hours=48)
"""After its publishing; what is older leaves feeds in many ways and matters less."""

FEWEST = 5
"""Entries below which a feed says nothing by leaving one out."""

MOST = 1_000


async def note_dropped(
    session: AsyncSession, source_id: int, drafts: Sequence[Draft], *, now: datetime
) -> None:
    """Writes down the source's young articles that its feed, with these drafts, passes over."""
    dated = [draft.published_at for draft in drafts if not draft.date_doubtful]
    if not FEWEST <= len(drafts) <= MOST or len(dated) < FEWEST:
        return
    texts = [draft.text_key for draft in drafts if draft.text_key]
    passed_over = select(
        Article.id, literal(now, DroppedArticle.dropped_at.type),
        literal(now, DroppedArticle.look_at.type),
    ).where(
        Article.source_id == source_id,
        Article.published_at > max(min(dated), now - WATCHED_FOR),
        Article.url.is_not(None),
        Article.withdrawn_at.is_(None),
        Article.identity.not_in([draft.identity for draft in drafts]),
        # Under another address it is the same article.
        or_(Article.text_key.is_(None), Article.text_key.not_in(texts)),
    )  # fmt: skip
    columns = ["article_id", "dropped_at", "look_at"]
    statement = insertion(session, DroppedArticle).from_select(columns, passed_over)
    await session.execute(statement.on_conflict_do_nothing())


async def forget_dropped(session: AsyncSession, *, now: datetime) -> None:
    """Lets go of those that are no longer watched."""
    old = DroppedArticle.dropped_at < now - WATCHED_FOR
    await session.execute(delete(DroppedArticle).where(old))
