"""Both database engines for every test that asks for ``database``; the switch that forbids skipping."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digests.storage.database import Database
from tests.postgres import Server, make_tables, serving

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
def postgresql_server() -> Iterator[Server]:
    """A real PostgreSQL of this run."""
    with ExitStack() as opened:
        try:
            server = opened.enter_context(serving())
        except ImportError:
            skip_or_fail("the embedded PostgreSQL is not installed")
        _apart(server.hurry())
        yield server


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
    async with request.getfixturevalue("postgresql_server").bare() as url:
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
    server = request.getfixturevalue("postgresql_with_template")
    async with server.with_tables() as url:
        opened = Database(url)
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table."""
    path = tmp_path_factory.mktemp("template") / "frontwire.db"
    _apart(make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_with_template(postgresql_server: Server) -> Server:
    """The server of this run, where databases with every table are copied from one made once."""
    _apart(postgresql_server.make_template())
    return postgresql_server


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Runs it in a thread of its own: the test that asked first has a loop running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@pytest.fixture
def now() -> datetime:
    """A Monday morning in Kyiv: 06:00 UTC, 08:00 local."""
    return datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
