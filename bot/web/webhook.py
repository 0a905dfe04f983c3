"""Telegram's calls, where a webhook is used instead of polling.

A call is answered 200 when its update was processed: a process that dies before is called again by
Telegram with the same update. Repeated calls are recognised by the update's id.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from telegram import Update

from bot.context import App
from bot.turns import Turns
from bot.web.guard import refusal, same

_log = logging.getLogger(__name__)

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST = 1 << 20
"""Bytes. An update holds at most a few messages of 4096 characters."""


def path_of(webhook_url: str) -> str:
    """The path under which Telegram calls."""
    return urlsplit(webhook_url).path or "/"


class Webhook:
    """The door that Telegram knocks on."""

    def __init__(self, application: App, secret: str) -> None:
        self._application = application
        self._secret = secret

    async def call(self, request: web.Request) -> web.Response:
        """One call: checked, read, recognised, processed."""
        if not same(request.headers.get(SECRET), self._secret):
            return refusal(403, "not from Telegram")
        if (request.content_length or 0) > LARGEST:
            return refusal(413, "too large")
        if request.content_type != "application/json":
            return refusal(415, "not JSON")
        update_id, update = self._read(await request.content.read(LARGEST + 1))
        if update_id is None:
            return refusal(400, "no update")
        turns = self._application.update_processor
        assert isinstance(turns, Turns)  # noqa: S101 - see bot/application.py
        if update is not None and not turns.is_repeated(update_id):
            await turns.process_update(update, self._application.process_update(update))
        return web.Response()

    def _read(self, body: bytes) -> tuple[int | None, Update | None]:
        """The update's id and the update; an update we cannot read is let go, or it came for ever."""
        try:
            said: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None, None
        if not isinstance(said, dict) or not isinstance(said.get("update_id"), int):
            return None, None
        try:
            return said["update_id"], Update.de_json(said, self._application.bot)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            _log.error("an update cannot be read", exc_info=error)
            return said["update_id"], None
