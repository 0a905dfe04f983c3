"""Small contents that need no templates."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.render import Message, Photo
from digests.outbox.clock import Reading
from digests.outbox.dispatch import Content
from digests.vocabulary import Language


class PlainContents:
    """Renders "alert 7 r2", in as many parts as asked for."""

    def __init__(self) -> None:
        self.number = 1
        self.text = "{content} {subject_id} r{revision}"
        self.rendered = 0
        self.photo: Photo | None = None

    async def parts(
        self,
        content: Content,
        subject_id: int,
        revision: int,
        language: Language,
        timezone: str,
    ) -> tuple[Message, ...]:
        """As many parts as ``number``."""
        self.rendered += 1
        text = self.text.format(content=content, subject_id=subject_id, revision=revision)
        if self.number == 1:
            return (Message(text, photo=self.photo),)
        return tuple(Message(f"{text} p{part}") for part in range(self.number))


class JumpingClock:
    """A shared clock that jumps to whatever is waited for, so that no test sleeps."""

    def __init__(self, now: datetime) -> None:
        self._start, self._passed = now, 0.0
        self.width = 0.0

    @property
    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def set_by(self, step: timedelta) -> None:
        """Somebody sets the clock; the monotonic one does not mind."""
        self._start += step

    async def read(self, session: AsyncSession) -> Reading:
        return Reading(self.now, self._passed, self.width)

    def monotonic(self) -> float:
        return self._passed

    async def sleep_until(self, monotonic: float) -> None:
        self._passed = max(self._passed, monotonic)
        await asyncio.sleep(0)
