"""A Telegram of one file: true sliding windows, chats that block, move or lose answers, and a log.

The log is the judge: what was accepted, when, from which worker, and whether its answer came through.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.delivery.answer import Answer

WINDOWS = {True: (3.0, 3), False: (60.0, 20)}
"""Of a private chat and of a group: seconds, and how many messages they hold."""

SAID = re.compile(r"(\w+) (\d+) r(\d+)(?: p(\d+))?")


@dataclass
class Accepted:
    """One message, edit or deletion that Telegram took."""

    at: float
    worker: str
    method: str
    chat: int
    message_id: int
    subject: int
    revision: int
    part: int
    answered_at: float | None = None
    """When a living worker had the answer in hand."""


@dataclass
class Refused:
    """One that it did not take because of a limit; ``true`` ones broke a window."""

    at: float
    chat: int
    true: bool
    retry_after: float
    answered_at: float | None = None


@dataclass
class Telegram:
    """The other side. ``now`` is virtual time."""

    now: Callable[[], float]
    rate: int
    log: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    shown: dict[tuple[int, int], int] = field(default_factory=dict)
    """By chat and message id: the revision that a reader sees."""
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    held_until: float = 0.0
    _times: list[float] = field(default_factory=list)
    _chat_times: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def hold(self, seconds: float) -> None:
        """From now on it refuses everybody, for a while."""
        self.held_until = self.now() + seconds

    def take(
        self, worker: str, method: str, payload: dict[str, Any]
    ) -> tuple[Answer, Accepted | Refused | None]:
        """Accepts or refuses one call, and writes it down."""
        chat = int(payload["chat_id"])
        if chat in self.moved:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            return Answer(400, description=description, migrate_to=self.moved[chat]), None
        if chat in self.blocked:
            return Answer(403, description="Forbidden: bot was blocked by the user"), None
        if (wait := self._wait(chat)) is not None:
            seconds, is_true = wait
            refused = Refused(self.now(), chat, is_true, seconds)
            self.refused.append(refused)
            return Answer(429, description="Too Many Requests", retry_after=seconds), refused
        return self._accept(worker, method, payload, chat)

    def _wait(self, chat: int) -> tuple[float, bool] | None:
        now = self.now()
        if now < self.held_until:
            return self.held_until - now, False
        span, most = WINDOWS[chat > 0]
        in_chat = [at for at in self._chat_times[chat] if at > now - span]
        in_all = [at for at in self._times[-self.rate :] if at > now - 1.0]
        if len(in_all) >= self.rate or len(in_chat) >= most:
            return 3.0, True
        return None

    def _accept(
        self, worker: str, method: str, payload: dict[str, Any], chat: int
    ) -> tuple[Answer, Accepted]:
        now = self.now()
        self._times.append(now)
        self._chat_times[chat].append(now)
        said = SAID.search(payload.get("text", ""))
        assert said is not None
        _content, subject, revision, part = said.groups()
        number = payload.get("message_id") or 1000 + len(self.log)
        entry = Accepted(
            now, worker, method, chat, number, int(subject), int(revision), int(part or 0)
        )
        self.log.append(entry)
        self.shown[chat, number] = max(self.shown.get((chat, number), 0), int(revision))
        return Answer(200, result={"message_id": number}), entry
