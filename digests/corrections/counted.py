"""How many have what is put right (verb): counted before anything is locked, for with a million copies all
delivery would wait for it. Who gets one between the count and the plan is among the audience all the same:
the ledger's end is fixed under the lock, and what is expanded beyond the count is added to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert
from digests.alerts.update import AlertUpdate
from digests.alerts.waking import WakingAlert
from digests.audience.following import Wish, those_who
from digests.corrections.correction import CorrectedSubject
from digests.corrections.reach import FRESH
from digests.editions.edition import Edition, EditionStory
from digests.editions.story_news import StoryNews
from digests.outbox.dispatch import Content, MessageKind
from digests.outbox.receipt import Outcome, Receipt

Key = tuple[Content, int]


@dataclass(frozen=True, slots=True)
class Holders:
    """Of one alert, waking, reply or edition: its copies, and who is told below them."""

    copies: int = 0
    told: int = 0
    unmuted: int = 0
    """Of those the ones who did not mute what it is about."""
    following: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """The holders of everything in which an alert or a story stands."""

    holders: Mapping[Key, Holders] = field(default_factory=dict)

    def of(self, content: Content, subject_id: int) -> Holders:
        """None where nobody had it when it was counted."""
        return self.holders.get((content, subject_id), Holders())


async def count(
    session: AsyncSession, subject: CorrectedSubject, subject_id: int, *, now: datetime
) -> Counted:
    """Whom a correction or an update of this would concern."""
    if subject is CorrectedSubject.ALERT:
        return await _of_alert(session, subject_id)
    return await _of_story(session, subject_id, now)


async def _of_alert(session: AsyncSession, alert_id: int) -> Counted:
    alert = await session.get(Alert, alert_id)
    if alert is None:
        return Counted()
    wakings = select(WakingAlert.waking_id).where(WakingAlert.alert_id == alert_id)
    replies = select(AlertUpdate.id).where(AlertUpdate.alert_id == alert_id)
    stands = or_(
        and_(Receipt.content == Content.ALERT, Receipt.subject_id == alert_id),
        and_(Receipt.content == Content.WAKING, Receipt.subject_id.in_(wakings)),
        and_(Receipt.content == Content.UPDATE, Receipt.subject_id.in_(replies)),
    )
    who = Receipt.subscriber_id
    unmuted = or_(who.is_(None), who.not_in(those_who(Wish.MUTE, alert.about)))
    following = who.in_(those_who(Wish.FOLLOW, alert.about))
    first = Receipt.part == 0
    rows = await session.execute(
        select(
            Receipt.content,
            Receipt.subject_id,
            func.count(),
            _how_many(first),
            _how_many(and_(first, unmuted)),
            _how_many(and_(first, following)),
        )
        .where(stands, *_ARRIVED)
        .group_by(Receipt.content, Receipt.subject_id)
    )
    return Counted({(row[0], row[1]): Holders(*map(int, row[2:])) for row in rows})


async def _of_story(session: AsyncSession, story_id: int, now: datetime) -> Counted:
    holding = select(EditionStory.edition_id).where(EditionStory.story_id == story_id)
    news = select(StoryNews.id).where(StoryNews.story_id == story_id)
    rows = await session.execute(
        select(Receipt.content, Receipt.subject_id, func.count())
        .where(
            or_(
                and_(
                    Receipt.content.in_((Content.EDITION, Content.MAP)),
                    Receipt.subject_id.in_(holding),
                ),
                and_(Receipt.content == Content.NEWS, Receipt.subject_id.in_(news)),
            ),
            *_ARRIVED,
        )
        .group_by(Receipt.content, Receipt.subject_id)
    )
    below = await _told_below_digests(session, holding, now)
    below |= await _told_below_news(session, holding, news, now)
    return Counted(
        {
            (content, subject_id): Holders(copies, below.get((content, subject_id), 0))
            for content, subject_id, copies in rows
        }
    )


async def _told_below_digests(
    session: AsyncSession, holding: Select[int], now: datetime
) -> dict[Key, int]:
    # Each reader is told below the newest of the digests that they have.
    newest = func.row_number().over(
        partition_by=Receipt.chat_id, order_by=(Edition.window_end.desc(), Edition.id.desc())
    )
    fresh = _in_fresh_digests(holding, now)
    ranked = fresh.with_only_columns(Receipt.subject_id, newest.label("place")).subquery()
    told = await session.execute(
        select(ranked.c.subject_id, func.count())
        .where(ranked.c.place == 1)
        .group_by(ranked.c.subject_id)
    )
    return {(Content.EDITION, row[0]): row[1] for row in told}


def _in_fresh_digests(holding: Select[int], now: datetime) -> Select[int]:
    """Chats that have the story in a digest which is answered still."""
    return (
        select(Receipt.chat_id)
        .join(Edition, Edition.id == Receipt.subject_id)
        .where(
            Receipt.content == Content.EDITION,
            Receipt.subject_id.in_(holding),
            Receipt.part == 0,
            Edition.window_end >= now - FRESH,
            *_ARRIVED,
        )
    )


async def _told_below_news(
    session: AsyncSession, holding: Select[int], news: Select[int], now: datetime
) -> dict[Key, int]:
    """Who has the story in no fresh digest is told below the newest news of it that they have."""
    newest = (
        select(func.max(Receipt.subject_id).label("news"))
        .join(StoryNews, StoryNews.id == Receipt.subject_id)
        .where(
            Receipt.content == Content.NEWS,
            Receipt.subject_id.in_(news),
            Receipt.part == 0,
            StoryNews.made_at >= now - FRESH,
            Receipt.chat_id.not_in(_in_fresh_digests(holding, now)),
            *_ARRIVED,
        )
        .group_by(Receipt.chat_id)
        .subquery()
    )
    told = await session.execute(select(newest.c.news, func.count()).group_by(newest.c.news))
    return {(Content.NEWS, row[0]): row[1] for row in told}


_ARRIVED = (
    Receipt.kind == MessageKind.SEND,
    Receipt.outcome == Outcome.SENT,
    Receipt.message_id.is_not(None),
)


def _how_many(such: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((such, 1), else_=0))
