"""Rule: how fast a bot may send. True sliding windows, so a burst across a second's edge is seen too."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

IN_FLIGHT_PENALTY = 60  # seconds; what the Bot API server answers past its per-chat queue


@dataclass(frozen=True, slots=True)
class Limits:
    """Figures of the windows; ``None`` switches one off.

    ``per_second`` is for the whole token; ``per_chat`` is a private chat's messages a second, of which
    ``chat_burst`` may come at once (the window is ``chat_burst / per_chat`` seconds long);
    ``per_group_minute`` holds for groups and channels; ``in_flight`` is one chat's unanswered requests.
    """

    per_second: int | None = 30
    per_chat: float | None = 1.0
    chat_burst: int = 3
    per_group_minute: int | None = 20
    in_flight: int | None = 310

    @classmethod
    def telegram(cls) -> Limits:
        """What Telegram documents; the burst allowance is our reading of "short bursts"."""
        return cls()

    @classmethod
    def none(cls) -> Limits:
        """No pace at all, for benches."""
        return cls(per_second=None, per_chat=None, per_group_minute=None, in_flight=None)


class Window:
    """At most ``count`` events in any ``span`` seconds."""

    __slots__ = ("_count", "_span", "_times")

    def __init__(self, count: int, span: float) -> None:
        self._count = count
        self._span = span
        self._times: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        """Seconds until one more event fits; 0 where it fits now."""
        times = self._times
        if len(times) < self._count:
            return 0.0
        return max(0.0, times[0] + self._span - now)

    def take(self, now: float) -> None:
        """Count one event. The oldest falls out by itself: the deque holds ``count``."""
        self._times.append(now)

    def idle(self, now: float) -> bool:
        """Whether every event has left the window, so that it may be forgotten."""
        return not self._times or self._times[-1] + self._span <= now


class Windows:
    """All windows of one token."""

    SWEEP_AT = 50_000  # chats remembered before idle ones are dropped

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._token = Window(limits.per_second, 1.0) if limits.per_second else None
        self._chats: dict[int, Window] = {}
        self._in_flight: dict[int, int] = {}

    def take(self, chat_id: int, now: float) -> int:
        """Count one message to a chat. Returns 0, or the whole seconds to wait; then nothing is counted."""
        chat = self._window_of(chat_id, now)
        wait = self._token.wait(now) if self._token else 0.0
        if chat is not None:
            wait = max(wait, chat.wait(now))
        if wait > 0:
            return max(1, math.ceil(wait))
        if self._token:
            self._token.take(now)
        if chat is not None:
            chat.take(now)
        return 0

    def enter(self, chat_id: int) -> bool:
        """Note one request under way to a chat; False where too many already are."""
        most = self.limits.in_flight
        if most is None:
            return True
        count = self._in_flight.get(chat_id, 0)
        if count >= most:
            return False
        self._in_flight[chat_id] = count + 1
        return True

    def leave(self, chat_id: int) -> None:
        """The request that ``enter`` noted has been answered."""
        if self.limits.in_flight is None:
            return
        left = self._in_flight.get(chat_id, 1) - 1
        if left > 0:
            self._in_flight[chat_id] = left
        else:
            self._in_flight.pop(chat_id, None)

    def _window_of(self, chat_id: int, now: float) -> Window | None:
        window = self._chats.get(chat_id)
        if window is None:
            window = self._new_window(chat_id)
            if window is None:
                return None
            if len(self._chats) >= self.SWEEP_AT:
                self._chats = {key: kept for key, kept in self._chats.items() if not kept.idle(now)}
            self._chats[chat_id] = window
        return window

    def _new_window(self, chat_id: int) -> Window | None:
        limits = self.limits
        if chat_id < 0:
            return Window(limits.per_group_minute, 60.0) if limits.per_group_minute else None
        if not limits.per_chat:
            return None
        return Window(limits.chat_burst, limits.chat_burst / limits.per_chat)
