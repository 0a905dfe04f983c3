"""What was done at the desk stays on record."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Delete, Update, delete, update
from sqlalchemy.exc import DBAPIError

from digests.alerts.audit import entries, record
from digests.alerts.editor import AuditEntry
from digests.storage.database import Database


@pytest.mark.parametrize(
    "change", [update(AuditEntry).values(user_id=2), delete(AuditEntry)], ids=["change", "forget"]
)
async def test_the_database_itself_refuses_to_change_or_forget_what_was_done(
    database: Database, now: datetime, change: Update | Delete
) -> None:
    async with database.write() as session:
        await record(session, "approve", "alert:1", by=1, now=now)
    with pytest.raises(DBAPIError, match="the audit log is only added to"):
        async with database.write() as session:
            await session.execute(change)
    async with database.read() as session:
        assert [entry.user_id for entry in await entries(session)] == [1]
