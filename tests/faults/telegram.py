"""The judge: the sandbox in a process of its own, and what its record says.

``python -m tests.faults.telegram OPTIONS`` serves until SIGTERM; ``Telegram`` holds that process.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from bot.sandbox import Limits, Sandbox

ROOT = Path(__file__).parents[2]
PAGE = 50_000

_SIGNED = re.compile(r"^(\w+) (\d+) r(\d+) by (\d+) at ([\d.]+)")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message that Telegram took, with what its text says of the worker that sent it."""

    at: float
    """Monotonic seconds, of the same clock in every process of this machine, like ``claimed_at``."""
    method: str
    chat_id: int
    subject: str
    revision: int
    pid: int
    claimed_at: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> Accepted:
        """From a row of the record; what no worker of ours signed counts as nobody's."""
        signed = _SIGNED.match(row["text"])
        at, method, chat = row["at"], row["method"].lower(), row["chat_id"]
        if signed is None:
            return cls(at, method, chat, row["text"][:20], 0, 0, at)
        content, subject, revision, pid, claimed = signed.groups()
        return cls(
            at, method, chat, f"{content} {subject}", int(revision), int(pid), float(claimed)
        )


class Telegram:
    """A handle on the process. Every positive chat id is a reader who started the bot."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        seed: int = 0,
        blocked: list[int] | None = None,
        moved: list[int] | None = None,
        groups: list[int] | None = None,
    ) -> None:
        self._options = {
            "limits": asdict(limits or Limits.none()),
            "seed": seed,
            "blocked": blocked or [],
            "moved": moved or [],
            "groups": groups or [],
        }
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""

    async def __aenter__(self) -> Telegram:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.telegram",
            json.dumps(self._options),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.url = (await self._process.stdout.readline()).decode().strip()
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._session is not None
        await self._session.close()
        self._process.kill()
        await self._process.wait()

    async def _ask(self, door: str, **params: Any) -> Any:
        assert self._session is not None
        async with self._session.get(f"{self.url}/control/{door}", params=params) as response:
            return orjson.loads(await response.read())

    async def _tell(self, door: str, body: dict[str, Any]) -> None:
        assert self._session is not None
        async with self._session.post(f"{self.url}/control/{door}", json=body) as response:
            assert response.status == 200, await response.text()

    async def count(self) -> int:
        """How many messages were accepted."""
        return int((await self._ask("state"))["accepted"])

    async def refusals(self) -> dict[int, int]:
        """How many of each code."""
        counts = (await self._ask("state"))["refused"]
        return {int(code): count for code, count in counts.items()}

    async def accepted(self, since: int = 0) -> list[Accepted]:
        """Everything that was accepted, in order."""
        rows: list[Accepted] = []
        while page := await self._ask("accepted", since=since + len(rows)):
            rows += [Accepted.of(row) for row in page]
        return rows

    async def refused(self) -> list[dict[str, Any]]:
        """The newest refusals."""
        return list(await self._ask("refused"))

    async def struck(self) -> list[tuple[str, int]]:
        """Of every fault that struck: its kind and the chat."""
        return [(kind, chat) for kind, chat in await self._ask("struck")]

    async def fault(self, **fields: Any) -> None:
        """Puts a fault in force."""
        await self._tell("fault", fields)

    async def clear_faults(self) -> None:
        """Everything works again."""
        await self._tell("clear-faults", {})

    async def reaches(self, count: int, seconds: float = 120.0) -> None:
        """Waits until so many are accepted."""
        async with asyncio.timeout(seconds):
            while await self.count() < count:  # noqa: ASYNC110 - another process counts
                await asyncio.sleep(0.01)


async def serve(options: dict[str, Any]) -> None:
    """Until SIGTERM."""
    sandbox = Sandbox(limits=Limits(**options["limits"]), seed=options["seed"], open_chats=True)
    for chat in options["blocked"]:
        sandbox.add_user(chat, f"Reader {chat}")
        sandbox.start_chat(chat)
        sandbox.block(chat)
    for chat in options["moved"] + options["groups"]:
        sandbox.add_user(-chat, "Admin")
        sandbox.start_chat(-chat)
        sandbox.add_group(chat, "A group")
        sandbox.add_bot_to(chat, by=-chat)
    for chat in options["moved"]:
        sandbox.migrate(chat, chat - 1_000_000_000_000)
    await sandbox.start()
    gc.disable()  # the judge must not stand still, and its record has no cycles
    print(sandbox.url, flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await sandbox.stop()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(json.loads(sys.argv[1])))
