"""Edge: pushing updates to the bot's own web address, in order, again and again until it takes them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import orjson

from bot.sandbox.methods import METHODS
from bot.sandbox.refusal import Refusal
from bot.sandbox.world import Webhook, World

ANSWER_SECONDS = 60.0
SLOWEST_RETRY = 60.0


class WebhookPusher:
    """Delivers the queue to the webhook while one is set. ``first_retry`` is in seconds and doubles."""

    def __init__(self, world: World, first_retry: float = 1.0) -> None:
        self._world = world
        self._first_retry = first_retry
        self._retry = first_retry

    async def run(self) -> None:
        """Until cancelled."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                rows = self._world.updates.peek(1) if self._world.webhook.url else []
                if not rows:
                    await self._world.updates.changed(None)
                elif await self._push(session, rows[0]):
                    self._world.updates.confirm(rows[0]["update_id"] + 1)
                    self._retry = self._first_retry
                else:
                    await self._world.updates.changed(self._retry)
                    self._retry = min(self._retry * 2, SLOWEST_RETRY)

    async def _push(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        hook = self._world.webhook
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        try:
            async with session.post(hook.url, data=orjson.dumps(update), headers=headers) as answer:
                body = await answer.read()
                if 200 <= answer.status < 300:
                    self._obey(body)
                    return True
                reason = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = (
                "Read timeout expired" if isinstance(error, TimeoutError) else "Connection refused"
            )
        _fail(hook, reason)
        return False

    def _obey(self, body: bytes) -> None:
        """A bot may answer the push with a method call; its result is never told."""
        try:
            call = orjson.loads(body)
        except orjson.JSONDecodeError:
            return
        method = (
            METHODS.get(str(call.pop("method", "")).lower()) if isinstance(call, dict) else None
        )
        if method is None:
            return
        try:
            method(self._world, call)
        except Refusal:
            return


def _fail(hook: Webhook, reason: str) -> None:
    hook.last_error = reason
    hook.last_error_at = int(time.time())


async def stopped(task: asyncio.Task[None] | None) -> None:
    """Cancel a task and wait for its end."""
    if task is None:
        return
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
