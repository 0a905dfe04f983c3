"""Quiet hours (rule): when a message still comes, but without a sound."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def is_quiet(now: datetime, timezone: str, start: int | None, end: int | None) -> bool:
    """Whether ``now`` lies in [start, end), minutes after local midnight; they may span midnight."""
    if start is None or end is None or start == end:
        return False
    local = now.astimezone(ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start < end else minute >= start or minute < end
