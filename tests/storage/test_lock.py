"""Two processes never run on one SQLite file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from digests.errors import DatabaseLocked
from digests.storage.database import Database
from digests.storage.lock import ProcessLock

HOLD = """
import sys
from digests.storage.database import Database
from digests.storage.lock import ProcessLock
ProcessLock(Database(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'news.db'}"


@pytest.fixture
def holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_process_is_refused_and_told_who_holds_it(
    url: str, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(DatabaseLocked, match=rf"\({holder.pid}\).*news\.db"):
        ProcessLock(Database(url)).acquire()


def test_a_killed_process_leaves_no_lock_behind(url: str, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    ProcessLock(Database(url)).acquire()


def test_a_released_lock_can_be_had_again(url: str) -> None:
    first, second = ProcessLock(Database(url)), ProcessLock(Database(url))
    first.acquire()
    with pytest.raises(DatabaseLocked):
        second.acquire()
    first.release()
    second.acquire()


def test_postgresql_needs_none() -> None:
    for _ in range(2):
        ProcessLock(Database("postgresql://somewhere/news")).acquire()
