"""What was put right is brought to every message that carried the error (verb): by receipt, set-based."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision
from digests.alerts.update import AlertUpdate
from digests.alerts.waking import Waking, WakingAlert
from digests.corrections.correction import Correction
from digests.corrections.counted import Counted
from digests.corrections.reach import Carried, Remedy, remedy
from digests.corrections.spread_news import news_of, raise_news
from digests.editions.edition import Edition, EditionStory
from digests.outbox.control import cancel, lock_shown, raise_revision, supersede
from digests.outbox.dispatch import (
    Content,
    Dispatch,
    DispatchState,
    Lane,
    MessageKind,
    Reach,
)
from digests.outbox.plan import plan
from digests.outbox.receipt import Outcome, Receipt
from digests.stories.story import Story
from digests.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Copies:
    """The messages in which one alert or edition stands, and what they are to show."""

    content: Content
    subject_id: int
    revision: int


async def spread_alert(
    session: AsyncSession, alert: Alert, correction: Correction, counted: Counted, *, now: datetime
) -> None:
    """Waiting copies show what is right or stay unsent; those that arrived are edited and answered."""
    age = now - (alert.decided_at or alert.created_at)
    wakings = await take_copies(session, alert.id)
    if _remedy(Carried.WAITING, correction, age) is Remedy.STOP:
        for dispatch_id in await going_out(session, alert.id):
            await cancel(session, dispatch_id, reason="retracted", now=now)
    await stop_older(session, alert.id, wakings, now=now)
    told = await raised(session, alert, wakings)
    await _put_replies_right(session, alert, counted, now)
    words = await session.get_one(AlertRevision, (alert.id, alert.revision))
    for copies in told:
        await plan_edits(session, copies, counted, now=now)
        if _remedy(Carried.ARRIVED, correction, age) is Remedy.EDIT_AND_REPLY:
            await _plan_replies(session, copies, counted, correction, words.severity, now)


async def _put_replies_right(
    session: AsyncSession, alert: Alert, counted: Counted, now: datetime
) -> None:
    """What was said below the copies when the alert had newer words may hold the error too."""
    was_told = exists().where(
        Dispatch.content == Content.UPDATE,
        Dispatch.subject_id == AlertUpdate.id,
        Dispatch.kind == MessageKind.SEND,
    )
    ids = _replies(alert.id).where(was_told)
    await supersede(session, Content.UPDATE, ids, now=now)
    for update_id in (await session.scalars(ids)).all():
        await raise_revision(session, Content.UPDATE, update_id, alert.revision)
        copies = Copies(Content.UPDATE, update_id, alert.revision)
        await plan_edits(session, copies, counted, now=now)


def _replies(alert_id: int) -> Select[int]:
    """The updates of an alert; each may have had a short reply below its copies."""
    return select(AlertUpdate.id).where(AlertUpdate.alert_id == alert_id)


async def take_copies(session: AsyncSession, alert_id: int) -> Sequence[int]:
    """Locks all that shows this alert, so that no courier waits for us while we wait for it; the wakings
    in which it stands."""
    holding = select(WakingAlert.waking_id).where(WakingAlert.alert_id == alert_id)
    locked = select(Waking.id).where(Waking.id.in_(holding)).order_by(Waking.id)
    wakings = (await session.scalars(locked.with_for_update())).all()
    alert, replies = _of(Content.ALERT, [alert_id]), _of(Content.UPDATE, _replies(alert_id))
    await lock_shown(session, or_(alert, replies, _of(Content.WAKING, wakings)))
    return wakings


def _of(content: Content, subject_ids: Collection[int] | Select[int]) -> ColumnElement[bool]:
    return and_(Dispatch.content == content, Dispatch.subject_id.in_(subject_ids))


async def stop_older(
    session: AsyncSession, alert_id: int, wakings: Collection[int], *, now: datetime
) -> None:
    """Edits that newer ones replace, and replies that wait to tell of what is no longer the newest."""
    await supersede(session, Content.ALERT, [alert_id], now=now)
    await supersede(session, Content.WAKING, wakings, now=now)
    waiting = await session.scalars(
        select(Dispatch.id)
        .where(
            _of(Content.UPDATE, _replies(alert_id)),
            Dispatch.kind == MessageKind.SEND,
            Dispatch.state.in_((DispatchState.RUNNING, DispatchState.PAUSED)),
        )
        .order_by(Dispatch.id)
    )
    for dispatch_id in waiting.all():
        await cancel(session, dispatch_id, now=now, reason="superseded")


async def raised(session: AsyncSession, alert: Alert, wakings: Collection[int]) -> list[Copies]:
    """The alert's messages, and those in which it was told to readers who had quiet hours: from now on
    they show its newest revision."""
    shown = update(WakingAlert).where(WakingAlert.alert_id == alert.id)
    await session.execute(shown.values(alert_revision=alert.revision))
    newer = await session.execute(
        update(Waking)
        .where(Waking.id.in_(wakings))
        .values(revision=Waking.revision + 1)
        .returning(Waking.id, Waking.revision)
        .execution_options(synchronize_session=False)
    )
    copies = [Copies(Content.WAKING, waking, revision) for waking, revision in newer]
    copies.insert(0, Copies(Content.ALERT, alert.id, alert.revision))
    for one in copies:
        await raise_revision(session, one.content, one.subject_id, one.revision)
    return copies


async def spread_story(
    session: AsyncSession, story: Story, correction: Correction, counted: Counted, *, now: datetime
) -> None:
    """Every digest with this story, and all story news of it, shows what is right; the readers of a fresh
    one are told."""
    holding = select(EditionStory.edition_id).where(EditionStory.story_id == story.id)
    news = _of(Content.NEWS, news_of(story))
    shown = or_(_of(Content.EDITION, holding), _of(Content.MAP, holding), news)
    await lock_shown(session, shown)
    await supersede(session, Content.EDITION, holding, now=now)
    await supersede(session, Content.MAP, holding, now=now)
    await _raise_editions(session, story, holding)
    newest_first = (
        select(Edition).where(Edition.id.in_(holding)).order_by(Edition.window_end.desc())
    )
    editions = (await session.scalars(newest_first)).all()
    for edition in editions:
        if counted.of(Content.MAP, edition.id).copies:
            copies = Copies(Content.MAP, edition.id, edition.revision)
            await plan_edits(session, copies, counted, now=now)
        if not counted.of(Content.EDITION, edition.id).copies:
            continue
        copies = Copies(Content.EDITION, edition.id, edition.revision)
        await plan_edits(session, copies, counted, now=now)
        cure = _remedy(Carried.ARRIVED, correction, now - edition.window_end)
        # A story goes on for days: whoever has several such digests is told below the newest, for
        # the outbox passes over those whom an earlier dispatch of this correction is for.
        if cure is Remedy.EDIT_AND_REPLY:
            await _plan_replies(session, copies, counted, correction, story.severity, now)
    await _spread_news(session, story, correction, counted, now)


async def _spread_news(
    session: AsyncSession, story: Story, correction: Correction, counted: Counted, now: datetime
) -> None:
    """After the digests: whoever has one of them with this story is told below that."""
    for news in await raise_news(session, story, now=now):
        copies = Copies(Content.NEWS, news.id, news.revision)
        if not counted.of(Content.NEWS, news.id).copies:
            continue
        await plan_edits(session, copies, counted, now=now)
        cure = _remedy(Carried.ARRIVED, correction, now - news.made_at)
        if cure is Remedy.EDIT_AND_REPLY:
            await _plan_replies(session, copies, counted, correction, story.severity, now)


async def chats_with(
    session: AsyncSession, content: Content, subject_ids: Collection[int] | Select[int]
) -> dict[int, int]:
    """In how many chats a copy of each subject stands."""
    counted = await session.execute(
        select(Receipt.subject_id, func.count(Receipt.chat_id.distinct()))
        .where(
            Receipt.content == content,
            Receipt.subject_id.in_(subject_ids),
            Receipt.kind == MessageKind.SEND,
            Receipt.outcome == Outcome.SENT,
        )
        .group_by(Receipt.subject_id)
    )
    return {row[0]: row[1] for row in counted}


async def _raise_editions(session: AsyncSession, story: Story, holding: Select[int]) -> None:
    await session.execute(
        update(Edition).where(Edition.id.in_(holding)).values(revision=Edition.revision + 1)
    )
    held = update(EditionStory).where(EditionStory.story_id == story.id)
    await session.execute(held.values(story_revision=story.revision))
    raised = select(Edition.revision).where(Edition.id == Dispatch.subject_id).scalar_subquery()
    # Thousands of editions may hold one story: one statement for all their dispatches.
    await session.execute(
        update(Dispatch)
        .where(
            Dispatch.content.in_((Content.EDITION, Content.MAP)), Dispatch.subject_id.in_(holding)
        )
        .values(revision=raised)
        .execution_options(synchronize_session=False)
    )


async def plan_edits(
    session: AsyncSession, copies: Copies, counted: Counted, *, now: datetime
) -> None:
    """Edits of these. Planned even for nobody: a copy in the air counts as arrived when it settles."""
    await plan(
        session,
        content=copies.content,
        subject_id=copies.subject_id,
        revision=copies.revision,
        kind=MessageKind.EDIT,
        lane=Lane.CORRECTIONS,
        reach=Reach.RECEIVED,
        received_content=copies.content,
        received_subject_id=copies.subject_id,
        audience=counted.of(copies.content, copies.subject_id).copies,
        created_at=now,
        plan_key=f"edit:{copies.content}:{copies.subject_id}:{copies.revision}",
    )


async def _plan_replies(
    session: AsyncSession,
    copies: Copies,
    counted: Counted,
    correction: Correction,
    severity: Severity,
    now: datetime,
) -> None:
    await plan(
        session,
        content=Content.CORRECTION,
        subject_id=correction.id,
        revision=1,
        kind=MessageKind.SEND,
        lane=Lane.CORRECTIONS,
        severity=severity,
        reach=Reach.RECEIVED,
        received_content=copies.content,
        received_subject_id=copies.subject_id,
        audience=counted.of(copies.content, copies.subject_id).told,
        created_at=now,
        plan_key=f"correction:{correction.id}:{copies.content}:{copies.subject_id}",
    )


async def going_out(session: AsyncSession, alert_id: int) -> Sequence[int]:
    """The unfinished dispatches that bring an alert to its readers."""
    wanted = select(Dispatch.id).where(
        Dispatch.content == Content.ALERT,
        Dispatch.subject_id == alert_id,
        Dispatch.kind == MessageKind.SEND,
        Dispatch.state.in_((DispatchState.RUNNING, DispatchState.PAUSED)),
    )
    return (await session.scalars(wanted)).all()


def _remedy(carried: Carried, correction: Correction, age: timedelta) -> Remedy:
    return remedy(carried, correction.subject, correction.kind, age)
