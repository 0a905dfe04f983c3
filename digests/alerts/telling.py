"""Matters are told at the desk (verb): together, once, and what became of them is shown where they were
told.

One notice of each kind goes to each desk chat, with the first few matters; further ones of the same kind
wait for the next notice, so that a bad hour is not a flood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.card import language_at
from digests.alerts.matter import Matter, MatterKind, MatterNotice, MatterState
from digests.alerts.staff import desk_chats
from digests.outbox.control import lock_gates
from digests.outbox.notice import Notice, announce, revise

NOTICE = "matters"

IN_ONE = 5
"""Matters that a notice shows; the others are counted, and stand under /desk."""

APART = {
    MatterKind.FLASH: timedelta(minutes=1),
    MatterKind.EDIT: timedelta(minutes=10),
    MatterKind.SOURCE: timedelta(minutes=30),
    MatterKind.DEAD: timedelta(minutes=10),
    MatterKind.UNCERTAIN: timedelta(minutes=10),
}
"""Between two notices of one kind."""


async def tell(session: AsyncSession, owners: Collection[int], *, now: datetime) -> int:
    """Announces the open matters that nobody was told of; how many."""
    chats = await desk_chats(session, owners)
    told = 0
    for kind in MatterKind:
        matters = await _untold(session, kind, now)
        if matters and chats and await _may_speak(session, kind, now):
            await _announce(session, kind, matters, chats, now)
            told += len(matters)
    return told


async def retell(session: AsyncSession, matter_ids: Iterable[int], *, now: datetime) -> None:
    """Every notice that shows one of these matters shows it as it is now."""
    await session.flush()
    shown = select(MatterNotice.notice_id).where(MatterNotice.matter_id.in_(list(matter_ids)))
    notices = (await session.scalars(shown.distinct())).all()
    if notices:
        await lock_gates(session)
    for notice_id in notices:
        notice = await session.get(Notice, notice_id)
        if notice is None:
            continue
        ids = select(MatterNotice.matter_id).where(MatterNotice.notice_id == notice_id)
        matters = await session.scalars(
            select(Matter).where(Matter.id.in_(ids)).order_by(Matter.id)
        )
        lines = [line(matter) for matter in matters]
        await revise(session, notice_id, {**notice.values, "matters": lines}, now=now)


async def waiting(session: AsyncSession) -> dict[MatterKind, int]:
    """How many matters of each kind are open."""
    counted = (
        select(Matter.kind, func.count())
        .where(Matter.state == MatterState.OPEN)
        .group_by(Matter.kind)
    )
    return {kind: count for kind, count in await session.execute(counted)}  # noqa: C416


def line(matter: Matter) -> dict[str, Any]:
    """A matter as a notice or a page shows it."""
    return {
        "id": matter.id,
        "kind": matter.kind.value,
        "decision": matter.decision,
        "is_open": matter.state is MatterState.OPEN and matter.decision is None,
        **matter.values,
    }


async def _untold(session: AsyncSession, kind: MatterKind, now: datetime) -> list[Matter]:
    """Locked: another worker waits, and finds them told."""
    wanted = select(Matter).where(
        Matter.kind == kind,
        Matter.state == MatterState.OPEN,
        Matter.told_at.is_(None),
        or_(Matter.waits_until.is_(None), Matter.waits_until <= now),
    )
    return list(await session.scalars(wanted.order_by(Matter.id).with_for_update()))


async def _may_speak(session: AsyncSession, kind: MatterKind, now: datetime) -> bool:
    lately = select(Matter.id).where(
        Matter.kind == kind, Matter.told_at > now - APART[kind], Matter.told_at <= now
    )
    return await session.scalar(lately.limit(1)) is None


async def _announce(
    session: AsyncSession,
    kind: MatterKind,
    matters: Sequence[Matter],
    chats: Sequence[int],
    now: datetime,
) -> None:
    for matter in matters:
        # Put off before, and its time has come: it waits for a decision anew.
        matter.told_at, matter.waits_until, matter.decision = now, None, None
    shown = matters[:IN_ONE]
    values = {
        "kind": kind.value,
        "matters": [line(matter) for matter in shown],
        "more": len(matters) - len(shown),
    }
    for chat_id in chats:
        dispatch = await announce(
            session,
            chat_id=chat_id,
            kind=NOTICE,
            values=values,
            now=now,
            language=await language_at(session, chat_id),
        )
        session.add_all(
            MatterNotice(matter_id=matter.id, notice_id=dispatch.subject_id) for matter in shown
        )
    await session.flush()
