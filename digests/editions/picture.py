"""The day's map is asked for (verb). It goes through the outbox, so that a correction reaches it too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.editions.edition import Edition, EditionStory
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.plan import plan
from digests.outbox.receipt import Outcome, Receipt
from digests.stories.story import Story


async def ask_map(
    session: AsyncSession, edition: Edition, chat_id: int, *, now: datetime
) -> Dispatch:
    """One map of an edition for one chat; asked for twice in a minute, it comes once."""
    return await plan(
        session,
        content=Content.MAP,
        subject_id=edition.id,
        revision=edition.revision,
        lane=Lane.INTERACTIVE,
        reach=Reach.SINGLE,
        chat_id=chat_id,
        created_at=now,
        plan_key=f"map:{edition.id}:{chat_id}:{now:%Y%m%dT%H%M}",
    )


async def newest_edition(session: AsyncSession, chat_id: int) -> Edition | None:
    """The edition that this chat got last."""
    return await session.scalar(
        select(Edition)
        .join(Receipt, Receipt.subject_id == Edition.id)
        .where(
            Receipt.chat_id == chat_id,
            Receipt.content == Content.EDITION,
            Receipt.kind == MessageKind.SEND,
            Receipt.outcome == Outcome.SENT,
        )
        .order_by(Receipt.id.desc())
        .limit(1)
    )


async def has_places(session: AsyncSession, edition: Edition) -> bool:
    """Whether any story that stands open in it names a place."""
    found = await session.scalars(
        select(Story.places)
        .join(EditionStory, EditionStory.story_id == Story.id)
        .where(EditionStory.edition_id == edition.id, EditionStory.is_folded.is_(False))
    )
    return any(found)


async def places_of(session: AsyncSession, story_ids: list[int]) -> dict[int, list[str]]:
    """Where each of these stories happened, as the gazetteer names places."""
    rows = await session.execute(select(Story.id, Story.places).where(Story.id.in_(story_ids)))
    return {story_id: places for story_id, places in rows}  # noqa: C416
