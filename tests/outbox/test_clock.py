"""The shared clock is dated as closely as any reading of the last minutes allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digests.outbox.clock import Reading

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def reading(second: float, width: float, off: float = 0.0) -> Reading:
    """Taken ``second`` seconds after noon, and wrong by ``off``."""
    return Reading(NOON + timedelta(seconds=second + off), second, width)


@pytest.mark.parametrize(
    ("earlier", "later", "told"),
    [
        pytest.param(
            reading(0, 0.001), reading(1, 0.012, 0.005), True, id="it agrees, and is closer"
        ),
        pytest.param(reading(0, 0.012), reading(1, 0.001), False, id="it is less close"),
        pytest.param(reading(0, 0.001), reading(1, 0.012, 0.009), False, id="the clock was set"),
        pytest.param(reading(0, 0.001), reading(1, 0.012, -3600), False, id="by an hour, back"),
        pytest.param(reading(0, 0.001), reading(900, 0.012), False, id="it is too old"),
    ],
)
def test_an_earlier_reading_tells_more(earlier: Reading, later: Reading, told: bool) -> None:
    assert later.is_told_by(earlier) is told
