"""Every change of the schema, and the one way to bring a database up to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from digests.errors import SchemaOutdated
from digests.storage.database import Database


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, which lives here and not in an ini file of the working directory."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision this code needs."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    assert revision is not None  # noqa: S101 - there is always a first one
    return revision


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the metadata describes it. The full-text index is written by hand for each engine."""
    return not (kind in ("table", "index") and "_terms" in (name or ""))


async def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the database up to ``revision``; does nothing where it is there already."""
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda c: command.upgrade(configuration(c), revision))


async def current(database: Database) -> str | None:
    """The database's revision; none for an empty one."""
    async with database.engine.begin() as connection:
        return await connection.run_sync(
            lambda c: MigrationContext.configure(c).get_current_revision()
        )


async def require_head(database: Database) -> None:
    """Raises ``SchemaOutdated`` unless the database is at this code's revision."""
    found, needed = await asyncio.gather(current(database), asyncio.to_thread(head))
    if found != needed:
        raise SchemaOutdated(
            f"the database is at {found or 'no revision'}, this version needs {needed}"
        )
