"""Who claimed last asks first, may be late, and says by how much before another takes over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.leading import Leading
from bot.delivery.window import Departure
from digests.outbox import pace
from digests.outbox.claim import Claim

TAT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LATER = TAT + timedelta(milliseconds=250)
TOOK = Claim((), 0.0, 0.0, tat=TAT, led_until=10.0)
TOOK_OVER = Claim((), 0.0, 0.0, tat=TAT, led_until=10.0, has_moved=True)
IN_VAIN = Claim((), 0.0, 0.0, has_moved=True)
UNDATED = Claim((), 0.0, 0.0)


def counted(departure: Departure) -> float:
    return departure.at if departure.counted is None else departure.counted


@pytest.mark.parametrize(
    ("is_alone", "seen", "leads"),
    [(False, TAT, True), (False, LATER, False), (False, None, False), (True, LATER, True)],
)
def test_who_leads(is_alone: bool, seen: datetime | None, leads: bool) -> None:
    worker = Leading(is_alone=is_alone)
    assert worker.leads(TAT) is is_alone
    worker.claimed(TOOK)
    assert worker.leads(seen) is leads


@pytest.mark.parametrize(
    ("is_alone", "now", "late"),
    [
        pytest.param(False, 9.9, 0.05, id="it leads"),
        pytest.param(False, 10.0, 0.005, id="another may have taken over"),
        pytest.param(True, 99.0, 0.05, id="there is no other"),
    ],
)
def test_by_how_much_a_slot_may_be_missed(is_alone: bool, now: float, late: float) -> None:
    worker = Leading(is_alone=is_alone)
    worker.claimed(TOOK)
    assert worker.may_be_late(now, 0.05) == late


def test_what_was_counted_late_is_told_for_a_second() -> None:
    worker = Leading(is_alone=False)
    worker.left(Departure(5.0, counted=5.0), 5.0)
    worker.left(Departure(5.125, counted=5.25), 5.125)
    worker.left(Departure(5.5, counted=5.5), 5.5)
    assert worker.late(6.125, counted) == timedelta(seconds=0.125)
    assert worker.late(6.3, counted) == timedelta(0)


@pytest.mark.parametrize(
    ("claim", "told"), [(IN_VAIN, False), (TOOK_OVER, False), (TOOK, True), (UNDATED, True)]
)
def test_it_is_told_once_where_others_moved_for_it(claim: Claim, told: bool) -> None:
    worker = Leading(is_alone=False)
    worker.left(Departure(5.1), 5.0)
    worker.claimed(claim)
    assert bool(worker.late(5.2, counted)) is told


def test_others_ask_only_before_slots_would_be_lost() -> None:
    lead = timedelta(milliseconds=20)
    assert pace.ask_at(TAT, lead, leads=True) == TAT - timedelta(milliseconds=150)
    assert pace.ask_at(TAT, lead, leads=False) > TAT - pace.OTHERS_EARLY
    assert pace.ask_at(TAT, lead, leads=False) <= TAT - lead
