"""Telegram's calls, where a webhook is used instead of polling.

A call is answered 200 when its update was processed: a process that dies before is called again by
Telegram with the same update. Repeated calls are recognised by the update's id.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from bot.updates import Updates
from bot.web.guard import refusal, same

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST = 1 << 20
"""Bytes. An update holds at most a few messages of 4096 characters."""
PATIENCE = 50.0
"""Seconds until a call is answered all the same: Telegram would give up, and call again."""


def path_of(webhook_url: str) -> str:
    """The path under which Telegram calls."""
    return urlsplit(webhook_url).path or "/"


class Webhook:
    """The door that Telegram knocks on."""

    def __init__(self, updates: Updates, secret: str) -> None:
        self._updates = updates
        self._secret = secret

    async def call(self, request: web.Request) -> web.Response:
        """One call: checked, read, recognised, processed."""
        if not same(request.headers.get(SECRET), self._secret):
            return refusal(403, "not from Telegram")
        if not self._updates.is_open:
            return refusal(503, "nobody listens here yet")  # Telegram calls again
        if (request.content_length or 0) > LARGEST:
            return refusal(413, "too large")
        if request.content_type != "application/json":
            return refusal(415, "not JSON")
        body = await request.read()
        said = _read(body) if len(body) <= LARGEST else None
        if said is None:
            return refusal(400, "no update")
        processing = self._updates.take(said)
        if processing is not None:
            await asyncio.wait([processing], timeout=PATIENCE)
        return web.Response()


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    is_update = isinstance(said, dict) and isinstance(said.get("update_id"), int)
    return said if is_update else None
