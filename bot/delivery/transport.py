"""Bot API calls (edge): over one pool of kept connections, for the courier and for PTB alike.

python-telegram-bot's own transport slows down with every request in flight, and builds objects that the
courier does not need. No text from here holds the token: addresses stay inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.delivery.answer import Answer
from bot.delivery.connection import Response
from bot.delivery.connections import Connections, NoConnection

READ_TIMEOUT = 40.0
"""Seconds. Telegram answers slowly under load, and an answer given up is a message in doubt."""

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer; a hundred updates of the largest messages are a tenth of it."""

_JSON = "application/json"


class Transport:
    """Calls methods of one bot. Whoever made it closes it."""

    def __init__(self, token: str, api_url: str = "https://api.telegram.org") -> None:
        server = URL(api_url.rstrip("/"))
        self._methods = server / f"bot{token}"
        self._files = server / "file" / f"bot{token}"
        self._heads: dict[str, bytes] = {}
        self.connections = Connections(server.origin())

    async def close(self) -> None:
        """Closes every connection."""
        await self.connections.close()

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
        if files:
            request = await _form_posted(self._methods / method, _fields(payload, files))
        else:
            head = self._heads.get(method)
            if head is None:
                head = self._heads[method] = _head("POST", self._methods / method, _JSON)
            request = _with_body(head, orjson.dumps(payload))
        try:
            return _parsed(await self.connections.ask(request, patience=timeout, most=LARGEST))
        except NoConnection as error:
            return Answer(0, description=str(error))
        except OSError as error:
            return Answer(0, description=str(error), may_have_arrived=True)

    async def download(self, file_id: str, *, most: int) -> bytes | None:
        """A file that Telegram keeps; none where it cannot be had now, or is larger than that."""
        answer = await self.call("getFile", {"file_id": file_id})
        path = answer.result.get("file_path") if answer.ok else None
        # A server of one's own may name a path on its disk: that is not for us to read.
        if not path or path.startswith("/"):
            return None
        request = _with_body(_head("GET", self._files.joinpath(*path.split("/"))), b"")
        try:
            response = await self.connections.ask(request, patience=READ_TIMEOUT, most=most)
        except OSError:
            return None
        return response.body if response.status == 200 else None


def _head(verb: str, url: URL, kind: str = _JSON) -> bytes:
    """A request up to its length. yarl has quoted the path: nothing in it ends a line."""
    lines = (
        f"{verb} {url.raw_path_qs} HTTP/1.1",
        f"Host: {url.host_port_subcomponent}",
        f"Content-Type: {kind}",
        "Content-Length: ",
    )
    return "\r\n".join(lines).encode("ascii")


def _with_body(head: bytes, body: bytes) -> bytes:
    return b"%b%d\r\n\r\n%b" % (head, len(body), body)


async def _form_posted(url: URL, fields: aiohttp.FormData) -> bytes:
    form = fields()
    return _with_body(_head("POST", url, form.headers["Content-Type"]), await form.as_bytes())


def _fields(payload: dict[str, Any], files: Mapping[str, bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in payload.items():
        form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
    for name, content in files.items():
        form.add_field(name, content, filename=f"{name}.png", content_type="image/png")
    return form


def _parsed(response: Response) -> Answer:
    status, body = response
    try:
        data = orjson.loads(body)
        if data["ok"]:
            return Answer(status, data["result"])
        parameters = data.get("parameters") or {}
        return Answer(
            data["error_code"],
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
        request = await _requested(method, URL(url), request_data)
        try:
            return await self._transport.connections.ask(request, patience=read, most=LARGEST)
        except TimeoutError as error:
            raise TimedOut from error
        except OSError as error:
            raise NetworkError(type(error).__name__) from error


async def _requested(verb: str, url: URL, data: RequestData | None) -> bytes:
    if data is None or not data.contains_files:
        return _with_body(_head(verb, url), b"" if data is None else data.json_payload)
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return await _form_posted(url, form)
