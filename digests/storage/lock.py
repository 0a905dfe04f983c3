"""One process on one SQLite file (edge): a lock beside the database, held as long as the process lives.

The kernel lets go of it whatever way the process ends, so a lock left behind never keeps the bot out.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from digests.errors import DatabaseLocked
from digests.storage.database import Database


class ProcessLock:
    """Held from ``acquire`` to ``release``. On PostgreSQL there is nothing to hold."""

    def __init__(self, database: Database) -> None:
        path = database.path
        self._path = path.with_name(path.name + ".lock") if path else None
        self._file: int | None = None

    def acquire(self) -> None:
        """Raises ``DatabaseLocked`` where another process runs on this file."""
        if self._path is None or self._file is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _holder(self._path)
            os.close(file)
            raise DatabaseLocked(f"another process{holder} runs on {self._path.stem}") from error
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file

    def release(self) -> None:
        """Lets go. The file stays: removing it could lock out a process that just opened it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _holder(path: Path) -> str:
    pid = path.read_text(encoding="ascii", errors="replace").strip()
    return f" ({pid})" if pid.isdigit() else ""
