"""Refusals: what the sandbox answers where Telegram would say no, with its code and exact words."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer with ``ok: false``. Not an error of the sandbox: it is one of its products."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None):
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class BadRequest(Refusal):
    """400: the request itself is at fault."""

    def __init__(self, reason: str, parameters: dict[str, Any] | None = None):
        super().__init__(400, f"Bad Request: {reason}", parameters)


class Forbidden(Refusal):
    """403: the person or the chat does not let the bot in."""

    def __init__(self, reason: str):
        super().__init__(403, f"Forbidden: {reason}")


class Conflict(Refusal):
    """409: someone else already receives the updates."""

    def __init__(self, reason: str):
        super().__init__(409, f"Conflict: {reason}")


class TooMany(Refusal):
    """429, with the whole seconds after which the same request may be tried again."""

    def __init__(self, retry_after: int):
        super().__init__(
            429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
        )
        self.retry_after = retry_after
