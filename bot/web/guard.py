"""Who may come in: secrets compared in constant time, and answers that give nothing away."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.failures import reference

_log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def same(said: str | None, secret: str) -> bool:
    """Whether they are equal; how long that takes tells nothing of where they differ."""
    return hmac.compare_digest((said or "").encode(), secret.encode())


def bears(request: web.Request, key: str) -> bool:
    """Whether the request carries this bearer key."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and same(said.strip(), key)


def refusal(status: int, why: str) -> web.Response:
    """A refusal that a script can read."""
    return web.json_response({"error": why}, status=status)


@web.middleware
async def no_tracebacks(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever breaks: a short answer with a code outside, one line with the same code inside."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        return refusal(answer.status, answer.reason.lower())
    except Exception as error:
        code = reference()
        _log.error("a request failed", extra={"ref": code, "door": request.path}, exc_info=error)
        return refusal(500, f"something went wrong here; code {code}")
