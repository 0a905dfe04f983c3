"""The leanest Bot API server: accepts every message, so that senders are measured and not it.

``python tests/benchmarks/lean_server.py [RATE]`` prints its port. With a rate it refuses what exceeds it
in any sliding second, and ``GET /log`` tells what was accepted, what was refused, and the tightest second.
Nothing but the standard library and uvloop, so that any peer's interpreter may run beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import deque

RESULT = (
    b'{"ok":true,"result":{"message_id":1,"from":{"id":1,"is_bot":true,"first_name":"B","username":"b"},'
    b'"chat":{"id":1,"type":"private","first_name":"A"},"date":1700000000,"text":"hello"}}'
)
REFUSAL = (
    b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1",'
    b'"parameters":{"retry_after":1}}'
)
ME = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"B","username":"b"}}'


def _response(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Log:
    """What was accepted, in true sliding seconds."""

    def __init__(self, rate: int | None) -> None:
        self.rate = rate
        self._second: deque[float] = deque(maxlen=rate)
        self.accepted = self.refused = 0
        self.first = self.warm = self.last = 0.0

    def accepts(self) -> bool:
        """Counts one message."""
        now = time.monotonic()
        if self.rate and len(self._second) == self.rate and now - self._second[0] < 1.0:
            self.refused += 1
            return False
        self.first, self.last = self.first or now, now
        self.accepted += 1
        if self.rate:
            self._second.append(now)
            if self.accepted == self.rate:
                self.warm = now
        return True

    def told(self) -> bytes:
        """As JSON; times are seconds of the machine's monotonic clock, ``warm`` that of the first second's
        last message."""
        names = ("accepted", "refused", "first", "warm", "last")
        return json.dumps({name: getattr(self, name) for name in names}).encode()


class Lean(asyncio.Protocol):
    """HTTP/1.1 with kept connections: finds each request's end and answers it."""

    SENT, SELF = _response(RESULT), _response(ME)
    REFUSED = _response(REFUSAL, "429 Too Many Requests")
    log = Log(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(self._answer(head))  # type: ignore[attr-defined]

    def _answer(self, head: bytes) -> bytes:
        if b"getme" in head[:200]:
            return self.SELF
        if head.startswith(b"get /log"):
            return _response(self.log.told())
        return self.SENT if self.log.accepts() else self.REFUSED


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Lean, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    if sys.argv[1:]:
        Lean.log = Log(int(float(sys.argv[1])))
    asyncio.run(_serve())
