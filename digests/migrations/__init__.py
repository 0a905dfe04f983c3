"""Every change of the schema, and the one way to bring a database up to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.errors import SchemaOutdated
from digests.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
_ONE_AT_A_TIME = 0x46574D
"""Whoever migrates on PostgreSQL holds this lock, so that workers may start together."""


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, which lives here and not in an ini file of the working directory."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision this code needs: the number that the newest file begins with."""
    return max(path.stem.partition("_")[0] for path in _HERE.glob("versions/[0-9]*.py"))


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the metadata describes it. The full-text index is written by hand for each engine, and
    PostgreSQL keeps the ledger in a table for each month."""
    by_hand = "_terms" in (name or "") or (name or "").startswith("receipt_")
    return not (kind in ("table", "index") and by_hand)


async def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the database up to ``revision``; does nothing where it is there already."""
    async with _without_cascades(database) as connection:
        if not database.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME}
            )
        found = await connection.run_sync(_current)
        if found != (head() if revision == "head" else revision):
            await connection.run_sync(_upgrade, revision)


@asynccontextmanager
async def _without_cascades(database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction in which SQLite's tables can be made anew: dropping the old one would else delete,
    or be refused by, whatever refers to its rows. SQLite heeds the switch only outside a transaction."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await _switch(connection, "OFF")
        try:
            async with connection.begin():
                yield connection
                if database.is_sqlite:
                    await connection.run_sync(_refuse_orphans)
        finally:
            if database.is_sqlite:
                await _switch(connection, "ON")


async def _switch(connection: AsyncConnection, to: str) -> None:
    raw = await connection.get_raw_connection()
    assert raw.driver_connection is not None  # noqa: S101 - it was opened
    await raw.driver_connection.execute(f"PRAGMA foreign_keys={to}")


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    if orphans:
        raise SchemaOutdated(f"rows of {orphans[0][0]} would refer to nothing; nothing was changed")


async def current(database: Database) -> str | None:
    """The database's revision; none for an empty one."""
    async with database.engine.begin() as connection:
        return await connection.run_sync(_current)


async def require_head(database: Database) -> None:
    """Raises ``SchemaOutdated`` unless the database is at this code's revision."""
    found, needed = await current(database), head()
    if found != needed:
        raise SchemaOutdated(
            f"the database is at {found or 'no revision'}, this version needs {needed}; "
            "`frontwire migrate` brings it up"
        )


def _current(connection: Connection) -> str | None:
    # Read without Alembic: it costs 10 MB and a fifth of a second, at every start.
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command

    command.upgrade(configuration(connection), revision)
