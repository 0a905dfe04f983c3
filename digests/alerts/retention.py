"""What the desk needs no more goes (verb), some of it at each tick. Alerts, cards and the log stay; settled
matters go in ``watch.py``."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.dialogue import Dialogue
from digests.alerts.invitation import Invitation
from digests.alerts.waking import Waking, WakingAlert
from digests.outbox.dispatch import Content, Dispatch, DispatchState
from digests.outbox.receipt import Receipt
from digests.storage.bulk import delete_some

QUESTIONS = timedelta(days=1)
"""Nobody answers them any more; they hold what somebody wrote."""

INVITATIONS = timedelta(days=7)
"""After they were used or lapsed; the log says who came."""

WAKINGS = timedelta(days=30)
"""Those that reached nobody: as long as a copy's receipt lives, it can be put right."""

AT_ONCE = 5_000


async def tidy_desk(session: AsyncSession, *, now: datetime) -> int:
    """One round; how many rows went, a waking counting once."""
    asked = Dialogue.asked_at < now - QUESTIONS
    invited = Invitation.expires_at < now - INVITATIONS
    gone = await delete_some(session, Dialogue, asked, AT_ONCE)
    gone += await delete_some(session, Invitation, invited, AT_ONCE)
    return gone + await _drop_wakings(session, now)


async def _drop_wakings(session: AsyncSession, now: datetime) -> int:
    chosen = select(Waking.id).where(_is_stale(now)).order_by(Waking.id).limit(AT_ONCE)
    ids = (await session.scalars(chosen.with_for_update())).all()
    await session.execute(delete(WakingAlert).where(WakingAlert.waking_id.in_(ids)))
    await session.execute(delete(Waking).where(Waking.id.in_(ids)))
    return len(ids)


def _is_stale(now: datetime) -> ColumnElement[bool]:
    copy = exists().where(Receipt.content == Content.WAKING, Receipt.subject_id == Waking.id)
    way = exists().where(
        Dispatch.content == Content.WAKING,
        Dispatch.subject_id == Waking.id,
        Dispatch.state.in_((DispatchState.RUNNING, DispatchState.PAUSED)),
    )
    return (Waking.made_at < now - WAKINGS) & ~copy & ~way
