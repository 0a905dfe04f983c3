"""Edge: one HTTP client for everything that is read, which never connects to where it must not.

The address is judged when the socket is made for it, so neither a redirect nor a name that
resolves differently the second time gets past. Bodies are unpacked as they arrive, up to a limit.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp

from digests.errors import AddressRefused, BadStatus, Gone, SourceError, Unreachable
from digests.intake.addresses import Network, port_refusal, refusal
from digests.intake.canonical import web_address
from digests.intake.unpacking import Unpacker

BODY_LIMIT = 10_000_000
"""Bytes of a body after unpacking. The largest feed in the parser suites we know has 0.3 MB."""
MOST_REDIRECTS = 5
_CHUNK = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_LONGEST_VALIDATOR = 500
_REMEMBERED_HOSTS = 2_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered to one reading.

    ``moved_to`` is set when every redirect on the way was permanent. ``unchanged`` means 304: the
    body is empty and our copy still holds.
    """

    url: str
    body: bytes
    unchanged: bool = False
    moved_to: str | None = None
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0


class _RefusedByGuard(OSError):
    """Raised where the socket would be made; aiohttp lets only OSError through as a failed try.

    Where a name has several addresses, all that is left of their errors is a number they share.
    """

    NUMBER = 0x46571

    def __init__(self, reason: str) -> None:
        super().__init__(self.NUMBER, reason)


