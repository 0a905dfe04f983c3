"""Many rows at once, on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from digests.storage.schema import Base


async def insert_new(
    session: AsyncSession,
    table: type[Base],
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
) -> Sequence[Row[Any]]:
    """Inserts the rows that no unique key forbids; gives these columns of the inserted, in no order."""
    if not rows:
        return []
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    target = inspect(table).local_table
    asked = [target.c[name] for name in columns]
    statement = insert(cast(Table, target)).on_conflict_do_nothing().returning(*asked)
    return (await session.execute(statement, rows)).all()
