"""A courier's work step by step: it claims once, or delivers what there is and returns, where ``run`` would
go on until it is told to stop."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.claimer import IDLE
from bot.delivery.courier import Courier
from digests.outbox.claim import Claim


async def claimed(courier: Courier) -> Claim:
    """One claim of as much as it has hands for; nothing of it goes out yet."""
    return await courier._claimer.claim(courier.room)


async def fed_and_claimed(courier: Courier) -> Claim:
    """The same of what was only planned."""
    await courier.upkeep.feed()
    return await claimed(courier)


async def work_off(courier: Courier, patience: float = 5.0) -> None:
    """What is there, and what becomes due within ``patience`` seconds."""
    await courier.upkeep.arrive()
    clock = courier._clock
    until = clock.monotonic() + patience
    while True:
        taken = await fed_and_claimed(courier)
        await courier.launch(taken)
        await courier._finish_flying()
        seen = await courier._claimer.glance(timedelta(seconds=patience))
        if not taken.messages and not seen.is_waiting:
            return
        if clock.monotonic() > until:
            return
        if courier._fatal is not None:
            raise courier._fatal
        await clock.sleep_until(min(taken.again_at, clock.monotonic() + IDLE))
