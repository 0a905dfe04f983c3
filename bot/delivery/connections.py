"""Kept connections to one Bot API server (edge): one pool for the courier and for python-telegram-bot."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from typing import cast

import aiohappyeyeballs
from aiohappyeyeballs import AddrInfoType
from yarl import URL

from bot.delivery.connection import Connection, Response

CONNECT_TIMEOUT = 10.0
"""Seconds, those of waiting for one to be free included."""

MOST = 512

KEPT_SECONDS = 15.0
"""Shorter than a server keeps idle connections: one that it just closed looks like a lost answer."""

ADDRESSES_KEPT = 60.0
"""Seconds for which the server's addresses are taken to be the same."""

NEXT_ADDRESS_AFTER = 0.25
"""Seconds after which the next address is tried beside the last one (RFC 8305)."""


class NoConnection(ConnectionError):
    """None came about, or none was free in time: nothing was sent."""


class Connections:
    """To one server, ``http(s)://host[:port]``. Whoever made the pool closes it."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._kept: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._room = asyncio.Semaphore(MOST)
        self._resolving: asyncio.Task[None] | None = None
        self._addresses: list[AddrInfoType] = []
        self._addresses_until = 0.0
        self._tls: ssl.SSLContext | None = None

    async def ask(self, request: bytes, *, patience: float, most: int) -> Response:
        """The answer, or an error, as ``Connection.ask`` has it; ``NoConnection`` where nothing was sent."""
        connection = await self._taken()
        try:
            return await connection.ask(request, patience=patience, most=most)
        except BaseException:
            # Its answer may still come, and would be taken for the next one's.
            connection.close()
            raise
        finally:
            self._give_back(connection)

    async def close(self) -> None:
        """Closes every connection; who waits for an answer gets none."""
        if self._resolving is not None:
            self._resolving.cancel()
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._kept.clear()
        await asyncio.sleep(0)  # the loop takes its leave of them

    async def _taken(self) -> Connection:
        if not self._room.locked() and (connection := self._last_kept()) is not None:
            await self._room.acquire()  # there is room: it waits for nobody
            return connection
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self._room.acquire()
                try:
                    return self._last_kept() or await self._connected()
                except BaseException:
                    self._room.release()
                    raise
        except (OSError, UnicodeError) as error:  # the latter of a name that cannot be one
            raise NoConnection(type(error).__name__) from error

    def _give_back(self, connection: Connection) -> None:
        self._room.release()
        if not (connection.is_open and connection.is_idle):
            self._forget(connection)
            return
        connection.free_since = now = asyncio.get_running_loop().time()
        self._kept.append(connection)
        while now - self._kept[0].free_since > KEPT_SECONDS:
            self._forget(self._kept.popleft())

    def _last_kept(self) -> Connection | None:
        """The one that was used last: the others may grow old and go."""
        oldest = asyncio.get_running_loop().time() - KEPT_SECONDS
        while self._kept:
            connection = self._kept.pop()
            if connection.is_open and connection.free_since >= oldest:
                return connection
            self._forget(connection)
        return None

    def _forget(self, connection: Connection) -> None:
        self._open.discard(connection)
        connection.close()

    async def _connected(self) -> Connection:
        try:
            line = await aiohappyeyeballs.start_connection(
                await self._resolved(), happy_eyeballs_delay=NEXT_ADDRESS_AFTER, interleave=1
            )
        except BaseException:
            self._addresses_until = 0.0  # given up, too: they may be wrong
            raise
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = self._context() if self._server.scheme == "https" else None
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, sock=line, ssl=tls, server_hostname=self._server.host if tls else None
        )
        if not connection.is_open:
            raise ConnectionResetError  # over before anything was asked
        self._open.add(connection)
        return connection

    async def _resolved(self) -> list[AddrInfoType]:
        """Only the first connection waits for the name: old addresses are good enough until newer ones are
        there, and who gives up waiting leaves the question to the others."""
        if asyncio.get_running_loop().time() >= self._addresses_until:
            if self._resolving is None:
                self._resolving = asyncio.create_task(self._resolve())
            if not self._addresses:
                await asyncio.shield(self._resolving)
        return self._addresses

    async def _resolve(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(
                self._server.host, self._server.port, type=socket.SOCK_STREAM
            )
        except OSError:
            if not self._addresses:
                raise
        else:
            self._addresses = cast("list[AddrInfoType]", found)
            self._addresses_until = loop.time() + ADDRESSES_KEPT
        finally:
            self._resolving = None

    def _context(self) -> ssl.SSLContext:
        """Made at the first connection: it reads the machine's certificates."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls
