"""How far a dispatch is, as the desk shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.card import Card
from digests.outbox.dispatch import Content, Dispatch, DispatchState, MessageKind
from digests.outbox.tally import Tally, arrived_before, tally


@dataclass(frozen=True, slots=True)
class Progress:
    """A dispatch's state and counts; the rate is in messages a second, the time left in seconds. ``earlier``
    copies of the same alert arrived by dispatches before it."""

    dispatch_id: int
    state: DispatchState
    reason: str | None
    counts: Tally
    rate: float
    left: float
    earlier: int

    @property
    def settled(self) -> int:
        """How many are over, one way or another."""
        return self.counts.audience - self.counts.waiting - self.counts.sending

    @property
    def tenths(self) -> int:
        """The length of the bar, 0-10; nobody to reach is all reached."""
        return 10 * self.settled // self.counts.audience if self.counts.audience else 10

    @property
    def is_over(self) -> bool:
        """Whether nothing can change any more."""
        ended = self.state in (DispatchState.DONE, DispatchState.CANCELLED)
        return ended and not self.counts.sending

    @property
    def fingerprint(self) -> str:
        """Differs where something worth showing changed."""
        c = self.counts
        return f"{self.state}:{c.waiting}:{c.sending}:{c.sent}:{c.failed}:{c.unknown}"


async def progress(
    session: AsyncSession, dispatch_id: int, *, now: datetime, ceiling: float, card: Card | None
) -> Progress:
    """How far it is. The rate is measured since ``card`` last showed it, else what is allowed."""
    counts = await tally(session, dispatch_id)
    dispatch = await session.get_one(Dispatch, dispatch_id)
    rate = ceiling
    if card is not None and card.shown_at is not None and now > card.shown_at:
        rate = (counts.sent - card.shown_sent) / (now - card.shown_at).total_seconds()
    left = (counts.waiting + counts.sending) / (rate if rate > 0 else ceiling)
    earlier = await arrived_before(session, dispatch)
    return Progress(dispatch.id, dispatch.state, dispatch.state_reason, counts, rate, left, earlier)


async def dispatch_of(session: AsyncSession, alert_id: int) -> int | None:
    """The newest dispatch that brought an alert to its readers: all of them, or those who had missed it."""
    wanted = select(Dispatch.id).where(
        Dispatch.content == Content.ALERT,
        Dispatch.subject_id == alert_id,
        Dispatch.kind == MessageKind.SEND,
    )
    return await session.scalar(wanted.order_by(Dispatch.id.desc()).limit(1))
