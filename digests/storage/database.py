"""Engines, sessions, "open a transaction"; SQLite and PostgreSQL settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from digests.errors import ConfigurationError

_SAID = "said"

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


_SESSION = {
    # A worker that is frozen, or whose machine is gone, may hold locks that all others wait for.
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # The hot tables are empty one minute and hold thousands of rows the next: a plan that is kept from
    # the one is a thousand times too slow in the other.
    "plan_cache_mode": "force_custom_plan",
}


class Database:
    """Two ways in: ``write()`` opens a transaction that commits at its end, ``read()`` one that cannot.

    SQLite: one writer connection (BEGIN IMMEDIATE, so that two writers queue instead of losing
    updates), readers apart on their own snapshots. PostgreSQL: one pool, read committed.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine = self._writer()
        self._readers = self._reader() if self.is_sqlite else self.engine
        self._listeners: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded engine: one process only."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The SQLite file; none on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        said: set[str] = set()
        info = {_SAID: said}
        opened = AsyncSession(self.engine, expire_on_commit=False, info=info)
        async with opened as session, session.begin():
            yield session
        for word in said:
            for listener in self._listeners[word]:
                listener()

    def listen(self, word: str, listener: Callable[[], None]) -> None:
        """Calls ``listener`` after every commit of this process whose transaction said ``word``."""
        self._listeners[word].append(listener)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One snapshot to read from; whatever is written in it is thrown away."""
        async with AsyncSession(self._readers, expire_on_commit=False) as session:
            yield session

    async def close(self) -> None:
        """Closes every connection."""
        await self.engine.dispose()
        if self._readers is not self.engine:
            await self._readers.dispose()

    def _writer(self) -> AsyncEngine:
        if not self.is_sqlite:
            return create_async_engine(
                self.url,
                pool_size=10,
                max_overflow=10,
                pool_pre_ping=True,
                json_deserializer=orjson.loads,
                connect_args={"server_settings": _SESSION},
            )
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Who reads what is nobody's business but the operator's.
            self.path.touch(mode=0o600)
        return _sqlite_engine(self.url, "BEGIN IMMEDIATE", pool_size=1)

    def _reader(self) -> AsyncEngine:
        return _sqlite_engine(self.url, "BEGIN", pool_size=4)


def say(session: AsyncSession, word: str) -> None:
    """Whoever listens for ``word`` hears it once this transaction is committed; others never do."""
    session.info.setdefault(_SAID, set()).add(word)


def _with_driver(url: str) -> URL:
    """Names the asyncio driver: a bare ``postgresql://`` would mean another one."""
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ConfigurationError("the database URL cannot be read") from error
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise ConfigurationError(f"no such database engine: {backend}; use sqlite or postgresql")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigurationError("SQLite needs a file: readers and the writer are apart")
    return parsed.set(drivername=_DRIVERS[backend])


def _sqlite_engine(url: URL, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        # Long: a writer waits its turn behind the others in this process.
        pool_timeout=120,
        connect_args={"isolation_level": None, "timeout": 60},
        json_deserializer=orjson.loads,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _settings(connection: Any, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # The driver's own transactions lose updates without a word; these do not.
    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
