"""Where we lost the right to write, one person who can change it hears of it, once."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.rendering.contents import Contents
from bot.rendering.render import Words
from digests.audience.presence import restore, suspend
from digests.outbox.dispatch import Dispatch
from digests.outbox.notice import announce
from digests.outbox.silenced import tell_of_lost_rights
from digests.storage.database import Database
from digests.vocabulary import Language
from tests.outbox.builders import readers

GROUP, ADMIN, OWNERS = -1001234, 5, (8, 9)


async def told(database: Database, now: datetime) -> list[int | None]:
    """Whom this round plans a notice for."""
    async with database.write() as session:
        before = len((await session.scalars(select(Dispatch.id))).all())
        await tell_of_lost_rights(session, owners=OWNERS, now=now)
        found = await session.scalars(select(Dispatch.chat_id).order_by(Dispatch.id))
        return list(found.all())[before:]


async def set_up(
    database: Database, now: datetime, *, by: int | None, reason: str = "no rights"
) -> None:
    """A group that was set up by somebody, and lost."""
    async with database.write() as session:
        group, _admin = await readers(session, [GROUP, ADMIN], now=now)
        group.set_up_by = by
        await session.flush()
        await suspend(session, GROUP, reason)


@pytest.mark.parametrize(
    ("by", "reason", "people"),
    [
        pytest.param(ADMIN, "no rights", [ADMIN], id="whoever set it up"),
        pytest.param(None, "no rights", [*OWNERS], id="nobody known: the owners"),
        pytest.param(77, "no rights", [*OWNERS], id="somebody who never spoke with us: the owners"),
        pytest.param(ADMIN, "kicked", [], id="thrown out: they know"),
    ],
)
async def test_who_is_told(
    database: Database, now: datetime, by: int | None, reason: str, people: list[int]
) -> None:
    await set_up(database, now, by=by, reason=reason)
    assert await told(database, now) == people
    assert await told(database, now) == []


async def test_once_for_each_time_that_it_was_lost(database: Database, now: datetime) -> None:
    await set_up(database, now, by=ADMIN)
    assert await told(database, now) == [ADMIN]
    async with database.write() as session:
        await suspend(session, GROUP, "no rights")
    assert await told(database, now) == []
    async with database.write() as session:
        await restore(session, GROUP, now=now)
        await suspend(session, GROUP, "no rights")
    assert await told(database, now) == [ADMIN]


@pytest.mark.parametrize(
    ("language", "words"),
    [(Language.ENGLISH, "write in a group"), (Language.UKRAINIAN, "писати в групі")],
)
async def test_it_names_the_chat_by_a_link(
    database: Database, now: datetime, language: Language, words: str
) -> None:
    values = {"chat_id": GROUP, "kind": "group"}
    async with database.write() as session:
        made = await announce(session, chat_id=ADMIN, kind="no_rights", values=values, now=now)
    contents = Contents(database, Words())
    [message] = await contents.parts(made.content, made.subject_id, 1, language, "UTC")
    assert words in message.text
    assert 'href="https://t.me/c/1234/1"' in message.text
