"""Notices that delivery itself sends, in their own words."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.rendering.contents import Contents
from bot.rendering.render import Words
from digests.outbox.notice import announce
from digests.storage.database import Database
from digests.vocabulary import Language


@pytest.mark.parametrize(
    ("language", "words"), [(Language.ENGLISH, "forum topic"), (Language.UKRAINIAN, "Гілку форуму")]
)
async def test_a_closed_forum_topic_is_told_of_in_the_groups_language(
    database: Database, now: datetime, language: Language, words: str
) -> None:
    async with database.write() as session:
        dispatch = await announce(session, chat_id=-5, kind="topic_closed", values={}, now=now)
    contents = Contents(database, Words())
    [message] = await contents.parts(dispatch.content, dispatch.subject_id, 1, language, "UTC")
    assert words in message.text
    assert "/time" in message.text
