"""A newsroom for the tests: an owner, an editor, a reviewer, and drafts of theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts import propose
from digests.alerts.alert import Alert
from digests.alerts.editor import Role
from digests.alerts.item import Item
from digests.alerts.staff import appoint

OWNER, EDITOR, REVIEWER, READER = 1, 2, 3, 99
OWNERS = (OWNER,)
DEPOT = Item(
    text="Strike on a depot near Luhansk\nA fuel depot burns. Nobody is said to be hurt.",
    language="en",
    topics=("strikes",),
    attribution="regional officials",
)


def who(user_id: int, now: datetime) -> dict[str, Any]:
    """The keywords that every verb of the desk takes."""
    return {"by": user_id, "owners": OWNERS, "now": now}


def deciding(user_id: int, now: datetime, *, two_person: bool = False) -> dict[str, Any]:
    """The same for approving, where one person's word is enough unless two must agree."""
    return who(user_id, now) | {"two_person": two_person}


async def newsroom(session: AsyncSession, now: datetime) -> None:
    """The owner has appointed an editor and a reviewer."""
    await appoint(session, EDITOR, Role.EDITOR, **who(OWNER, now))
    await appoint(session, REVIEWER, Role.REVIEWER, **who(OWNER, now))


async def draft(session: AsyncSession, now: datetime, item: Item = DEPOT) -> Alert:
    """A draft of the editor's."""
    return await propose.draft(session, item, **who(EDITOR, now))
