"""What we hold on one chat (verb): all of it as data, or gone.

Both look at every table that has a ``chat_id``, so that a table added later is not overlooked. A
column may say what it becomes when its chat is forgotten (``info={"forgotten_as": ...}``): then the
row stays without the chat, as receipts do. Any other row is deleted. A table marked ``momentary`` is
emptied by itself within minutes: nothing to hand over. A column that names a person in another chat's
row (``info={"person": True}``) loses that name.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.following import followings
from digests.audience.schedule import times_of
from digests.audience.subscribe import find, topics_of
from digests.audience.subscriber import ChatKind, Subscriber
from digests.storage.schema import Base


async def erase(session: AsyncSession, chat_id: int) -> int:
    """Erases a chat; how many rows spoke of it."""
    touched = 0
    subscriber = await find(session, chat_id)
    for table in _tables():
        kept_as = {
            column.name: column.info["forgotten_as"]
            for column in table.columns
            if "forgotten_as" in column.info
        }
        change = update(table).values(**kept_as) if "chat_id" in kept_as else delete(table)
        result = await session.execute(change.where(_speaks_of(table, chat_id, subscriber)))
        touched += result.rowcount  # type: ignore[attr-defined]
    for column in _persons():
        await session.execute(
            update(column.table).values({column.name: None}).where(column == chat_id)
        )
    return touched


async def export(session: AsyncSession, chat_id: int) -> dict[str, Any]:
    """Everything as plain data for JSON: the topics, times and followings, then each table's rows."""
    held: dict[str, Any] = {"chat_id": chat_id}
    subscriber = await find(session, chat_id)
    if subscriber is not None:
        held["topics"] = list(await topics_of(session, subscriber))
        held["times"] = [
            {"minute": time.minute, "weekdays": time.weekdays}
            for time in await times_of(session, subscriber)
        ]
        held["following"] = [
            {
                "about": one.about,
                "wish": one.wish.value,
                "until": one.until.isoformat(),
                "under": one.message_id,
            }
            for one in await followings(session, subscriber.id)
        ]
    for table in _tables():
        if table.info.get("momentary"):
            continue
        wanted = select(table).where(_speaks_of(table, chat_id, subscriber))
        rows = await session.execute(wanted)
        found = [
            {str(name): _plain(value) for name, value in row.items()} for row in rows.mappings()
        ]
        if found:
            held[str(table.name)] = found
    for column in _persons():
        named_in = (
            await session.scalars(select(column.table.c.chat_id).where(column == chat_id))
        ).all()
        if named_in:
            held[f"{column.name}_in_chats"] = list(named_in)
    return held


def _speaks_of(table: Table, chat_id: int, subscriber: Subscriber | None) -> ColumnElement[bool]:
    """By the chat's number; a supergroup's receipts may name the group it was, so by its row too."""
    is_named = table.c.chat_id == chat_id
    is_group = subscriber is not None and subscriber.kind is ChatKind.GROUP
    if subscriber is None or not is_group or "subscriber_id" not in table.columns:
        return is_named
    return is_named | (table.c.subscriber_id == subscriber.id)


def _tables() -> list[Table]:
    """Children before parents, so that nothing deleted is still referred to."""
    return [table for table in reversed(Base.metadata.sorted_tables) if "chat_id" in table.columns]


def _persons() -> list[Column[Any]]:
    """Columns that name a person in the row of another chat."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.info.get("person") and "chat_id" in table.columns
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
