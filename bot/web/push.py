"""``/push``: articles from whoever holds the key, as a JSON object, a list, or JSON Lines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from io import BytesIO

import orjson
from aiohttp import web

from bot.context import Services
from bot.web.guard import bears, refusal
from digests.errors import ArticleError
from digests.intake.files import BadLine, batches
from digests.intake.keep import Kept
from digests.intake.receive import receive
from digests.intake.record import Record, read_record
from digests.intake.source import SourceKind

LARGEST = 8 << 20
"""Bytes in one call."""
SENDER = "push"
"""The source of records that name none."""


class Push:
    """The door that articles are pushed through. The same article twice is kept once."""

    def __init__(self, services: Services, key: str) -> None:
        self._database = services.database
        self._clock = services.clock
        self._key = key

    async def take(self, request: web.Request) -> web.Response:
        """Keeps the good records and names the bad ones by number; 400 where none was good."""
        if not bears(request, self._key):
            return refusal(401, "the bearer key is missing or wrong")
        good, bad = await asyncio.to_thread(read_all, await request.read())
        if not good:
            return web.json_response(_answer(Kept(), bad), status=400)
        async with self._database.write() as session:
            kept = await receive(
                session, good, kind=SourceKind.PUSH, sender=SENDER, now=self._clock()
            )
        return web.json_response(_answer(kept, bad))


def read_all(body: bytes) -> tuple[list[Record], list[BadLine]]:
    """Every record of a call, and what could not be read, numbered from 1."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = list(batches(BytesIO(body)))
        return [r for b in found for r in b.records], [line for b in found for line in b.bad]
    return _of_values(said if isinstance(said, list) else [said])


def _of_values(values: Iterable[object]) -> tuple[list[Record], list[BadLine]]:
    good: list[Record] = []
    bad: list[BadLine] = []
    for number, value in enumerate(values, 1):
        try:
            good.append(read_record(value))
        except ArticleError as error:
            bad.append(BadLine(number, str(error)))
    return good, bad


def _answer(kept: Kept, bad: list[BadLine]) -> dict[str, object]:
    return {
        "new": kept.new,
        "changed": kept.changed,
        "known": kept.known,
        "bad": [{"number": line.number, "reason": line.reason} for line in bad],
    }
