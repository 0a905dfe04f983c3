"""What a reader muted, or knows by story news, is left out of their digest (verb); what followers are told
by a digest is news to them no more.

Editions stay shared. A taste's edition is made as ever; then those few of its readers for whom something
in it is too much are found, from the mutes and the receipts of story news and not reader by reader. All
for whom the same is too much share one edition without it and one dispatch, and one UPDATE restamps their
appointments. So cost grows with the different sets that are left out, as it grows with tastes; where
nobody muted anything, nothing is asked. Such an edition is one like any other: corrections find its
copies by receipt, and a reader who mutes a story later keeps the digests in which it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    String,
    Subquery,
    and_,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.following import Following, Wish
from digests.audience.slot import Appointment
from digests.editions.edition import Edition, EditionStory
from digests.editions.selection import LONGEST_WINDOW
from digests.editions.story_news import StoryNews
from digests.outbox.dispatch import Content, Dispatch, MessageKind
from digests.outbox.plan import plan
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.bulk import insert_new
from digests.storage.given import Given
from digests.stories.story import Story

_ABOUT_STORY = "story:"


@dataclass(frozen=True, slots=True)
class _Readers:
    """Readers of one dispatch for whom the same is too much: a bit for each place in the edition."""

    dispatch_id: int
    mask: int
    count: int
    last: int


async def leave_out(session: AsyncSession, planned: Collection[int], *, now: datetime) -> list[int]:
    """Readers stamped with these dispatches, of whom some muted or know a story, get dispatches of
    their own; the ids of these."""
    if not await _is_needed(session):
        return []
    masks = _masks(_stamped(_too_much(now), planned))
    rows = await session.execute(
        select(masks.c.dispatch_id, masks.c.mask, func.count(), func.max(masks.c.who)).group_by(
            masks.c.dispatch_id, masks.c.mask
        )
    )
    groups = [_Readers(dispatch, int(mask), count, last) for dispatch, mask, count, last in rows]
    if not groups:
        return []
    made = {group: await _dispatch(session, group) for group in groups}
    await _restamp(session, masks, made)
    moved = Counter[int]()
    for group in groups:
        moved[group.dispatch_id] += group.count
    for dispatch_id, count in moved.items():
        fewer = update(Dispatch).where(Dispatch.id == dispatch_id)
        await session.execute(fewer.values(audience=Dispatch.audience - count))
    return list(made.values())


async def edition_for(
    session: AsyncSession, edition: Edition, subscriber_id: int, *, now: datetime
) -> Edition:
    """The edition as this one reader gets it: without what they muted or know."""
    masks = _masks(_alone(_too_much(now), edition, subscriber_id))
    mask = await session.scalar(select(masks.c.mask))
    return await _edition_without(session, edition, int(mask)) if mask else edition


async def know_by_digest(session: AsyncSession, planned: Collection[int], *, now: datetime) -> None:
    """Followers stamped with these dispatches know of their stories what the digest says."""
    await _let_know(session, _stamped(_followed(), planned), now)


async def knows_by_edition(
    session: AsyncSession, edition: Edition, subscriber_id: int, *, now: datetime
) -> None:
    """The same for one reader who asked."""
    await _let_know(session, _alone(_followed(), edition, subscriber_id), now)


async def _let_know(session: AsyncSession, readers: Subquery, now: datetime) -> None:
    known = (
        select(readers.c.who, readers.c.about, EditionStory.story_revision.label("revision"))
        .join(EditionStory, _tells(readers))
        .subquery("known")
    )
    await session.execute(
        update(Following)
        .where(
            Following.subscriber_id == known.c.who,
            Following.about == known.c.about,
            Following.told_revision < known.c.revision,
        )
        .values(told_revision=known.c.revision, told_at=now)
        .execution_options(synchronize_session=False)
    )


async def _is_needed(session: AsyncSession) -> bool:
    """Whether anybody muted or was told anything at all."""
    muted = select(Following.about).where(
        Following.wish == Wish.MUTE, Following.about.startswith(_ABOUT_STORY)
    )
    needed = select(or_(muted.exists(), select(StoryNews.id).exists()))
    return bool(await session.scalar(needed))


def _too_much(now: datetime) -> Subquery:
    """Who is to be spared which story: they muted it, or its last news reached them as story news and
    nothing has come since."""
    muted = select(Following.subscriber_id.label("who"), Following.about.label("about")).where(
        Following.wish == Wish.MUTE, Following.about.startswith(_ABOUT_STORY)
    )
    about = literal(_ABOUT_STORY) + cast(StoryNews.story_id, String)
    known = (
        select(Receipt.subscriber_id, about)
        .select_from(StoryNews)
        .join(Story, (Story.id == StoryNews.story_id) & (Story.news_at == StoryNews.news_at))
        .join(
            Receipt,
            (Receipt.content == Content.NEWS)
            & (Receipt.subject_id == StoryNews.id)
            & (Receipt.kind == MessageKind.SEND)
            & (Receipt.outcome == Outcome.SENT),
        )
        .where(StoryNews.made_at > now - LONGEST_WINDOW, Receipt.subscriber_id.is_not(None))
    )
    return union(muted, known).subquery("too_much")


def _followed() -> Subquery:
    return (
        select(Following.subscriber_id.label("who"), Following.about.label("about"))
        .where(Following.wish == Wish.FOLLOW, Following.told_revision.is_not(None))
        .subquery("followed")
    )


def _stamped(pairs: Subquery, planned: Collection[int]) -> Subquery:
    """The pairs of a reader and a story with the reader's dispatch and edition. Looked up pair by pair:
    a million others are stamped too."""
    stamp = (
        select(func.max(Appointment.dispatch_id))
        .where(
            Appointment.subscriber_id == pairs.c.who,
            # Another worker's in between are stamped as they should be already.
            Appointment.dispatch_id.between(min(planned), max(planned)),
        )
        .scalar_subquery()
    )
    stamped = select(pairs.c.who, pairs.c.about, stamp.label("dispatch_id")).subquery("stamped")
    return (
        select(*stamped.c, Dispatch.subject_id.label("edition_id"))
        .join(Dispatch, Dispatch.id == stamped.c.dispatch_id)
        .subquery("readers")
    )


def _alone(pairs: Subquery, edition: Edition, subscriber_id: int) -> Subquery:
    return (
        select(
            pairs.c.who,
            pairs.c.about,
            literal(0, BigInteger).label("dispatch_id"),
            literal(edition.id, BigInteger).label("edition_id"),
        )
        .where(pairs.c.who == subscriber_id)
        .subquery("readers")
    )


def _masks(readers: Subquery) -> Subquery:
    """For each of these readers for whom something is too much, which places of their edition."""
    bits = cast(func.sum(_bit(EditionStory.position)), BigInteger)
    return (
        select(readers.c.who, readers.c.dispatch_id, bits.label("mask"))
        .join(EditionStory, _tells(readers))
        .group_by(readers.c.who, readers.c.dispatch_id)
        .subquery("masks")
    )


def _tells(readers: Subquery) -> ColumnElement[bool]:
    story_id = cast(func.substr(readers.c.about, len(_ABOUT_STORY) + 1), BigInteger)
    return and_(EditionStory.edition_id == readers.c.edition_id, EditionStory.story_id == story_id)


def _bit(position: SQLColumnExpression[int]) -> ColumnElement[int]:
    return cast(literal(1), BigInteger).op("<<")(position)


async def _dispatch(session: AsyncSession, group: _Readers) -> int:
    """A dispatch like the one of the whole taste, but for these readers and without these stories."""
    whole = await session.get_one(Dispatch, group.dispatch_id)
    edition = await session.get_one(Edition, whole.subject_id)
    smaller = await _edition_without(session, edition, group.mask)
    own = await plan(
        session,
        content=whole.content,
        subject_id=smaller.id,
        revision=smaller.revision,
        lane=whole.lane,
        reach=whole.reach,
        covers_from=whole.covers_from,
        covers_until=whole.covers_until,
        is_empty=smaller.story_count == 0,
        audience=group.count,
        cursor_end=group.last,
        created_at=whole.created_at,
        plan_key=f"{whole.plan_key}:{group.mask:x}",
    )
    return own.id


async def _edition_without(session: AsyncSession, edition: Edition, mask: int) -> Edition:
    """The edition without the stories at these places; what was folded stays so."""
    kept = (_bit(EditionStory.position).op("&")(literal(mask, BigInteger))) == 0
    places = select(EditionStory.story_id).where(EditionStory.edition_id == edition.id, ~kept)
    gone = (await session.scalars(places.order_by(EditionStory.story_id))).all()
    window = {
        "taste_id": edition.taste_id,
        "window_start": edition.window_start,
        "window_end": edition.window_end,
        "left_out": ",".join(map(str, gone)),
    }
    rest = {"story_count": edition.story_count - len(gone), "created_at": edition.created_at}
    made = await insert_new(session, Edition, [{**window, "revision": 1, **rest}], ["id"])
    for row in made:
        columns = [c for c in EditionStory.__table__.columns if c.name != "edition_id"]
        copied = select(literal(row.id, BigInteger), *columns).where(
            EditionStory.edition_id == edition.id, kept
        )
        names = ["edition_id", *(column.name for column in columns)]
        await session.execute(insert(EditionStory).from_select(names, copied))
    return (await session.scalars(select(Edition).filter_by(**window))).one()


_MADE = Given(dispatch_id=BigInteger(), mask=BigInteger(), made=BigInteger())


async def _restamp(session: AsyncSession, masks: Subquery, made: dict[_Readers, int]) -> None:
    dialect = session.get_bind().dialect.name
    given = _MADE.table(dialect)
    await session.execute(
        update(Appointment)
        .where(
            Appointment.subscriber_id == masks.c.who,
            Appointment.dispatch_id == masks.c.dispatch_id,
            given.c.dispatch_id == masks.c.dispatch_id,
            given.c.mask == masks.c.mask,
        )
        .values(dispatch_id=given.c.made)
        .execution_options(synchronize_session=False),
        _MADE.bound(dialect, [(g.dispatch_id, g.mask, own) for g, own in made.items()]),
    )
