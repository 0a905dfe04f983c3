"""Faults on demand: what may go wrong between a bot and Telegram, asked for by tests."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Kind = Literal["delay", "drop_answer", "close", "status", "hang", "too_many", "garbage"]


@dataclass(slots=True)
class Fault:
    """One fault, and which requests it strikes.

    Kinds: ``delay`` answers after ``seconds``; ``drop_answer`` accepts, then destroys the connection;
    ``close`` destroys it before anything is accepted; ``status`` answers an HTML page with ``status``;
    ``hang`` never answers; ``too_many`` answers 429 with ``retry_after``; ``garbage`` answers 200 with
    a body that is no JSON. ``delay``, ``status``, ``hang`` and ``garbage`` accept the request first
    where ``after`` is set.

    ``method`` and ``chat_id`` narrow it; ``probability`` draws from the sandbox's seeded chance;
    ``times`` is how many requests it strikes before it is spent (``None``: until cleared).
    """

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    probability: float = 1.0
    times: int | None = None
    seconds: float = 0.0
    status: int = 502
    after: bool = False
    retry_after: int = 1


class Faults:
    """The faults in force, asked once per request."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a test's dice, not a secret
        self._active: list[Fault] = []
        self.struck: list[tuple[str, int | None]] = []
        """Of every fault that struck: its kind and the chat."""

    def __bool__(self) -> bool:
        return bool(self._active)

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._active.append(fault)

    def clear(self) -> None:
        """Everything works again."""
        self._active.clear()

    def strike(self, method: str, chat_id: int | None) -> Fault | None:
        """The first fault that strikes this request, counted as used."""
        for fault in self._active:
            if self._fits(fault, method, chat_id):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._active.remove(fault)
                self.struck.append((fault.kind, chat_id))
                return fault
        return None

    def _fits(self, fault: Fault, method: str, chat_id: int | None) -> bool:
        if fault.method is not None and fault.method.lower() != method:
            return False
        if fault.chat_id is not None and fault.chat_id != chat_id:
            return False
        return fault.probability >= 1.0 or self._chance.random() < fault.probability
