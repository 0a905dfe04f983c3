"""Finds what sources changed or withdrew without a word, of what our stories tell (verb, reading only)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from digests.alerts.alert import Alert, AlertState
from digests.alerts.release import ProposalState
from digests.alerts.watch import Found
from digests.corrections.correction import CorrectedSubject, Correction
from digests.corrections.difference import dropped
from digests.corrections.silent import Version, Weight, weight
from digests.editions.edition import EditionStory
from digests.intake.article import Article
from digests.intake.source import Source
from digests.stories.story import Story, StoryArticle, StoryRevision
from digests.vocabulary import Standing

MINDED_FOR = timedelta(hours=48)
"""After a change; who has not decided by then has let it stand."""

SHOWN = 300
"""Characters of what was said before, and of what is said now."""


async def silent_edits(session: AsyncSession, *, now: datetime) -> Found:
    """The changes that matter, of articles in stories that were told or could be told today."""
    rows = await session.execute(
        select(Article, Source.title, Story, StoryRevision.title, Alert.id)
        .join(Source, Source.id == Article.source_id)
        .join(StoryArticle, StoryArticle.article_id == Article.id)
        .join(Story, Story.id == StoryArticle.story_id)
        .join(
            StoryRevision,
            and_(StoryRevision.story_id == Story.id, StoryRevision.revision == Story.revision),
        )
        .outerjoin(Alert, and_(Alert.story_id == Story.id, Alert.state == AlertState.APPROVED))
        .where(
            Article.changed_at > now - MINDED_FOR,
            Story.standing != Standing.RETRACTED,
            is_told_or_current(now),
            ~_corrected_since(),
        )
        .order_by(Article.id, Alert.id)
    )
    return {key: values for row in rows for key, values in _judged(row)}


def is_told_or_current(now: datetime) -> ColumnElement[bool]:
    """Stories that readers have, or will be told of."""
    alert = aliased(Alert)
    return or_(
        Story.news_at > now - MINDED_FOR,
        exists().where(EditionStory.story_id == Story.id),
        exists().where(alert.story_id == Story.id, alert.state == AlertState.APPROVED),
    )


def _corrected_since() -> ColumnElement[bool]:
    return exists().where(
        Correction.subject == CorrectedSubject.STORY,
        Correction.subject_id == Story.id,
        Correction.state == ProposalState.APPROVED,
        Correction.decided_at >= Article.changed_at,
    )


def _judged(row: Row[Article, str, Story, str, int]) -> Sequence[tuple[str, dict[str, Any]]]:
    article, source, story, headline, alert_id = row
    changed_at = article.changed_at or article.read_at
    was = Version(article.title, _joined(article.summary, article.text))
    now = Version(
        article.later_title or article.title,
        _joined(article.later_summary or article.summary, article.later_text or article.text),
    )
    found = Weight.WITHDRAWN if article.withdrawn_at else weight(was, now, article.language or "en")
    if found is None:
        return ()
    values = {
        "article": article.id,
        "story": story.id,
        "title": headline,
        "source": source,
        "url": article.url,
        "weight": found.value,
        "was_title": was.title,
        "now_title": now.title if now.title != was.title else "",
        "was": dropped(was.text, now.text, SHOWN),
        "now": dropped(now.text, was.text, SHOWN),
        "alert": alert_id,
        "changed_at": changed_at.isoformat(),
    }
    return ((f"{article.id}:{changed_at:%Y%m%dT%H%M%S}", values),)


def _joined(summary: str, text: str) -> str:
    return "\n".join(part for part in (summary, text) if part)
