"""Kept connections: what a server may do to a request, byte by byte, and what it means."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from yarl import URL

from bot.delivery.connection import AnswerLost, Connection, Response
from bot.delivery.connections import Connections, NoConnection

REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
CERTIFICATE = Path(__file__).with_name("localhost.pem")
PATIENCE = 5.0
MOST = 1_000

Says = Callable[[int, bytes, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Hears requests of up to 64 KiB and says what a test scripts; counts its connections."""

    def __init__(self) -> None:
        self.says: Says = self.answer
        self.url = URL()
        self.connections = 0
        self.heard: list[bytes] = []

    async def answer(self, _number: int, _heard: bytes, writer: asyncio.StreamWriter) -> None:
        """What Telegram does."""
        writer.write(OK)

    def script(self, said: bytes, *, ends: bool = False) -> None:
        """Says this to whatever it hears, and may end the connection."""

        async def say(_number: int, _heard: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(said)
            if ends:
                writer.close()

        self.says = say

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        while heard := await reader.read(65_536):
            self.heard.append(heard)
            await self.says(len(self.heard), heard, writer)
            if writer.is_closing():
                return
        writer.close()

    async def listen(self, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        """On loopback; its address is ``url`` then."""
        listening = await asyncio.start_server(self.hear, "127.0.0.1", 0, ssl=tls)
        port = listening.sockets[0].getsockname()[1]
        self.url = URL(f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}")
        return listening


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Listens on loopback."""
    made = Server()
    listening = await made.listen()
    yield made
    listening.close()


@pytest.fixture
async def connections(server: Server) -> AsyncIterator[Connections]:
    """To the server."""
    made = Connections(server.url)
    yield made
    await made.close()


async def asked(connections: Connections, patience: float = PATIENCE) -> Response:
    return await connections.ask(REQUEST, patience=patience, most=MOST)


@pytest.mark.parametrize(
    ("said", "ends", "answer"),
    [
        pytest.param(OK, False, Response(200, b"good"), id="with its length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n2\r\nod\r\n0\r\n\r\n",
            False,
            Response(200, b"good"),
            id="in chunks",
        ),
        pytest.param(
            b"HTTP/1.0 502 Bad\r\n\r\nbad", True, Response(502, b"bad"), id="until its end"
        ),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\n\r\n" + OK, False, Response(200, b"good"), id="announced"
        ),
        pytest.param(
            b"HTTP/1.1 204 No Content\r\n\r\n", False, Response(204, b""), id="without a body"
        ),
    ],
)
async def test_an_answer_is_read_whole(
    server: Server, connections: Connections, said: bytes, ends: bool, answer: Response
) -> None:
    server.script(said, ends=ends)
    assert await asked(connections) == answer


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        pytest.param(b"", True, id="none"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", True, id="cut in its head"),
        pytest.param(OK[:-2], True, id="cut in its body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n",
            True,
            id="cut in chunks",
        ),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", False, id="no HTTP"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + bytes(1001), False, id="too large"
        ),
    ],
)
async def test_what_is_no_whole_answer_is_a_lost_one(
    server: Server, connections: Connections, said: bytes, ends: bool
) -> None:
    server.script(said, ends=ends)
    with pytest.raises(AnswerLost):
        await asked(connections)
    server.says = server.answer
    assert await asked(connections) == (200, b"good")
    assert server.connections == 2  # nothing goes out again on one that went wrong


async def test_no_answer_in_time_is_none_and_the_late_one_is_nobodys(
    server: Server, connections: Connections
) -> None:
    late = asyncio.Event()

    async def say(number: int, _heard: bytes, writer: asyncio.StreamWriter) -> None:
        if number == 1:
            await late.wait()
            writer.write(OK.replace(b"good", b"late"))
        else:
            writer.write(OK)

    server.says = say
    with pytest.raises(TimeoutError):
        await asked(connections, patience=0.05)
    late.set()
    assert await asked(connections) == (200, b"good")


async def test_a_request_that_is_given_up_takes_its_connection_along(
    server: Server, connections: Connections
) -> None:
    server.script(b"")
    waiting = asyncio.create_task(asked(connections))
    while not server.heard:  # noqa: ASYNC110 - the server's reading is the event
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    server.says = server.answer
    assert await asked(connections) == (200, b"good")
    assert server.connections == 2


async def test_one_connection_serves_one_request_after_the_other(
    server: Server, connections: Connections
) -> None:
    for _time in range(3):
        await asked(connections)
    assert server.connections == 1
    await asyncio.gather(*(asked(connections) for _time in range(3)))
    assert server.connections == 3


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), id="it says so"),
        pytest.param(OK, id="it does so"),
    ],
)
async def test_a_connection_that_the_server_ends_is_not_used_again(
    server: Server, connections: Connections, said: bytes
) -> None:
    server.script(said, ends=True)
    for _time in range(3):
        assert await asked(connections) == (200, b"good")
        await asyncio.sleep(0.01)  # its end is heard
    assert server.connections == 3


async def test_a_server_that_speaks_unasked_is_not_listened_to(
    server: Server, connections: Connections
) -> None:
    server.script(OK)
    assert await asked(connections) == (200, b"good")
    [kept] = connections._kept
    kept.data_received(OK.replace(b"good", b"evil"))
    assert await asked(connections) == (200, b"good")
    assert server.connections == 2


class SlowLine(asyncio.Transport):
    """Takes a little more of what is to be sent whenever somebody looks, and answers nothing."""

    def __init__(self, unsent: int) -> None:
        super().__init__()
        self.unsent = unsent

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """It is buffered."""

    def get_write_buffer_size(self) -> int:
        """What has not gone out yet."""
        self.unsent = max(0, self.unsent - 1)
        return self.unsent

    def abort(self) -> None:
        """The end."""


async def test_a_picture_on_a_slow_line_is_given_up_only_when_nothing_more_goes_out() -> None:
    line, connection = SlowLine(9), Connection()
    connection.connection_made(line)
    with pytest.raises(TimeoutError):
        await connection.ask(REQUEST, patience=0.01, most=MOST)
    assert line.unsent == 0


async def test_closing_leaves_nobody_waiting(server: Server, connections: Connections) -> None:
    server.script(b"")
    waiting = asyncio.create_task(asked(connections))
    while not server.heard:  # noqa: ASYNC110 - the server's reading is the event
        await asyncio.sleep(0)
    await connections.close()
    with pytest.raises(AnswerLost):
        await waiting


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_only_a_server_whose_certificate_is_trusted_is_told_anything(
    is_trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    server, shown = Server(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(CERTIFICATE)
    listening = await server.listen(shown)
    connections = Connections(server.url)
    if is_trusted:
        assert [await asked(connections) for _time in range(2)] == [(200, b"good")] * 2
        assert server.connections == 1
    else:
        with pytest.raises(NoConnection, match="SSLCertVerificationError"):
            await asked(connections)
        assert server.heard == []
    await connections.close()
    listening.close()


async def test_what_finds_none_free_is_not_sent(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.connections.MOST", 1)
    monkeypatch.setattr("bot.delivery.connections.CONNECT_TIMEOUT", 0.05)
    connections = Connections(server.url)
    server.script(b"")
    waiting = asyncio.create_task(asked(connections))
    while not server.heard:  # noqa: ASYNC110 - the server's reading is the event
        await asyncio.sleep(0)
    with pytest.raises(NoConnection):
        await asked(connections)
    assert len(server.heard) == 1
    await connections.close()
    with pytest.raises(AnswerLost):
        await waiting
