"""An alert as a message: its newest words, and openly what was wrong in the ones before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.paginate import CAPTION, TEXT, shortened, weight
from bot.rendering.render import Message, Photo, Words
from digests.alerts.alert import Alert, AlertRevision, RevisionReason
from digests.alerts.propose import Item, item_of
from digests.alerts.update import AlertUpdate, updates_until
from digests.alerts.wording import body, headline
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.corrections.difference import dropped
from digests.corrections.history import history
from digests.vocabulary import Language

TEMPLATE = "messages/alert.html"

EARLIER = 8
"""Earlier headlines that an updated alert still shows."""


@dataclass(frozen=True, slots=True)
class Amended:
    """One error admitted in this alert: when, what was wrong, and what we say no more."""

    at: datetime
    note: str
    earlier: str


@dataclass(frozen=True, slots=True)
class Before:
    """What the alert said before its newest update: since when, and its headline."""

    at: datetime
    headline: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything the template shows of an alert."""

    item: Item
    said_at: datetime
    corrected: tuple[Amended, ...] = ()
    """Newest first."""
    withdrawn: Amended | None = None
    updated_at: datetime | None = None
    before: tuple[Before, ...] = ()
    """What updates took the place of, newest first; what was corrected since is not said again."""

    def headline(self, language: Language) -> str:
        """The first line, in this language where there is a text in it."""
        return headline(self.item.told_in(language))

    def body(self, language: Language) -> str:
        """The rest; may be empty."""
        return body(self.item.told_in(language))


async def alert_parts(
    session: AsyncSession,
    words: Words,
    subject_id: int,
    revision: int,
    language: Language,
    timezone: str,
) -> tuple[Message, ...]:
    """The alert at this revision; always one message."""
    return (render(words, await told(session, subject_id, revision), language, timezone),)


async def told(session: AsyncSession, alert_id: int, revision: int) -> Told:
    """What is to be shown of an alert at this revision."""
    alert = await session.get_one(Alert, alert_id)
    shown = await session.get_one(AlertRevision, (alert_id, revision))
    admitted = await history(session, CorrectedSubject.ALERT, alert_id, revision)
    changes = [(entry, await _change(session, entry)) for entry in admitted]
    withdrawn = changes[0][1] if shown.reason is RevisionReason.RETRACTION else None
    return Told(
        item=item_of(shown),
        said_at=alert.decided_at or shown.made_at,
        corrected=tuple(c for e, c in changes if e.kind is CorrectionKind.CORRECT),
        withdrawn=withdrawn,
        **await _thread(session, alert, revision, admitted),
    )


async def renewed(session: AsyncSession, update: AlertUpdate, now: datetime) -> Told:
    """The alert as it will be once this update is approved: for the editor's preview."""
    before = await told(session, update.alert_id, update.was_revision)
    item = replace(
        before.item,
        text=update.text,
        language=update.language,
        severity=update.severity,
        standing=update.standing,
        others={},
    )
    was = Before(before.updated_at or before.said_at, headline(before.item.text))
    return replace(before, item=item, updated_at=now, before=(was, *before.before)[:EARLIER])


async def _thread(
    session: AsyncSession, alert: Alert, revision: int, admitted: Sequence[Correction]
) -> dict[str, Any]:
    """When it was last updated, and what it said before; nothing from before a correction."""
    updates = await updates_until(session, alert.id, revision)
    if not updates:
        return {}
    wrong = max((correction.was_revision for correction in admitted), default=0)
    said = []
    for number, update in enumerate(updates):
        if update.was_revision > wrong:
            was = await session.get_one(AlertRevision, (alert.id, update.was_revision))
            began = updates[number - 1].decided_at if number else alert.decided_at
            said.append(Before(began or was.made_at, headline(was.texts[was.main_language])))
    return {"updated_at": updates[-1].decided_at, "before": tuple(reversed(said))[:EARLIER]}


async def proposed(session: AsyncSession, correction: Correction, now: datetime) -> Told:
    """The alert as it will be once this correction is approved: for the editor's preview."""
    before = await told(session, correction.subject_id, correction.was_revision)
    change = Amended(now, _note(correction), _earlier(_said(before, correction), correction))
    if correction.kind is CorrectionKind.RETRACT:
        return Told(before.item, before.said_at, before.corrected, withdrawn=change)
    item = Item(
        text=correction.texts[correction.main_language],
        language=correction.main_language,
        severity=before.item.severity,
        standing=before.item.standing,
        attribution=before.item.attribution,
        source_url=before.item.source_url,
        photo=before.item.photo,
    )
    return Told(item, before.said_at, (change, *before.corrected), updated_at=before.updated_at)


def render(words: Words, shown: Told, language: Language, timezone: str) -> Message:
    """The one way from an alert to a message: previews and deliveries take it alike."""
    newest = max(
        [shown.said_at, shown.updated_at or shown.said_at, *(c.at for c in _changes(shown))]
    )
    message = words.message(TEMPLATE, language, timezone=timezone, now=newest, told=shown)
    photo = Photo(file_id=shown.item.photo) if shown.item.photo else None
    most = CAPTION if photo else TEXT
    # The newest words stand first and always fit; what was said before them may not.
    fits = weight(message.text).fits_in(most)
    text = message.text if fits else shortened(message.text, most)
    return replace(message, text=text, photo=photo)


def _changes(shown: Told) -> Sequence[Amended]:
    return (*shown.corrected, shown.withdrawn) if shown.withdrawn else shown.corrected


async def _change(session: AsyncSession, correction: Correction) -> Amended:
    was = await session.get_one(AlertRevision, (correction.subject_id, correction.was_revision))
    at = correction.decided_at or correction.made_at
    earlier = was.texts.get(correction.main_language, was.texts[was.main_language])
    return Amended(at, _note(correction), _earlier(earlier, correction))


def _said(before: Told, correction: Correction) -> str:
    return before.item.told_in(correction.main_language)


def _note(correction: Correction) -> str:
    return correction.notes.get(correction.main_language, "")


def _earlier(was: str, correction: Correction) -> str:
    right = correction.texts.get(correction.main_language)
    return dropped(was, right) if right else ""
