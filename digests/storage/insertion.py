"""INSERT with a word for a row that is there already, in the spelling of this engine."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from digests.storage.schema import Base

Insertion = sqlite.Insert | postgresql.Insert


def insertion(session: AsyncSession, table: type[Base] | Table) -> Insertion:
    """Goes on with ``on_conflict_do_nothing`` or ``on_conflict_do_update``."""
    return insertion_on(session.get_bind().dialect.name, table)


def insertion_on(dialect: str, table: type[Base] | Table) -> Insertion:
    """The same where only the engine's name is known: for statements that are compiled once."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
