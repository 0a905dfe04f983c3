"""What needs a person is looked for, and told at the desk. For the timetable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.context import Services
from digests.alerts.matter import MatterKind
from digests.alerts.telling import tell
from digests.alerts.troubled import troubled_sources
from digests.alerts.watch import (
    Found,
    dead_letters,
    flash_stories,
    forget_settled,
    keep_up,
    uncertain_sends,
)
from digests.corrections.noticed import silent_edits

Finder = Callable[..., Awaitable[Found]]

_AT_ONCE: dict[MatterKind, Finder] = {
    MatterKind.FLASH: flash_stories,
    MatterKind.DEAD: dead_letters,
    MatterKind.UNCERTAIN: uncertain_sends,
}
_NOW_AND_THEN: dict[MatterKind, Finder] = {
    MatterKind.EDIT: silent_edits,
    MatterKind.SOURCE: troubled_sources,
}


async def watch(services: Services) -> None:
    """Finds what cannot wait, and tells whatever was found."""
    await _find(services, _AT_ONCE)
    async with services.database.write() as session:
        await tell(session, services.settings.owners, now=services.clock())


async def look_around(services: Services) -> None:
    """Finds what changes slowly and takes longer to find."""
    await _find(services, _NOW_AND_THEN)
    async with services.database.write() as session:
        await forget_settled(session, now=services.clock())


async def _find(services: Services, finders: dict[MatterKind, Finder]) -> None:
    for kind, find in finders.items():
        now = services.clock()
        async with services.database.read() as session:
            found = await find(session, now=now)
        async with services.database.write() as session:
            await keep_up(session, kind, found, now=now)
