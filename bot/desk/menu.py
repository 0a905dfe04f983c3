"""``/desk`` and ``/status``: what waits for an editor, and how the machine fares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.card import put
from bot.desk.door import desk, number, person
from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.permission import Act, may
from digests.alerts.quiet_sources import silent_now
from digests.alerts.staff import role_of
from digests.alerts.telling import waiting
from digests.alerts.wording import headline
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.corrections.report import unanswered
from digests.errors import Stale
from digests.intake.source import Source, SourceState
from digests.outbox.again import undecided
from digests.outbox.dispatch import Content, Dispatch, DispatchState
from digests.outbox.gate import Gate
from digests.outbox.message import OutboxMessage

NEWEST = 6
_FINE = (SourceState.OK, SourceState.PAUSED, SourceState.GONE)


@dataclass(frozen=True, slots=True)
class Line:
    """An alert in the list."""

    id: int
    state: AlertState
    headline: str
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How the machine fares; rates in messages a second."""

    readers: int
    waiting: dict[str, int]
    """By lane."""
    oldest: datetime | None
    """When the longest running dispatch was planned."""
    paused: int
    rate: float | None
    held_until: datetime | None
    troubled: int
    """Sources that failed when they were last read."""
    silent: int
    """Sources that were read, and say nothing new for longer than they ever do."""
    sources: int
    last_digest: datetime | None
    undecided: dict[str, int]
    """Messages that wait for a person, by what became of them."""


@desk(Act.WATCH)
async def menu(update: Update, context: Context) -> None:
    """What waits, and the doors to everything else."""
    async with context.database.read() as session:
        role = await role_of(session, person(update), context.settings.owners)
        values = {
            "alerts": await _alerts(session),
            "reports": await unanswered(session),
            "matters": await waiting(session),
            "owner": may(role, Act.APPOINT),
        }
    await context.answer("desk/menu.html", **values)


@desk(Act.WATCH)
async def open_alert(update: Update, context: Context, alert: str) -> None:
    """Shows an alert's card anew."""
    async with context.database.read() as session:
        if await session.get(Alert, number(alert)) is None:
            raise Stale("gone")
    await put(update, context, number(alert))


@desk(Act.WATCH)
async def status(update: Update, context: Context) -> None:  # noqa: ARG001 - a handler's signature
    """The figures."""
    now = context.now()
    async with context.database.read() as session:
        found = await _status(session, now)
    await context.answer("desk/status.html", status=found)


async def _alerts(session: AsyncSession) -> list[Line]:
    rows = await session.execute(
        select(Alert, AlertRevision)
        .join(
            AlertRevision,
            (AlertRevision.alert_id == Alert.id) & (AlertRevision.revision == Alert.revision),
        )
        .where(Alert.state != AlertState.REJECTED)
        .order_by(Alert.id.desc())
        .limit(NEWEST)
    )
    return [
        Line(
            alert.id,
            alert.state,
            headline(words.texts[words.main_language]),
            words.reason is RevisionReason.RETRACTION,
        )
        for alert, words in rows
    ]


async def _status(session: AsyncSession, now: datetime) -> Status:
    waiting = await session.execute(
        select(OutboxMessage.lane, func.count()).group_by(OutboxMessage.lane)
    )
    gate = await session.scalar(select(Gate).order_by(Gate.bot_id.desc()).limit(1))
    running = Dispatch.state == DispatchState.RUNNING
    active = Subscriber.state == SubscriberState.ACTIVE
    held = gate.hold_until if gate else None
    return Status(
        readers=await _count(session, select(func.count()).where(active)),
        waiting={str(lane): count for lane, count in waiting},
        oldest=await session.scalar(select(func.min(Dispatch.created_at)).where(running)),
        paused=await _count(
            session, select(func.count()).where(Dispatch.state == DispatchState.PAUSED)
        ),
        rate=gate.rate if gate else None,
        held_until=held if held and held > now else None,
        troubled=await _count(session, select(func.count()).where(Source.state.not_in(_FINE))),
        silent=await silent_now(session),
        sources=await _count(session, select(func.count()).select_from(Source)),
        last_digest=await session.scalar(
            select(func.max(Dispatch.created_at)).where(Dispatch.content == Content.EDITION)
        ),
        undecided={str(fate): n for fate, n in (await undecided(session, now=now)).items()},
    )


async def _count(session: AsyncSession, statement) -> int:  # type: ignore[no-untyped-def]
    return await session.scalar(statement) or 0
