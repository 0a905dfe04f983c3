"""A verdict: what Telegram's answer to one message means. The bot's delivery room judges; we obey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Meaning(StrEnum):
    """What happened, in the only distinctions that change what we do next."""

    DELIVERED = "delivered"
    LATER = "later"
    """Telegram asks to wait: nothing was sent."""
    UNSENT = "unsent"
    """No connection came about: nothing was sent."""
    UNCERTAIN = "uncertain"
    """No answer: it may have arrived."""
    GONE = "gone"
    """This chat cannot be reached any more."""
    MOVED = "moved"
    """The chat has another id now."""
    NO_THREAD = "no thread"
    """The forum topic is closed or deleted."""
    NO_RIGHTS = "no rights"
    """The chat's admins do not let us write."""
    UNPARSED = "unparsed"
    """Our markup is wrong; plain text may still go."""
    NO_PHOTO = "no photo"
    """The chat takes no photos, or its copy has none; the words alone may still go."""
    REFUSED = "refused"
    """The content is at fault, and will be tomorrow."""
    COPY_GONE = "copy gone"
    """What was to be edited or deleted is not there."""
    TOKEN_REFUSED = "token refused"  # noqa: S105 - a word, no secret
    SECOND_POLLER = "second poller"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer, judged. ``reason`` is a short word for the ledger and the metrics."""

    meaning: Meaning
    reason: str = ""
    message_id: int | None = None
    retry_after: timedelta | None = None
    """later: how long."""
    whole_token: bool = False
    """later: whether every chat must wait."""
    moved_to: int | None = None
