"""The newsroom's week in figures (verb, reading only): counted, never estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    SQLColumnExpression,
    case,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertState
from digests.alerts.release import ProposalState
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.audience.taste import TasteTopic
from digests.corrections.correction import Correction, CorrectionKind
from digests.outbox.dispatch import Content, Dispatch, MessageKind, Reach
from digests.outbox.receipt import Outcome, Receipt

DAYS = 7
TOPICS = 6
"""How many of the topics are named."""


@dataclass(frozen=True, slots=True)
class Day:
    """What left for readers on one local day, edits and answers of ours left out."""

    date: date
    digests: int
    alerts: int
    corrections: int
    failed: int
    uncertain: int
    """Sent again because an answer was lost, or left for a person to decide."""

    @property
    def delivered(self) -> int:
        """All that arrived."""
        return self.digests + self.alerts + self.corrections


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from the due time or the decision to the copy in the chat; none where nothing went out."""

    median: float
    most: float
    """Of 95 in a hundred."""


@dataclass(frozen=True, slots=True)
class Week:
    """The last seven local days, today last."""

    days: tuple[Day, ...]
    readers: int
    joined: int
    lost: int
    """Chats where something failed this week and which are suspended: blocked, deleted, thrown out."""
    digests_waited: Waits | None
    alerts_waited: Waits | None
    topics: tuple[tuple[str, int], ...]
    """The most wanted ones with their readers."""
    alerts: int
    corrections: int
    retractions: int

    @property
    def today(self) -> Day:
        """The day that is not over yet."""
        return self.days[-1]


async def week(session: AsyncSession, timezone: str, *, now: datetime) -> Week:
    """The figures, by the days of this zone."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    dates = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    begins = [_midnight(day, timezone) for day in dates]
    since = begins[0]
    return Week(
        days=await _days(session, dates, begins),
        readers=await _count(session, Subscriber.id, Subscriber.state == SubscriberState.ACTIVE),
        joined=await _count(session, Subscriber.id, Subscriber.created_at >= since),
        lost=await _lost(session, since),
        digests_waited=await _waits(session, _digest_wait(session), since, Content.EDITION),
        alerts_waited=await _waits(session, _alert_wait(session), since, Content.ALERT),
        topics=await _topics(session),
        alerts=await _count(
            session, Alert.id, Alert.state == AlertState.APPROVED, Alert.decided_at >= since
        ),
        corrections=await _amended(session, CorrectionKind.CORRECT, since),
        retractions=await _amended(session, CorrectionKind.RETRACT, since),
    )


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


async def _days(
    session: AsyncSession, dates: Sequence[date], begins: Sequence[datetime]
) -> tuple[Day, ...]:
    """One pass over the week's ledger."""
    newest_first = list(zip(dates, begins, strict=True))[::-1]
    which = case(*[(Receipt.sent_at >= start, day.isoformat()) for day, start in newest_first])
    rows = await session.execute(
        select(which, Receipt.content, Receipt.outcome, Receipt.ambiguous, func.count())
        .where(Receipt.sent_at >= begins[0], Receipt.kind == MessageKind.SEND, Receipt.part == 0)
        .group_by(which, Receipt.content, Receipt.outcome, Receipt.ambiguous)
    )
    counted: Counter[tuple[str, str]] = Counter()
    for day, content, outcome, ambiguous, count in rows:
        if outcome is Outcome.SENT:
            counted[day, content] += count
        if outcome is Outcome.FAILED:
            counted[day, "failed"] += count
        if ambiguous or outcome is Outcome.UNKNOWN:
            counted[day, "uncertain"] += count
    return tuple(
        Day(
            date=day,
            digests=counted[day.isoformat(), Content.EDITION],
            alerts=counted[day.isoformat(), Content.ALERT],
            corrections=counted[day.isoformat(), Content.CORRECTION],
            failed=counted[day.isoformat(), "failed"],
            uncertain=counted[day.isoformat(), "uncertain"],
        )
        for day in dates
    )


async def _lost(session: AsyncSession, since: datetime) -> int:
    suspended = select(Subscriber.id).where(Subscriber.state == SubscriberState.SUSPENDED)
    return await _count(
        session,
        Receipt.subscriber_id.distinct(),
        Receipt.sent_at >= since,
        Receipt.outcome == Outcome.FAILED,
        Receipt.subscriber_id.in_(suspended),
    )


def _digest_wait(session: AsyncSession) -> ColumnElement[float]:
    """A digest covers the time up to its due minute."""
    return _seconds(session, Receipt.sent_at, Dispatch.covers_until)


def _alert_wait(session: AsyncSession) -> ColumnElement[float]:
    return _seconds(session, Receipt.sent_at, Dispatch.created_at)


async def _waits(
    session: AsyncSession, wait: ColumnElement[float], since: datetime, content: Content
) -> Waits | None:
    """The one in the middle, and the one that 95 in a hundred do not exceed, to a tenth of a second:
    every copy is counted, in its tenth."""
    tenth = cast(func.round(wait * 10), Integer)
    rows = await session.execute(
        select(tenth, func.count())
        .select_from(Receipt)
        .join(Dispatch, Dispatch.id == Receipt.dispatch_id)
        .where(
            Receipt.sent_at >= since,
            Receipt.content == content,
            Receipt.kind == MessageKind.SEND,
            Receipt.outcome == Outcome.SENT,
            Receipt.part == 0,
            Dispatch.reach.in_((Reach.STAMPED, Reach.MATCHING)),
        )
        .group_by(tenth)
    )
    counts = sorted((max(0, tenths), count) for tenths, count in rows if tenths is not None)
    if not counts:
        return None
    return Waits(_rank(counts, 50), _rank(counts, 95))


def _rank(counts: Sequence[tuple[int, int]], share: int) -> float:
    """What this share in a hundred of all does not exceed, in seconds."""
    left = (sum(count for _, count in counts) - 1) * share // 100
    for tenths, count in counts:
        if left < count:
            return tenths / 10
        left -= count
    return counts[-1][0] / 10


def _seconds(
    session: AsyncSession,
    later: SQLColumnExpression[datetime],
    earlier: SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None],
) -> ColumnElement[float]:
    """Between two moments, in either engine's way of keeping them: see ``Instant``."""
    if session.get_bind().dialect.name == "sqlite":
        return type_coerce(
            cast(cast(later, BigInteger) - cast(earlier, BigInteger), Float) / 1e6, Float
        )
    epochs = func.extract("epoch", later) - func.extract("epoch", earlier)
    return cast(epochs, Float)


async def _topics(session: AsyncSession) -> tuple[tuple[str, int], ...]:
    rows = await session.execute(
        select(TasteTopic.topic, func.count())
        .join(Subscriber, Subscriber.taste_id == TasteTopic.taste_id)
        .where(Subscriber.state == SubscriberState.ACTIVE)
        .group_by(TasteTopic.topic)
        .order_by(func.count().desc(), TasteTopic.topic)
        .limit(TOPICS)
    )
    return tuple((topic, count) for topic, count in rows)


async def _amended(session: AsyncSession, kind: CorrectionKind, since: datetime) -> int:
    return await _count(
        session,
        Correction.id,
        Correction.kind == kind,
        Correction.state == ProposalState.APPROVED,
        Correction.decided_at >= since,
    )


async def _count(
    session: AsyncSession,
    column: SQLColumnExpression[int] | ColumnElement[int | None],
    *where: object,
) -> int:
    wanted = select(func.count(column)).where(*where)  # type: ignore[arg-type]
    return await session.scalar(wanted) or 0
