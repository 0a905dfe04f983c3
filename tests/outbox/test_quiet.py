"""Quiet hours, to the minute, in the reader's own zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digests.outbox.quiet import is_quiet


@pytest.mark.parametrize(
    ("local", "start", "end", "quiet"),
    [
        ("23:00", "23:00", "07:00", True),
        ("22:59", "23:00", "07:00", False),
        ("06:59", "23:00", "07:00", True),
        ("07:00", "23:00", "07:00", False),
        ("13:00", "12:00", "14:00", True),
        ("14:00", "12:00", "14:00", False),
        ("12:00", "12:00", "12:00", False),
        ("03:00", None, None, False),
    ],
)
def test_quiet(local: str, start: str | None, end: str | None, quiet: bool) -> None:
    def minute(clock: str | None) -> int | None:
        return None if clock is None else int(clock[:2]) * 60 + int(clock[3:])

    # Kyiv is two hours ahead of UTC in November.
    hour = (int(local[:2]) - 2) % 24
    now = datetime(2026, 11, 23, hour, int(local[3:]), tzinfo=UTC)
    assert is_quiet(now, "Europe/Kyiv", minute(start), minute(end)) is quiet
