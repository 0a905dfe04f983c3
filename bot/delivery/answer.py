"""An answer: what came back for one call of a Bot API method, or that nothing did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` is the HTTP status; 0 where there was none, and then ``may_have_arrived`` counts."""

    status: int
    result: Any = None
    description: str = ""
    """Telegram's own words; for a missing answer the kind of failure, never an address."""
    retry_after: float | None = None
    """Seconds."""
    migrate_to: int | None = None
    is_parsed: bool = True
    """Whether the body was a Bot API answer; a proxy's error page is none."""
    may_have_arrived: bool = False

    @property
    def ok(self) -> bool:
        """Whether Telegram did what was asked."""
        return self.status == 200 and self.is_parsed

    @property
    def message_id(self) -> int | None:
        """The sent message's id."""
        return self.result.get("message_id") if isinstance(self.result, dict) else None

    @property
    def photo_id(self) -> str | None:
        """Telegram's id of the photo in the message, at its largest."""
        sizes = self.result.get("photo") if isinstance(self.result, dict) else None
        return sizes[-1].get("file_id") if sizes else None
