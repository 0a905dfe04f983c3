"""What a dispatch carries, as messages: rendered once for all who share it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.alert import alert_parts
from bot.rendering.correction import correction_parts
from bot.rendering.digest import digest_parts, map_parts
from bot.rendering.news import news_parts
from bot.rendering.render import Message, Version, Words
from bot.rendering.update import update_parts
from bot.rendering.waking import waking_parts
from digests.outbox.dispatch import Content
from digests.outbox.notice import Notice
from digests.storage.database import Database
from digests.vocabulary import Language

Key = tuple[Content, Version]
Parts = tuple[Message, ...]

KEPT = 2_000
"""Renderings held in memory: about 10 kB each."""


async def notice_parts(session: AsyncSession, words: Words, version: Version) -> Parts:
    """A notice: its kind names its template."""
    notice = await session.get_one(Notice, version.subject_id)
    return words.parts(
        f"messages/notices/{notice.kind}.html",
        version.language,
        timezone=version.timezone,
        now=notice.made_at,
        **with_moments(notice.values),
    )


def with_moments(values: Any) -> Any:
    """What was stored as JSON, with moments again where a name ends in ``_at``."""
    if isinstance(values, list):
        return [with_moments(value) for value in values]
    if not isinstance(values, dict):
        return values
    return {
        name: datetime.fromisoformat(value)
        if name.endswith("_at") and isinstance(value, str)
        else with_moments(value)
        for name, value in values.items()
    }


_RENDERERS = {
    Content.EDITION: digest_parts,
    Content.MAP: map_parts,
    Content.ALERT: alert_parts,
    Content.WAKING: waking_parts,
    Content.CORRECTION: correction_parts,
    Content.UPDATE: update_parts,
    Content.NEWS: news_parts,
    Content.NOTICE: notice_parts,
}


class Contents:
    """Renders a content at a revision once for each language and zone, whoever asks at the same time."""

    def __init__(self, database: Database, words: Words) -> None:
        self._database = database
        self._words = words
        self._kept: OrderedDict[Key, asyncio.Task[Parts]] = OrderedDict()

    async def parts(
        self,
        content: Content,
        subject_id: int,
        revision: int,
        language: Language,
        timezone: str,
    ) -> Parts:
        """The messages of one content, in order; at least one."""
        key = (content, Version(subject_id, revision, language, timezone))
        task = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.create_task(self._render(*key))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        try:
            # Shielded: one who asked may be cancelled while others still wait.
            return await asyncio.shield(task)
        except Exception:
            # A failure is not kept: the database may only have been away.
            if self._kept.get(key) is task:
                del self._kept[key]
            raise

    async def _render(self, content: Content, version: Version) -> Parts:
        async with self._database.read() as session:
            return await _RENDERERS[content](session, self._words, version)
