"""What leaves one process leaves in turn, and no more of it than Telegram may count in a second."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from bot.delivery.window import AMONG_OTHERS, FIRST_ANSWERS, SPAN, Departure
from bot.delivery.wire import Wire
from tests.delivery.fakes import JumpingClock


async def leaving(wire: Wire) -> Departure:
    """One that goes whenever there is room."""
    departure = await wire.leave_if(lambda: True)
    assert departure is not None
    return departure


@pytest.mark.parametrize(("is_alone", "span"), [(True, SPAN), (False, AMONG_OTHERS)])
async def test_the_next_waits_until_the_first_has_been_counted_for_a_second(
    now: datetime, is_alone: bool, span: float
) -> None:
    clock = JumpingClock(now)
    wire, began = Wire(2, clock, is_alone=is_alone), clock.monotonic()
    for _ in range(2):
        wire.returned(await leaving(wire), answered=True)
    assert clock.monotonic() == began
    assert (await leaving(wire)).at == began + span


async def test_where_no_answer_comes_it_stays_shut_and_opens_for_who_came_first(
    now: datetime,
) -> None:
    wire = Wire(1, JumpingClock(now), is_alone=True)
    silent, through = await leaving(wire), list[int]()

    async def follow(number: int) -> None:
        wire.returned(await leaving(wire), answered=True)
        through.append(number)

    waiting = [asyncio.create_task(follow(number)) for number in range(3)]
    await asyncio.sleep(0)
    assert not through
    wire.returned(silent, answered=False)
    await asyncio.gather(*waiting)
    assert through == [0, 1, 2]


async def test_who_may_not_go_takes_nobody_s_room(now: datetime) -> None:
    clock = JumpingClock(now)
    wire, began = Wire(1, clock, is_alone=True), clock.monotonic()
    assert await wire.leave_if(lambda: False) is None
    assert (await leaving(wire)).at == began


async def test_what_is_not_answered_yet_may_be_counted_any_moment_now(now: datetime) -> None:
    clock = JumpingClock(now)
    wire = Wire(1000, clock, is_alone=True)
    for _ in range(FIRST_ANSWERS + 1):
        departure = await leaving(wire)
        await clock.sleep_until(clock.monotonic() + 0.125)
        wire.returned(departure, answered=True)
    left = await leaving(wire)
    assert wire.counted_by(left) == left.at
    await clock.sleep_until(left.at + 1.125)
    assert 0.99 < wire.counted_by(left) - left.at <= 1.0


async def test_slots_of_others_take_room_when_they_come_and_our_own_do_not(now: datetime) -> None:
    clock = JumpingClock(now)
    wire, began = Wire(2, clock, is_alone=False), clock.monotonic()
    wire.took(7)
    wire.others_took([(6, began), (7, began), (8, began + 0.25)])
    wire.returned(await leaving(wire), answered=True)
    assert clock.monotonic() == began  # one slot was another's, one is to come, one was ours
    assert (await leaving(wire)).at == began + AMONG_OTHERS
