"""The leanest Bot API server: accepts every message, so that senders are measured and not it.

``python tests/benchmarks/lean_server.py`` prints its port. Nothing but the standard library and uvloop,
so that any peer's interpreter may run beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

RESULT = (
    b'{"ok":true,"result":{"message_id":1,"from":{"id":1,"is_bot":true,"first_name":"B","username":"b"},'
    b'"chat":{"id":1,"type":"private","first_name":"A"},"date":1700000000,"text":"hello"}}'
)
ME = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"B","username":"b"}}'


def _response(body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Lean(asyncio.Protocol):
    """HTTP/1.1 with kept connections: finds each request's end and answers it."""

    SENT, SELF = _response(RESULT), _response(ME)

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
            answer = self.SELF if b"getme" in head[:200] else self.SENT
            self.transport.write(answer)  # type: ignore[attr-defined]


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Lean, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(_serve())
