"""A pause that a call ends (edge)."""

from __future__ import annotations

import asyncio

from digests.outbox.clock import Clock


async def rest(clock: Clock, until: float, woken: asyncio.Event) -> None:
    """Until that time on the monotonic clock, or until ``woken`` is set."""
    sleeping = asyncio.create_task(clock.sleep_until(until))
    waking = asyncio.create_task(woken.wait())
    try:
        await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        waking.cancel()
