"""What the desk asked, and that an old button never answers a new question."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digests.alerts.dialogue import PATIENCE, Asked, answered, ask, drop, open_question
from digests.errors import Stale
from digests.storage.database import Database
from tests.alerts.builders import EDITOR, READER


async def test_a_question_survives_until_it_is_answered(database: Database, now: datetime) -> None:
    async with database.write() as session:
        asked = await ask(session, Asked.TEXT, EDITOR, now=now, alert=7)
    async with database.write() as session:
        found = await open_question(session, EDITOR, now=now)
        assert found is not None
        assert found.about == {"alert": 7}
        await answered(session, asked.id, user_id=EDITOR)
        assert await open_question(session, EDITOR, now=now) is None


async def test_nobody_answers_for_somebody_else(database: Database, now: datetime) -> None:
    async with database.write() as session:
        asked = await ask(session, Asked.STORY, EDITOR, now=now)
        with pytest.raises(Stale):
            await answered(session, asked.id, user_id=READER)


async def test_a_new_question_replaces_the_old_one_whose_buttons_are_dead(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        old = await ask(session, Asked.STORY, EDITOR, now=now)
    async with database.write() as session:
        new = await ask(session, Asked.KEEP, EDITOR, now=now)
        assert new.id != old.id
        with pytest.raises(Stale):
            await answered(session, old.id, user_id=EDITOR)
        await drop(session, EDITOR)
    async with database.write() as session:
        assert (await ask(session, Asked.KEEP, EDITOR, now=now)).id not in (old.id, new.id)


async def test_after_hours_words_are_no_answer_any_more(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await ask(session, Asked.TEXT, EDITOR, now=now)
        later = now + PATIENCE - timedelta(seconds=1)
        assert await open_question(session, EDITOR, now=later) is not None
        assert await open_question(session, EDITOR, now=now + PATIENCE) is None
