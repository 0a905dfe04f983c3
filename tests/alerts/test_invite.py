"""A link to the desk opens it once, for a day, and its code is kept nowhere."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from digests.alerts.editor import Role
from digests.alerts.invitation import Invitation
from digests.alerts.invite import OPEN_FOR, accept, invite, open_invitations, revoke
from digests.alerts.staff import role_of
from digests.errors import NotPermitted, RequestError, Stale
from digests.storage.database import Database
from tests.alerts.builders import EDITOR, OWNER, OWNERS, READER, newsroom, who


@pytest.fixture
async def code(database: Database, now: datetime) -> str:
    """Of an open invitation for a reviewer."""
    async with database.write() as session:
        await newsroom(session, now)
        _, made = await invite(session, Role.REVIEWER, **who(OWNER, now))
    return made


async def test_whoever_opens_it_first_has_the_role(
    database: Database, code: str, now: datetime
) -> None:
    async with database.write() as session:
        await accept(session, code, **who(READER, now))
        assert await role_of(session, READER, OWNERS) is Role.REVIEWER
        assert await open_invitations(session, now=now) == []
        with pytest.raises(Stale) as refusal:
            await accept(session, code, **who(77, now))
        assert refusal.value.how == "used"


async def test_of_two_at_once_one_comes_in(database: Database, code: str, now: datetime) -> None:
    async def open_by(user_id: int) -> str:
        try:
            async with database.write() as session:
                await accept(session, code, **who(user_id, now))
        except RequestError as refusal:
            return str(refusal)
        return "in"

    assert sorted(await asyncio.gather(open_by(READER), open_by(77))) == ["in", "used"]


async def test_it_expires_and_can_be_revoked(database: Database, code: str, now: datetime) -> None:
    async with database.write() as session:
        with pytest.raises(Stale) as refusal:
            await accept(session, code, **who(READER, now + OPEN_FOR))
        assert refusal.value.how == "expired"
        (found,) = await open_invitations(session, now=now)
        await revoke(session, found.id, **who(OWNER, now))
        with pytest.raises(Stale) as refusal:
            await accept(session, code, **who(READER, now))
        assert refusal.value.how == "revoked"
        assert await role_of(session, READER, OWNERS) is None


async def test_an_owner_who_tries_the_link_does_not_use_it_up(
    database: Database, code: str, now: datetime
) -> None:
    async with database.write() as session:
        with pytest.raises(NotPermitted):
            await accept(session, code, **who(OWNER, now))
        assert len(await open_invitations(session, now=now)) == 1


@pytest.mark.parametrize("guess", ["", "x", "x" * 60])
async def test_a_guess_opens_nothing(
    database: Database, code: str, now: datetime, guess: str
) -> None:
    async with database.write() as session:
        with pytest.raises(Stale) as refusal:
            await accept(session, guess, **who(READER, now))
        assert refusal.value.how == "gone"


async def test_only_owners_invite_and_nobody_is_made_an_owner(
    database: Database, code: str, now: datetime
) -> None:
    async with database.write() as session:
        for by, role in ((EDITOR, Role.REVIEWER), (READER, Role.EDITOR), (OWNER, Role.OWNER)):
            with pytest.raises(NotPermitted):
                await invite(session, role, **who(by, now))


async def test_the_code_fits_a_link_and_is_not_in_the_database(
    database: Database, code: str, now: datetime
) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", code)
    async with database.read() as session:
        rows = (await session.execute(select(Invitation.__table__))).all()
        log = (await session.execute(text("SELECT * FROM audit"))).all()
    assert code not in repr([rows, log])
    assert rows[0][5] == now + timedelta(hours=24)