class FeedClient:
    """Reads feeds and pages: one request at a time to a host, with ``gap`` seconds between two.

    ``allow_networks`` exempts private networks. ``concurrency`` bounds requests in flight over
    all hosts; waiting for a host's turn takes no place. Use it as ``async with``.
    """

    def __init__(
        self,
        *,
        allow_networks: Sequence[Network] = (),
        user_agent: str = "Frontwire (news digests)",
        body_limit: int = BODY_LIMIT,
        timeout: float = 30.0,
        gap: float = 1.0,
        concurrency: int = 16,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resolver: aiohttp.abc.AbstractResolver | None = None,
    ) -> None:
        self._allowed = tuple(allow_networks)
        self._user_agent = user_agent
        self._body_limit = body_limit
        self._timeout = timeout
        self._gap = gap
        self._slots = asyncio.Semaphore(concurrency)
        self._now = now
        self._clock = clock
        self._sleep = sleep
        self._resolver = resolver
        self._hosts: dict[str, _Host] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> FeedClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Reads one address, following redirects.

        Raises AddressRefused, TooLarge, Unreachable, BadStatus, Gone, or NotAFeed for a coding that
        we did not ask for.
        """
        conditions = _conditions(etag, last_modified)
        moved_to, permanent, here = None, True, url
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._one(here, conditions)
            if isinstance(answer, Fetched):
                return replace(answer, moved_to=moved_to)
            permanent = permanent and answer.permanent
            here = answer.to
            moved_to = here if permanent else moved_to
        raise Unreachable("too many redirects")

    async def _one(self, url: str, conditions: dict[str, str]) -> Fetched | _Redirect:
        target = _checked(url)
        try:
            async with self._turn(urlsplit(target).hostname or ""):
                # The whole answer must be there in time: a body that drips is no answer.
                async with asyncio.timeout(self._timeout):
                    return await self._exchange(target, conditions)
        except TimeoutError as error:
            raise Unreachable("no answer in time") from error
        except aiohttp.ClientSSLError as error:
            raise Unreachable("no safe connection: certificate or handshake") from error
        except aiohttp.ClientConnectorError as error:
            raise _connection_failure(error) from error
        except aiohttp.InvalidURL as error:
            # Among them the old numeric spellings of addresses, such as 127.1.
            raise AddressRefused("not an address that can be read") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(f"the connection broke: {type(error).__name__}") from error

    async def _exchange(self, url: str, conditions: dict[str, str]) -> Fetched | _Redirect:
        async with self._opened().get(url, headers=conditions, allow_redirects=False) as response:
            if response.status in _REDIRECTS and "Location" in response.headers:
                return _redirect(response, url)
            if response.status == 304 and conditions:
                return Fetched(url, b"", unchanged=True)
            if response.status != 200:
                raise self._failure(response)
            return await self._received(response, url)

    async def _received(self, response: aiohttp.ClientResponse, url: str) -> Fetched:
        headers = response.headers
        unpacker = Unpacker(headers.get("Content-Encoding", ""), self._body_limit)
        unpacker.expect(response.content_length)
        async for chunk in response.content.iter_chunked(_CHUNK):
            unpacker.feed(chunk)
        return Fetched(
            url=url,
            body=unpacker.finish(),
            charset=response.charset,
            etag=_validator(headers.get("ETag")),
            last_modified=_validator(headers.get("Last-Modified")),
        )

    def _failure(self, response: aiohttp.ClientResponse) -> SourceError:
        if response.status == 410:
            return Gone("HTTP 410")
        wait = retry_after(response.headers.get("Retry-After"), self._now())
        return BadStatus(response.status, wait)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(
                socket_factory=self._guarded_socket,
                resolver=self._resolver,
                ttl_dns_cache=60,
                keepalive_timeout=5,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
                headers={
                    "User-Agent": self._user_agent,
                    "Accept": "application/atom+xml, application/rss+xml, application/feed+json,"
                    " application/xml;q=0.9, text/html;q=0.8, */*;q=0.5",
                    "Accept-Encoding": "gzip, deflate",
                },
            )
        return self._session

    def _guarded_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, peer = info
        reason = refusal(str(peer[0]), self._allowed) or port_refusal(int(peer[1]))
        if reason is not None:
            raise _RefusedByGuard(reason)
        return socket.socket(family, kind, protocol)

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        """Waits until it is polite to ask this host, and until there is a place in flight."""
        self._forget_idle_hosts()
        host = self._hosts.setdefault(name.lower(), _Host())
        async with host.lock:
            if (wait := host.free_at - self._clock()) > 0:
                await self._sleep(wait)
            async with self._slots:
                try:
                    yield
                finally:
                    host.free_at = self._clock() + self._gap

    def _forget_idle_hosts(self) -> None:
        if len(self._hosts) > _REMEMBERED_HOSTS:
            now = self._clock()
            busy = {n: h for n, h in self._hosts.items() if h.lock.locked() or h.free_at > now}
            self._hosts = busy


@dataclass(frozen=True, slots=True)
class _Redirect:
    to: str
    permanent: bool


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks us to wait; None where it says nothing clear."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def without_secrets(url: str) -> str:
    """An address for a log line: credentials, query and fragment may hold keys. What is pushed or imported
    has a name instead, and keeps it."""
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    said = {"If-None-Match": _validator(etag), "If-Modified-Since": _validator(last_modified)}
    return {name: value for name, value in said.items() if value}


def _validator(value: str | None) -> str | None:
    """A header that we store and send back; None for one that could break either."""
    usable = value and len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable()
    return value if usable else None


def _checked(url: str) -> str:
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        raise AddressRefused("not an http or https address")
    return url


def _redirect(response: aiohttp.ClientResponse, url: str) -> _Redirect:
    scheme = urlsplit(response.headers["Location"]).scheme.lower()
    if scheme not in ("", "http", "https"):
        raise AddressRefused("a redirect to something other than http or https")
    target = web_address(response.headers["Location"], url)
    if target is None:
        raise Unreachable("a redirect to no address")
    return _Redirect(target, response.status in _PERMANENT)


def _connection_failure(error: aiohttp.ClientConnectorError) -> SourceError:
    if isinstance(error.os_error, _RefusedByGuard):
        return AddressRefused(error.os_error.strerror)
    if error.os_error.errno == _RefusedByGuard.NUMBER:
        return AddressRefused("private or local addresses")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable("no server of this name is known")
    return Unreachable(f"no connection: {error.os_error.strerror or type(error.os_error).__name__}")
