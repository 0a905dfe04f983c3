"""Kept connections: no answer is taken for another one, nothing outlasts a lease, no name stops delivery."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from yarl import URL

from bot.delivery import connection as connection_file
from bot.delivery.connection import HEAD, AnswerLost
from bot.delivery.connections import CONNECT_TIMEOUT, Connections, NoConnection
from bot.delivery.courier import DEPARTED_LATE_AFTER
from digests.outbox import pace
from digests.outbox.claim import LEASE
from tests.delivery.test_connections import MOST, OK, PATIENCE, Server, asked, connections, server

__all__ = ["connections", "server"]


async def test_what_begins_behind_an_answer_is_not_taken_for_the_next_one(
    server: Server, connections: Connections
) -> None:
    """Half of a second answer in the first one's packet."""
    server.script(OK + OK[:-2])
    assert await asked(connections) == (200, b"good")
    server.says = server.answer
    assert await asked(connections) == (200, b"good")
    assert server.connections == 2


async def test_an_answer_that_came_before_all_was_asked_ends_its_connection(
    connections: Connections, server: Server
) -> None:
    """A picture that is refused while it still goes out: its rest is not the next request's beginning."""
    heard = asyncio.Event()

    async def refuse(_number: int, _heard: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno")
        await heard.wait()  # and reads no further

    server.says = refuse
    large = b"POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n" + bytes(20_000_000)
    assert (await connections.ask(large, patience=PATIENCE, most=MOST)).status == 413
    server.says = server.answer
    assert await asked(connections) == (200, b"good")
    heard.set()


async def test_what_trickles_ends_before_its_messages_lease(
    server: Server, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_file, "LONGEST", 0.2)

    async def trickle(_number: int, _heard: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _byte in range(100):
            writer.write(b".")
            await asyncio.sleep(0.05)

    server.says = trickle
    with pytest.raises(TimeoutError):
        await asked(connections, patience=0.15)


def test_no_request_can_outlast_a_lease() -> None:
    """From the claim: its slot at most two steps ahead, as late as it may be, connecting, the answer."""
    until_it_leaves = 2 * pace.AHEAD.total_seconds() + DEPARTED_LATE_AFTER
    longest = until_it_leaves + CONNECT_TIMEOUT + connection_file.LONGEST
    assert longest < LEASE.total_seconds()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + bytes(b"x" * 2 * HEAD), id="a header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * HEAD, id="headers"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * HEAD, id="announcements"),
    ],
)
async def test_without_end_it_is_no_answer(
    server: Server, connections: Connections, said: bytes
) -> None:
    server.script(said)
    with pytest.raises(AnswerLost):
        await asked(connections)


async def test_a_server_that_changes_the_protocol_is_not_followed(
    server: Server, connections: Connections, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")
    with pytest.raises(AnswerLost):
        await asked(connections)
    assert not caplog.records  # no error of ours


async def test_a_connection_that_ended_before_anything_was_asked_sent_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a server ends it in the last step of a TLS handshake."""
    connections, loop = Connections(server.url), asyncio.get_running_loop()
    create = loop.create_connection

    async def ended(*args: Any, **more: Any) -> Any:
        transport, connection = await create(*args, **more)
        transport.abort()
        return transport, connection

    monkeypatch.setattr(loop, "create_connection", ended)
    with pytest.raises(NoConnection):
        await asked(connections)
    assert server.heard == []


class Names:
    """A name server that answers when it is let, or fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._real = loop.getaddrinfo
        self.asked, self.answers = 0, asyncio.Event()
        self.fails = False
        monkeypatch.setattr(loop, "getaddrinfo", self.look_up)

    async def look_up(self, *args: Any, **more: Any) -> Any:
        self.asked += 1
        await self.answers.wait()
        if self.fails:
            raise socket.gaierror
        return await self._real(*args, **more)


async def test_a_slow_name_is_asked_for_once_and_kept_though_nobody_waited_so_long(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.connections.CONNECT_TIMEOUT", 0.05)
    names, connections = Names(monkeypatch), Connections(server.url)
    waited = await asyncio.gather(*(asked(connections) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in waited] == [NoConnection] * 3
    names.answers.set()
    assert await asked(connections) == (200, b"good")
    assert names.asked == 1
    await connections.close()


@pytest.mark.parametrize("fails", [True, False], ids=["it fails", "it is silent"])
async def test_a_name_that_is_known_keeps_nobody_waiting(
    server: Server, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr("bot.delivery.connections.ADDRESSES_KEPT", 0.0)
    names, connections = Names(monkeypatch), Connections(server.url)
    names.answers.set()
    assert await asked(connections) == (200, b"good")
    names.fails = fails
    if not fails:
        names.answers.clear()
    # More than are kept open: new ones are made.
    assert await asyncio.gather(*(asked(connections) for _ in range(3))) == [(200, b"good")] * 3
    assert names.asked > 1
    await connections.close()


async def test_what_cannot_be_a_name_sends_nothing() -> None:
    connections = Connections(URL.build(scheme="http", host="a..b", port=80))
    with pytest.raises(NoConnection):
        await asked(connections)
