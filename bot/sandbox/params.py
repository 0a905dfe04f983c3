"""Rule: reading parameters as the Bot API server does. Unknown names are ignored, as there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from bot.sandbox.refusal import BadRequest

Params = dict[str, Any]

_INTEGER = re.compile(r"\s*-?[0-9]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent within a multipart body."""

    name: str
    content_type: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.name}:{len(self.data)}"


def text_of(params: Params, name: str) -> str:
    """A string; numbers and objects become their JSON text, as in Telegram's own reader."""
    value = params.get(name)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Upload):
        raise BadRequest(f'parameter "{name}" must not be a file')
    return orjson.dumps(value).decode()


def int_of(params: Params, name: str, default: int = 0) -> int:
    """An integer: the digits that the value begins with, else 0; ``default`` where it is absent."""
    value = params.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, int):
        return int(value)
    found = _INTEGER.match(value if isinstance(value, str) else str(value))
    return int(found[0]) if found else 0


def bool_of(params: Params, name: str) -> bool:
    """True for ``true``, ``yes`` and ``1`` in any case."""
    value = params.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    return str(value).lower() in ("true", "yes", "1")


def json_of(params: Params, name: str, what: str) -> Any:
    """An object or array, given as such or as its JSON text; None where absent.

    ``what`` names it in the refusal.
    """
    value = params.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise BadRequest(f"can't parse {what} JSON object") from None
