"""The whole chain: planned, expanded, claimed, rendered, sent, settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.delivery.courier import Courier
from bot.sandbox import Sandbox
from digests.outbox.tally import Tally, tally
from digests.storage.database import Database
from tests.outbox.builders import alert, readers


async def test_every_matching_reader_gets_an_alert_once(
    database: Database, sandbox: Sandbox, courier_of: Callable[..., Courier], now: datetime
) -> None:
    chats = range(1, 41)
    for chat in chats:
        sandbox.add_user(chat, f"Reader {chat}")
        sandbox.start_chat(chat)
    async with database.write() as session:
        await readers(session, chats, now=now)
        await readers(session, [50], now=now, topics=["cyber"])
        dispatch = await alert(session, now=now)
    await courier_of().work_off()
    assert sorted(sent.chat_id for sent in sandbox.accept_log) == list(chats)
    assert {sent.text for sent in sandbox.accept_log} == {"alert 7 r1"}
    async with database.read() as session:
        assert await tally(session, dispatch.id) == Tally(40, 0, 0, 40, 0, 0, 0, 0)
