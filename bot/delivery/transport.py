"""Bot API calls over aiohttp (edge): one pool of kept connections for the courier and for PTB alike.

python-telegram-bot's own transport slows down with every request in flight, and builds objects that the
courier does not need. No text from here holds the token: addresses stay inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.delivery.answer import Answer

READ_TIMEOUT = 40.0
"""Seconds. Telegram answers slowly under load, and an answer given up is a message in doubt."""

CONNECT_TIMEOUT = 10.0
CONNECTIONS = 512
KEPT_SECONDS = 15.0
"""Shorter than a server keeps idle connections: one that it just closed looks like a lost answer."""

_JSON = {"Content-Type": "application/json"}

# Nothing reached Telegram: no connection came about, or none was free.
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class Transport:
    """Calls methods of one bot. Start it once; whoever made it closes it."""

    def __init__(self, token: str, api_url: str = "https://api.telegram.org") -> None:
        self._base = f"{api_url.rstrip('/')}/bot{token}/"
        self._files = f"{api_url.rstrip('/')}/file/bot{token}/"
        self._urls: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool; made at the first call, for it belongs to the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS, keepalive_timeout=KEPT_SECONDS, ttl_dns_cache=60
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=_timeout(READ_TIMEOUT),
                auto_decompress=False,
                skip_auto_headers=("Accept-Encoding", "User-Agent", "Accept"),
            )
        return self._session

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        method: str,
        payload: dict[str, Any],
        *,
        files: Mapping[str, bytes] | None = None,
        timeout: float = READ_TIMEOUT,  # noqa: ASYNC109 - the socket's, not the task's
    ) -> Answer:
        """Calls a method with JSON, or with a form where PNG ``files`` go along, by parameter.

        Network trouble is an answer too: it says what it means.
        """
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._base + method, encoded=True)
        try:
            async with self.session.post(
                url, timeout=_timeout(timeout), **_sent(payload, files)
            ) as response:
                return _parsed(response.status, await response.read())
        except _NOT_SENT as error:
            return Answer(0, description=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Answer(0, description=type(error).__name__, may_have_arrived=True)

    async def download(self, file_id: str, *, most: int) -> bytes | None:
        """A file that Telegram keeps; none where it cannot be had now, or is larger than that."""
        answer = await self.call("getFile", {"file_id": file_id})
        path = answer.result.get("file_path") if answer.ok else None
        # A server of one's own may name a path on its disk: that is not for us to read.
        if not path or path.startswith("/"):
            return None
        url = URL(self._files).joinpath(*path.split("/"))
        try:
            async with self.session.get(
                url, timeout=_timeout(READ_TIMEOUT), allow_redirects=False
            ) as response:
                return await _at_most(response, most) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None


async def _at_most(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


@lru_cache(16)
def _timeout(read: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=None, connect=CONNECT_TIMEOUT, sock_connect=CONNECT_TIMEOUT, sock_read=read
    )


def _sent(payload: dict[str, Any], files: Mapping[str, bytes] | None) -> dict[str, Any]:
    if not files:
        return {"data": orjson.dumps(payload), "headers": _JSON}
    form = aiohttp.FormData()
    for name, value in payload.items():
        form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
    for name, content in files.items():
        form.add_field(name, content, filename=f"{name}.png", content_type="image/png")
    return {"data": form}


def _parsed(status: int, body: bytes) -> Answer:
    try:
        data = orjson.loads(body)
        if data["ok"]:
            return Answer(status, data["result"])
        parameters = data.get("parameters") or {}
        return Answer(
            data.get("error_code", status),
            description=data.get("description", ""),
            retry_after=parameters.get("retry_after"),
            migrate_to=parameters.get("migrate_to_chat_id"),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return Answer(status, description="no Bot API answer", is_parsed=False)


class TransportRequest(BaseRequest):
    """The same pool for python-telegram-bot. Its initialize and shutdown leave the pool alone."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def read_timeout(self) -> float:
        """Seconds; what PTB adds the long poll's time to."""
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Nothing to do: the pool is made at the first call."""

    async def shutdown(self) -> None:
        """Nothing to do: the courier may still use the pool."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - PTB's signature
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """One request; raises PTB's errors, with the cause kept and the address left out."""
        read = READ_TIMEOUT if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        try:
            async with self._transport.session.request(
                method, URL(url, encoded=True), timeout=_timeout(read), **_body(request_data)
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from error


def _body(request_data: RequestData | None) -> dict[str, Any]:
    if request_data is None:
        return {}
    if not request_data.contains_files:
        return {"data": request_data.json_payload, "headers": _JSON}
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return {"data": form}
