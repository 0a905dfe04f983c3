"""F8: Telegram's answers are lost, refused, garbled or never come."""

from __future__ import annotations

from digests.storage.database import Database
from tests.faults.broadcast import broadcast, finished, readership, unknown_chats
from tests.faults.judge import judge
from tests.faults.killed import orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Telegram

_FAULTS = (
    {"kind": "drop_answer", "probability": 0.05},
    {"kind": "close", "probability": 0.01},
    {"kind": "status", "status": 502, "probability": 0.005},
    {"kind": "status", "status": 502, "after": True, "probability": 0.005},
    {"kind": "hang", "probability": 0.0025},
    {"kind": "hang", "after": True, "probability": 0.0025},
)
"""5% of answers destroyed after acceptance, 1% of requests cut off, 1% answered 502 (half of them after
acceptance), 0.5% never answered (likewise)."""


async def lost_answers(
    database: Database,
    *,
    messages: int,
    workers: int,
    hang: float = 120.0,
    timeout: float = 40.0,  # noqa: ASYNC109 - the workers' sockets'
    rate: float = 200.0,
) -> Outcome:
    """Faults strike by chance while a broadcast goes out; ``hang`` seconds is never."""
    chats = range(1, messages + 1)
    await readership(database, chats)
    await broadcast(database)
    async with Telegram(seed=8) as telegram, Staff(orders(database, telegram, rate)) as staff:
        for fault in _FAULTS:
            silent = {"seconds": hang} if fault["kind"] == "hang" else {}
            await telegram.fault(method="sendMessage", **fault, **silent)
        for _ in range(workers):
            staff.hire(timeout=timeout)
        await finished(database, messages / rate * 3 + timeout * 4 + 60)
        await staff.retire_all()
        record, struck = await telegram.accepted(), await telegram.struck()
    doubtful = await unknown_chats(database)
    unanswered = {chat for _, chat in struck}
    found = judge(record, chats, deaths={}, doubtful=doubtful, unanswered=unanswered)
    said = f"{len(struck)} faults: {found}, uncertain {len(struck)}, at the desk {len(doubtful)}"
    return Outcome(said, found.is_clean and 0 < found.doubled <= len(struck))
