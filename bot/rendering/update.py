"""The short reply below an alert that has newer words; put right itself when they were wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.render import Message, Version, Words
from digests.alerts.alert import AlertRevision
from digests.alerts.item import Item, item_of
from digests.alerts.update import AlertUpdate
from digests.alerts.wording import headline
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.corrections.history import history
from digests.vocabulary import Language

TEMPLATE = "messages/update.html"


@dataclass(frozen=True, slots=True)
class Renewed:
    """Everything the template shows of an update."""

    item: Item
    language: Language
    at: datetime
    corrected_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def headline(self) -> str:
        """The first line, as this language's readers get it."""
        return headline(self.item.told_in(self.language))


async def update_parts(
    session: AsyncSession, words: Words, version: Version
) -> tuple[Message, ...]:
    """The reply; always one message."""
    update = await session.get_one(AlertUpdate, version.subject_id)
    shown = await _renewed(session, update, version.revision, version.language)
    newest = shown.withdrawn_at or shown.corrected_at or shown.at
    return (
        words.message(
            TEMPLATE, version.language, timezone=version.timezone, now=newest, told=shown
        ),
    )


async def _renewed(
    session: AsyncSession, update: AlertUpdate, revision: int, language: Language
) -> Renewed:
    stands = await session.get_one(AlertRevision, (update.alert_id, update.now_revision))
    admitted = [
        correction
        for correction in await history(session, CorrectedSubject.ALERT, update.alert_id, revision)
        if (correction.now_revision or 0) > (update.now_revision or 0)
    ]
    at = admitted[0].decided_at if admitted else None
    is_withdrawn = bool(admitted) and admitted[0].kind is CorrectionKind.RETRACT
    return Renewed(
        item=item_of(stands),
        language=language,
        at=update.decided_at or update.made_at,
        corrected_at=None if is_withdrawn else at,
        withdrawn_at=at if is_withdrawn else None,
    )
