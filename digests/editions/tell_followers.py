"""Followers are told of story news between digests (verb): set-based, found in the tables alone.

Followers are grouped by (story, what they know); each group whose story has news since is one piece of
story news and one dispatch, whatever their number. Nobody is told of one story more often than the pace
allows: who was told lately, or sleeps, stays in their group, and is told the newest later. A severity that
rises has a quicker pace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from digests.audience.following import (
    PACE_OF_RISES,
    Following,
    may_be_told,
    prolong,
    story_about,
)
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.editions.newsworthy import Change, Stand, change
from digests.editions.story_news import StoryNews
from digests.outbox.dispatch import (
    Content,
    Dispatch,
    DispatchState,
    Lane,
    MessageKind,
    Reach,
)
from digests.outbox.plan import plan
from digests.storage.bulk import insert_new
from digests.stories.story import Story, StoryRevision
from digests.vocabulary import Severity

GROUPS_AT_ONCE = 50
"""In one run; the rest wait for the next, seconds later: the writer is never away for long."""

STILL_NEWS = timedelta(hours=6)
"""What could not be sent for so long is left to the digest."""

_PREFIX = len("story:")


@dataclass(frozen=True, slots=True)
class _Group:
    """Followers who know a story up to the same revision."""

    story_id: int
    knows: int


async def tell_followers(session: AsyncSession, *, now: datetime) -> int:
    """Plans what followers are to be told now; how many dispatches."""
    planned = 0
    for group in await _groups(session, now):
        planned += await _tell(session, group, now)
    return planned


async def _groups(session: AsyncSession, now: datetime) -> list[_Group]:
    """Those of whom somebody may be told now, and whose story says something else than they know."""
    story_id = cast(func.substr(Following.about, _PREFIX + 1), BigInteger)
    active = exists().where(
        Subscriber.id == Following.subscriber_id, Subscriber.state == SubscriberState.ACTIVE
    )
    # An earlier dispatch to the same is still looking for its readers, or is held at the desk.
    under_way = select(Dispatch.about, Dispatch.since_revision).where(
        Dispatch.content == Content.NEWS,
        Dispatch.is_expanded.is_(False),
        Dispatch.state.in_((DispatchState.RUNNING, DispatchState.PAUSED)),
        Dispatch.since_revision.is_not(None),
    )
    rows = await session.execute(
        select(Story.id, Following.told_revision)
        .select_from(Following)
        .join(Story, Story.id == story_id)
        .where(
            or_(may_be_told(now), and_(_rises(), may_be_told(now, PACE_OF_RISES))),
            Following.told_revision < Story.revision,
            active,
            tuple_(Following.about, Following.told_revision).not_in(under_way),
        )
        .distinct()
        .order_by(Story.id, Following.told_revision)
        .limit(GROUPS_AT_ONCE)
    )
    return [_Group(found, knows) for found, knows in rows if knows is not None]


def _rises() -> ColumnElement[bool]:
    """Whether the story is more severe than where its follower knows it."""
    known = aliased(StoryRevision)
    return exists().where(
        known.story_id == Story.id,
        known.revision == Following.told_revision,
        _rank(known.severity) < _rank(Story.severity),
    )


def _rank(severity: SQLColumnExpression[Severity]) -> ColumnElement[int]:
    return case({one: one.rank for one in Severity}, value=severity)


async def _tell(session: AsyncSession, group: _Group, now: datetime) -> int:
    story = await session.get_one(Story, group.story_id, with_for_update={"read": True})
    since = await _since(session, group, story.revision)
    changed = changed_in(since)
    if not changed.is_news:
        # More sources, or a correction: told by itself, or nothing to tell.
        await _let_know(session, group, story.revision)
        return 0
    news = await _news(session, group, story, now)
    await _plan(session, group, story, news, changed, now)
    await prolong(session, story_about(story.id), now=now)
    return 1


def changed_in(since: Sequence[StoryRevision]) -> Change:
    """What changed over these revisions: the first is what followers know, the last what stands."""
    was, now = since[0], since[-1]
    return change(
        Stand(was.standing, was.severity),
        Stand(now.standing, now.severity),
        says_new=any(revision.news_in for revision in since[1:]),
    )


async def revisions_between(
    session: AsyncSession, story_id: int, was: int, now: int
) -> Sequence[StoryRevision]:
    """What a story said from one revision to another, both included."""
    wanted = select(StoryRevision).where(
        StoryRevision.story_id == story_id, StoryRevision.revision.between(was, now)
    )
    return (await session.scalars(wanted.order_by(StoryRevision.revision))).all()


async def _since(session: AsyncSession, group: _Group, now: int) -> Sequence[StoryRevision]:
    return await revisions_between(session, group.story_id, group.knows, now)


async def _let_know(session: AsyncSession, group: _Group, revision: int) -> None:
    await session.execute(
        update(Following)
        .where(
            Following.about == story_about(group.story_id), Following.told_revision == group.knows
        )
        .values(told_revision=revision)
        .execution_options(synchronize_session=False)
    )


async def _news(session: AsyncSession, group: _Group, story: Story, now: datetime) -> StoryNews:
    key = {
        "story_id": story.id,
        "was_revision": group.knows,
        "now_revision": story.revision,
    }
    new = {**key, "revision": story.revision, "news_at": story.news_at, "made_at": now}
    await insert_new(session, StoryNews, [new], ["id"])
    return (await session.scalars(select(StoryNews).filter_by(**key))).one()


async def _plan(
    session: AsyncSession,
    group: _Group,
    story: Story,
    news: StoryNews,
    changed: Change,
    now: datetime,
) -> None:
    before = select(func.count()).where(
        Dispatch.content == Content.NEWS, Dispatch.subject_id == news.id
    )
    await plan(
        session,
        content=Content.NEWS,
        subject_id=news.id,
        revision=news.revision,
        kind=MessageKind.SEND,
        lane=Lane.URGENT if changed.rises else Lane.NOTICES,
        severity=story.severity,
        silent=not changed.rises,
        reach=Reach.FOLLOWERS,
        about=story_about(story.id),
        since_revision=group.knows,
        expires_at=now + STILL_NEWS,
        created_at=now,
        plan_key=f"news:{news.id}:{await session.scalar(before)}",
    )
