"""What is urgent takes the slots of what can wait, and every slot is used once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.slots import Slots


def test_an_alert_takes_the_next_slot_of_a_digest() -> None:
    slots = Slots()
    for digest in range(1, 5):
        slots.add(digest, digest / 10, now=0.0, urgent=False, patient=True)
    slots.add(9, 0.5, now=0.12, urgent=True, patient=False)
    assert [slots.of(one) for one in (1, 2, 3, 4, 9)] == [0.1, 0.5, 0.3, 0.4, 0.2]


def test_what_is_about_to_go_is_not_overtaken() -> None:
    slots = Slots()
    slots.add(1, 0.1, now=0.0, urgent=False, patient=True)
    slots.add(2, 0.2, now=0.097, urgent=True, patient=False)
    assert slots.of(2) == 0.2


def test_an_alert_that_goes_again_waits_for_its_time() -> None:
    slots = Slots()
    slots.add(1, 0.1, now=0.0, urgent=False, patient=True)
    slots.add(2, 0.2, now=0.0, urgent=False, patient=False)
    assert slots.of(2) == 0.2


@given(st.lists(st.sampled_from(["urgent", "patient", "neither"]), max_size=40))
def test_every_slot_is_used_once_and_nothing_urgent_loses(kinds: list[str]) -> None:
    slots = Slots()
    for number, kind in enumerate(kinds):
        slots.add(number, number / 30, now=0.0, urgent=kind == "urgent", patient=kind == "patient")
    used = [slots.of(number) for number in range(len(kinds))]
    assert sorted(used) == [number / 30 for number in range(len(kinds))]
    assert all(used[n] <= n / 30 for n, kind in enumerate(kinds) if kind == "urgent")
