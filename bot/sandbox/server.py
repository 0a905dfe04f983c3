"""Edge: HTTP. The Bot API's addresses, bodies and answers, and the faults in between."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.sandbox.faults import Fault
from bot.sandbox.limits import IN_FLIGHT_PENALTY
from bot.sandbox.methods import METHODS, chat_id_of, get_updates
from bot.sandbox.params import Params, Upload
from bot.sandbox.refusal import BadRequest, Refusal, TooMany
from bot.sandbox.tape import Refused
from bot.sandbox.world import World

BODY_MOST = 64 * 1024 * 1024
HANG_SECONDS = 3600.0
_JSON = {"Content-Type": "application/json"}
_NOT_FOUND = Refusal(404, "Not Found")
_UNAUTHORIZED = Refusal(401, "Unauthorized")


class Gone(Exception):
    """The connection is to be destroyed without an answer."""


class BotApi:
    """Answers ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._prefix = f"/bot{token}/"
        self._file_prefix = f"/file/bot{token}/files/"
        self.stopping = asyncio.Event()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, whatever becomes of it."""
        path = request.path
        if not path.startswith(self._prefix):
            return self._elsewhere(path)
        method = path[len(self._prefix) :].lower()
        try:
            params = await read_params(request)
        except ValueError:
            return _refusal(BadRequest("can't parse request"))
        if not self._world.faults:
            # Without faults a request is one step of the loop, so none is ever under way beside it.
            return await self._answer(method, params)
        return await self._through_faults(request, method, params)

    async def _answer(self, method: str, params: Params) -> web.Response:
        world = self._world
        function = METHODS.get(method)
        try:
            if function is not None:
                result = function(world, params)
            elif method == "getupdates":
                result = await get_updates(world, params)
            else:
                raise _NOT_FOUND
        except Refusal as refusal:
            self._note(method, params, refusal)
            return _refusal(refusal)
        body = b'{"ok":true,"result":' + orjson.dumps(result) + b"}"
        return web.Response(body=body, headers=_JSON)

    async def _through_faults(
        self, request: web.BaseRequest, method: str, params: Params
    ) -> web.StreamResponse:
        chat_id = chat_id_of(params)
        if chat_id is not None and not self._world.windows.enter(chat_id):
            refusal = TooMany(IN_FLIGHT_PENALTY)
            self._note(method, params, refusal)
            return _refusal(refusal)
        try:
            fault = self._world.faults.strike(method, chat_id)
            if fault is None:
                return await self._answer(method, params)
            return await self._struck(fault, method, params)
        except Gone:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        finally:
            if chat_id is not None:
                self._world.windows.leave(chat_id)

    async def _struck(self, fault: Fault, method: str, params: Params) -> web.StreamResponse:
        if fault.kind == "close":
            raise Gone
        if fault.kind == "too_many":
            refusal = TooMany(fault.retry_after)
            self._note(method, params, refusal)
            return _refusal(refusal)
        if fault.kind == "delay" and not fault.after:
            await self._pause(fault.seconds)
            return await self._answer(method, params)
        accepted = fault.after or fault.kind == "drop_answer"
        answer = await self._answer(method, params) if accepted else web.Response()
        return await self._spoiled(fault, answer)

    async def _spoiled(self, fault: Fault, answer: web.Response) -> web.Response:
        """What is left of an answer that the fault got hold of."""
        if fault.kind == "drop_answer":
            raise Gone
        if fault.kind == "hang":
            await self._pause(fault.seconds or HANG_SECONDS)
            raise Gone
        if fault.kind == "status":
            page = f"<html><body><h1>{fault.status}</h1></body></html>"
            return web.Response(status=fault.status, text=page, content_type="text/html")
        if fault.kind == "garbage":
            return web.Response(body=b'{"ok":true,"result":{"mess', headers=_JSON)
        await self._pause(fault.seconds)
        return answer

    async def _pause(self, seconds: float) -> None:
        """Wait, but never keep the server from stopping."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Gone

    def _elsewhere(self, path: str) -> web.Response:
        if path.startswith(self._file_prefix):
            stored = self._world.files.get(path[len(self._file_prefix) :])
            if stored is not None:
                return web.Response(body=stored.data, content_type=stored.content_type)
            return _refusal(_NOT_FOUND)
        return _refusal(_UNAUTHORIZED if path.startswith(("/bot", "/file/bot")) else _NOT_FOUND)

    def _note(self, method: str, params: Params, refusal: Refusal) -> None:
        self._world.refused.add(
            Refused(
                self._world.clock(), method, chat_id_of(params), refusal.code, refusal.description
            )
        )


async def read_params(request: web.BaseRequest) -> Params:
    """The parameters of a request, from its query and its body. Raises ValueError."""
    params: Params = dict(request.query) if request.query_string else {}
    if request.method != "POST":
        return params
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("multipart/"):
        return {**params, **await _multipart(request)}
    body = await request.read()
    if kind.startswith("application/json"):
        loaded = orjson.loads(body) if body.strip() else {}
        if not isinstance(loaded, dict):
            raise ValueError("an object is expected")
        return {**params, **loaded} if params else loaded
    return {**params, **dict(await request.post())} if body else params


async def _multipart(request: web.BaseRequest) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise ValueError("nested multipart")
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[part.name] = data.decode()
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            fields[part.name] = Upload(part.filename, kind, data)
    return fields


def _refusal(refusal: Refusal) -> web.Response:
    row: dict[str, Any] = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.parameters:
        row["parameters"] = refusal.parameters
    return web.Response(status=refusal.code, body=orjson.dumps(row), headers=_JSON)
