"""Small contents that need no templates."""

from __future__ import annotations

from bot.rendering.render import Message
from digests.outbox.dispatch import Content
from digests.vocabulary import Language


class PlainContents:
    """Renders "alert 7 r2", in as many parts as asked for."""

    def __init__(self) -> None:
        self.number = 1
        self.text = "{content} {subject_id} r{revision}"
        self.rendered = 0

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
            return (Message(text),)
        return tuple(Message(f"{text} p{part}") for part in range(self.number))
