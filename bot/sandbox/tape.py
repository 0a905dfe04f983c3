"""Nouns: the accept log, which judges every delivery test, and the log of refusals."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

DIGEST_BYTES = 8
REFUSALS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted send, edit or delete.

    ``at`` is monotonic seconds, ``wall`` seconds of the epoch, ``text`` what a reader then sees (for a
    delete: nothing), ``digest`` of the request's parameters, ``update`` the id of the newest update at
    that moment.
    """

    seq: int
    at: float
    wall: float
    method: str
    chat_id: int
    message_id: int
    text: str
    digest: str
    update: int

    def as_json(self) -> dict[str, Any]:
        """The row as a mapping, for the log file and the control endpoints."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal."""

    at: float
    method: str
    chat_id: int | None
    code: int
    description: str

    def as_json(self) -> dict[str, Any]:
        """The row as a mapping, for the control endpoints."""
        return {name: getattr(self, name) for name in self.__slots__}


class RefusedLog:
    """The newest refusals, and how many there were of each code."""

    def __init__(self) -> None:
        self.rows: deque[Refused] = deque(maxlen=REFUSALS_KEPT)
        self.counts: Counter[int] = Counter()

    def __iter__(self) -> Iterator[Refused]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: int) -> Refused:
        return self.rows[at]

    def add(self, row: Refused) -> None:
        """Note one refusal."""
        self.rows.append(row)
        self.counts[row.code] += 1

    def clear(self) -> None:
        """Forget them all."""
        self.rows.clear()
        self.counts.clear()


def digest_of(params: dict[str, Any]) -> str:
    """A short digest, equal for equal parameters whatever their order and encoding."""
    body = orjson.dumps(params, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.blake2b(body, digest_size=DIGEST_BYTES).hexdigest()
