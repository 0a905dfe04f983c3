"""What readers follow or mute, in its newest words (verb)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.wording import headline
from digests.audience.following import Following
from digests.audience.subscriber import Subscriber
from digests.outbox.dispatch import Dispatch
from digests.outbox.plan import matching
from digests.stories.story import Story, StoryRevision


@dataclass(frozen=True, slots=True)
class Meant:
    """What a message tells of, as it is followed."""

    about: str
    revision: int | None
    """Of its story, where it has one: what whoever follows it here knows."""


async def meant_by_alert(session: AsyncSession, alert_id: int) -> Meant:
    """An alert's story, else the alert itself."""
    alert = await session.get_one(Alert, alert_id)
    story = await session.get_one(Story, alert.story_id) if alert.story_id else None
    return Meant(alert.about, story.revision if story else None)


async def said_of(session: AsyncSession, about: str, language: str) -> str:
    """Its newest headline, in this language where it is told in it."""
    kind, number = about.split(":")
    if kind == "story":
        story = await session.get_one(Story, int(number))
        told = await session.get_one(StoryRevision, (story.id, story.revision))
        return told.told_in(language)[1]["title"]
    alert = await session.get_one(Alert, int(number))
    words = await session.get_one(AlertRevision, (alert.id, alert.revision))
    return headline(words.texts.get(language, words.texts[words.main_language]))


async def know_by_alert(
    session: AsyncSession, alert: Alert, dispatch: Dispatch, *, now: datetime
) -> None:
    """Followers of the alert's story who get this alert know the story as it stands: no story news tells
    them the same again."""
    if alert.story_id is None:
        return
    story = await session.get_one(Story, alert.story_id)
    reached = select(Subscriber.id).where(matching(dispatch))
    await session.execute(
        update(Following)
        .where(
            Following.about == alert.about,
            Following.told_revision.is_not(None),
            Following.subscriber_id.in_(
                reached.where(Subscriber.id == Following.subscriber_id).correlate(Following)
            ),
        )
        .values(told_revision=story.revision, told_at=now)
        .execution_options(synchronize_session=False)
    )


async def alerted_at(
    session: AsyncSession, story_ids: Collection[int], *, since: datetime, until: datetime
) -> dict[int, datetime]:
    """When readers were alerted to each of these stories over (since, until], where they were and it was
    not withdrawn since."""
    rows = await session.execute(
        select(Alert.story_id, func.max(Alert.decided_at))
        .join(
            AlertRevision,
            (AlertRevision.alert_id == Alert.id) & (AlertRevision.revision == Alert.revision),
        )
        .where(
            Alert.story_id.in_(story_ids),
            Alert.state == AlertState.APPROVED,
            Alert.decided_at > since,
            Alert.decided_at <= until,
            AlertRevision.reason != RevisionReason.RETRACTION,
        )
        .group_by(Alert.story_id)
    )
    return {story_id: at for story_id, at in rows if story_id is not None and at is not None}
