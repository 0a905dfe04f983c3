"""What a courier is given to deliver, and what is left of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select

from bot.delivery.courier import Courier
from bot.sandbox import Sandbox
from digests.audience.subscriber import Subscriber
from digests.outbox.control import raise_revision, supersede
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.plan import plan
from digests.outbox.receipt import Receipt
from digests.outbox.tally import Tally, tally
from digests.storage.database import Database
from tests.outbox.builders import alert, readers

Couriers = Callable[..., Courier]


async def planned(
    database: Database, sandbox: Sandbox, chats: Iterable[int], now: datetime
) -> Dispatch:
    """An alert for readers in these chats."""
    chats = list(chats)
    for chat in chats:
        if chat > 0:
            sandbox.add_user(chat, f"Reader {chat}")
        sandbox.start_chat(chat)
    async with database.write() as session:
        await readers(session, chats, now=now)
        return await alert(session, now=now)


async def corrected(database: Database, revision: int, now: datetime) -> Dispatch:
    """The alert's new revision, on its way to every copy, as a correction's approval plans it."""
    async with database.write() as session:
        await supersede(session, Content.ALERT, [7], now=now)
        await raise_revision(session, Content.ALERT, 7, revision)
        return await plan(
            session,
            content=Content.ALERT,
            subject_id=7,
            revision=revision,
            kind=MessageKind.EDIT,
            lane=Lane.CORRECTIONS,
            reach=Reach.RECEIVED,
            received_content=Content.ALERT,
            received_subject_id=7,
            created_at=now,
            plan_key=f"fix {revision}",
        )


async def tallied(database: Database, dispatch: Dispatch) -> Tally:
    async with database.read() as session:
        return await tally(session, dispatch.id)


async def ledger(database: Database) -> list[Receipt]:
    async with database.read() as session:
        return list(await session.scalars(select(Receipt).order_by(Receipt.id)))


async def reader_in(database: Database, chat_id: int) -> Subscriber:
    async with database.read() as session:
        return (
            await session.scalars(select(Subscriber).where(Subscriber.chat_id == chat_id))
        ).one()


def texts(sandbox: Sandbox) -> list[str | None]:
    return [sent.text for sent in sandbox.accept_log]
