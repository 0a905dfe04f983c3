"""What an operator watches moves when what it is named for happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from bot.delivery.courier import Courier
from bot.sandbox import Fault, Sandbox
from bot.web.exposition import registry_of
from bot.web.figures import figures
from digests.outbox.clock import SharedClock
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.outbox.builders import alert, readers

CHATS = range(1, 13)


async def scraped(database: Database, courier: Courier) -> CollectorRegistry:
    async with database.read() as session:
        found = await figures(session, now=datetime.now(UTC), ceiling=100)
    return registry_of(found, courier.counts)


async def test_every_figure_of_delivery_moves(
    database: Database, sandbox: Sandbox, courier_of: Callable[..., Courier]
) -> None:
    for chat in CHATS:
        sandbox.add_user(chat, f"Reader {chat}")
        sandbox.start_chat(chat)
    now = datetime.now(UTC)
    async with database.write() as session:
        await readers(session, CHATS, now=now)
        await alert(session, now=now)
    courier = courier_of(100.0, clock=SharedClock())
    before = await scraped(database, courier)
    assert before.get_sample_value("frontwire_oldest_dispatch_seconds", {"lane": "urgent"})
    await courier.upkeep.feed()
    queued = await scraped(database, courier)
    assert queued.get_sample_value("frontwire_outbox_messages", {"lane": "urgent"}) == len(CHATS)
    sandbox.fault(Fault("close", times=1))
    sandbox.fault(Fault("too_many", times=1, retry_after=1))
    await work_off(courier, patience=10)
    after = await scraped(database, courier)

    def value(name: str, **labels: str) -> float:
        return after.get_sample_value(f"frontwire_{name}", labels) or 0

    assert value("answers_total", meaning="uncertain") == 1
    assert value("answers_total", meaning="later") == 1
    assert value("answers_total", meaning="delivered") == len(CHATS)
    assert value("settled_total", how="sent") == len(CHATS)
    assert value("settled_total", how="again") >= 2
    assert value("claims_total") >= 2
    assert value("claim_seconds_total") > 0
    assert value("slots_total") >= len(CHATS) + 2
    assert value("receipts", outcome="sent") == len(CHATS)
    assert value("uncertain_receipts") == 1
    assert value("rate_used") > 0
    assert 0 < value("rate_allowed") < 100


async def test_a_message_whose_every_answer_is_lost_moves_what_is_unknown(
    database: Database, sandbox: Sandbox, courier_of: Callable[..., Courier], now: datetime
) -> None:
    """In this worker's counters, in the ledger's totals, and among what waits for a person."""
    sandbox.add_user(1, "Reader")
    sandbox.start_chat(1)
    async with database.write() as session:
        await readers(session, [1], now=now)
        await alert(session, now=now)
    courier = courier_of()
    names = {
        "frontwire_settled_total": {"how": "unknown"},
        "frontwire_receipts": {"outcome": "unknown"},
        "frontwire_undecided_messages": {"fate": "uncertain"},
        "frontwire_uncertain_receipts": {},
    }

    async def shown() -> list[float | None]:
        async with database.read() as session:
            found = await figures(session, now=courier.now(), ceiling=100)
        registry = registry_of(found, courier.counts)
        return [registry.get_sample_value(name, labels) for name, labels in names.items()]

    assert await shown() == [0, 0, 0, 0]
    sandbox.fault(Fault("drop_answer"))
    await work_off(courier, patience=30)
    assert await shown() == [1, 1, 1, 1]
