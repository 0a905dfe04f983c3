"""What the public may look up (verb): alerts that went out, and digests planned for all of a taste.

A digest that one reader asked for is theirs alone, and so is when they asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.release import ProposalState
from digests.corrections.correction import CorrectedSubject, Correction
from digests.editions.edition import Edition, EditionStory
from digests.outbox.dispatch import Content, Dispatch, Reach

LOOKED_THROUGH = 500
"""Newest alerts among which those of one topic are looked for."""


@dataclass(frozen=True, slots=True)
class PublicAlert:
    """An alert as a list shows it."""

    id: int
    revision: int
    words: AlertRevision
    said_at: datetime
    changed_at: datetime
    was: AlertRevision | None = None
    """What it said before a correction put it right."""


@dataclass(frozen=True, slots=True)
class PublicEdition:
    """A digest as a list shows it."""

    id: int
    revision: int
    ends_at: datetime
    changed_at: datetime
    topics: tuple[str, ...]
    """Of its stories, in the order of reading."""
    stories: int


async def alerts(
    session: AsyncSession,
    *,
    limit: int,
    topic: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[PublicAlert]:
    """The newest alerts that went out, newest first."""
    said_at = func.coalesce(Alert.decided_at, Alert.created_at)
    was = aliased(AlertRevision)
    rows = await session.execute(
        select(Alert, AlertRevision, was)
        .join(
            AlertRevision,
            (AlertRevision.alert_id == Alert.id) & (AlertRevision.revision == Alert.revision),
        )
        .outerjoin(
            was,
            (was.alert_id == Alert.id)
            & (was.revision == Alert.revision - 1)
            & (AlertRevision.reason == RevisionReason.CORRECTION),
        )
        .where(is_public_alert(), *_within(said_at, since, until))
        .order_by(Alert.id.desc())
        .limit(LOOKED_THROUGH if topic else limit)
    )
    found = [
        PublicAlert(
            alert.id,
            alert.revision,
            words,
            alert.decided_at or alert.created_at,
            max(words.made_at, alert.decided_at or alert.created_at),
            before,
        )
        for alert, words, before in rows
        if topic is None or topic in words.topics
    ]
    return found[:limit]


async def editions(
    session: AsyncSession,
    *,
    limit: int,
    topic: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[PublicEdition]:
    """The newest digests that hold a story, newest first."""
    wanted = select(Edition).where(
        is_public(), Edition.story_count > 0, *_within(Edition.window_end, since, until)
    )
    if topic is not None:
        holding = select(EditionStory.edition_id).where(EditionStory.topic == topic)
        wanted = wanted.where(Edition.id.in_(holding))
    newest = wanted.order_by(Edition.window_end.desc(), Edition.id.desc()).limit(limit)
    found = (await session.scalars(newest)).all()
    ids = [edition.id for edition in found]
    topics = await _topics(session, ids)
    changed = await _changed(session, ids)
    return [
        PublicEdition(
            id=edition.id,
            revision=edition.revision,
            ends_at=edition.window_end,
            changed_at=max(edition.window_end, changed.get(edition.id, edition.window_end)),
            topics=tuple(dict.fromkeys(topics.get(edition.id, ()))),
            stories=edition.story_count,
        )
        for edition in found
    ]


async def public_alert(session: AsyncSession, alert_id: int) -> Alert | None:
    """The alert, where it went out."""
    return await session.scalar(select(Alert).where(Alert.id == alert_id, is_public_alert()))


async def public_edition(session: AsyncSession, edition_id: int) -> Edition | None:
    """The digest, where it was planned for everybody of its taste."""
    return await session.scalar(select(Edition).where(Edition.id == edition_id, is_public()))


def is_public() -> ColumnElement[bool]:
    """Whether an edition was planned for all of its taste."""
    planned = select(Dispatch.subject_id).where(
        Dispatch.content == Content.EDITION,
        Dispatch.reach == Reach.STAMPED,
        Dispatch.subject_id == Edition.id,
    )
    # What single readers muted or follow is nobody's business.
    return planned.exists() & (Edition.left_out == "")


def is_public_alert() -> ColumnElement[bool]:
    """Whether an alert went out."""
    sent = select(Dispatch.id).where(
        Dispatch.content == Content.ALERT, Dispatch.subject_id == Alert.id
    )
    return (Alert.state == AlertState.APPROVED) & sent.exists()


def _within(
    moment: SQLColumnExpression[datetime], since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = []
    if since is not None:
        bounds.append(moment >= since)
    if until is not None:
        bounds.append(moment < until)
    return bounds


async def _topics(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = await session.execute(
        select(EditionStory.edition_id, EditionStory.topic)
        .where(EditionStory.edition_id.in_(ids))
        .order_by(EditionStory.edition_id, EditionStory.position)
    )
    found: dict[int, list[str]] = {}
    for edition_id, topic in rows:
        found.setdefault(edition_id, []).append(topic)
    return found


async def _changed(session: AsyncSession, ids: Sequence[int]) -> dict[int, datetime]:
    """When a story of each was last put right."""
    rows = await session.execute(
        select(EditionStory.edition_id, func.max(Correction.decided_at))
        .join(
            Correction,
            (Correction.subject_id == EditionStory.story_id)
            & (Correction.subject == CorrectedSubject.STORY)
            & (Correction.state == ProposalState.APPROVED),
        )
        .where(EditionStory.edition_id.in_(ids))
        .group_by(EditionStory.edition_id)
    )
    return {edition_id: at for edition_id, at in rows if at is not None}
