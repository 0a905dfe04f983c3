"""``/audit``: what was done at the desk, and what was refused there."""

from __future__ import annotations

from telegram import Update

from bot.context import Context
from bot.desk.door import desk, number
from digests.alerts.audit import entries
from digests.alerts.permission import Act

PAGE = 15


@desk(Act.WATCH)
async def audit(update: Update, context: Context) -> None:  # noqa: ARG001 - a handler's signature
    """The newest entries."""
    await context.answer("desk/audit.html", **await _page(context, None))


@desk(Act.WATCH)
async def older_audit(update: Update, context: Context, before: str) -> None:  # noqa: ARG001
    """The entries before those."""
    await context.change("desk/audit.html", **await _page(context, number(before)))


async def _page(context: Context, before: int | None) -> dict[str, object]:
    async with context.database.read() as session:
        found = await entries(session, before=before, limit=PAGE)
    return {"entries": found, "older": found[-1].id if len(found) == PAGE else None}
