"""An alert as a message: its newest words, and openly what was wrong in the ones before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.cover import cover
from bot.rendering.paginate import CAPTION, TEXT, shortened, weight
from bot.rendering.render import Message, Photo, Version, Words
from digests.alerts.alert import Alert, AlertRevision, RevisionReason
from digests.alerts.item import Item, item_of
from digests.alerts.update import AlertUpdate, updates_until
from digests.alerts.wording import body, headline
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.corrections.difference import dropped
from digests.corrections.history import history
from digests.corrections.label import Label, label_of, labelled
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
    spoken: str = ""
    """The language of the note where it is not the reader's."""
    photo: str = ""
    """Whether the photo was wrong: "dropped", or "replaced" by the right one."""
    label: Label | None = None
    """How sure we were and who said so, where that was wrong."""
    places: tuple[str, ...] = ()
    """Where it did not happen, although nothing else was wrong with the text."""
    lacked: tuple[str, ...] = ()
    """Where it happened too, of which we said nothing."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the alert said before its newest update: since when, and its headline."""

    at: datetime
    headline: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything the template shows of an alert to readers of one language."""

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


async def alert_parts(session: AsyncSession, words: Words, version: Version) -> tuple[Message, ...]:
    """The alert at this revision; always one message."""
    shown = await told(session, version.subject_id, version.revision, version.language)
    return (render(words, shown, version.language, version.timezone),)


async def told(session: AsyncSession, alert_id: int, revision: int, language: Language) -> Told:
    """What is to be shown of an alert at this revision to who reads this language."""
    alert = await session.get_one(Alert, alert_id)
    shown = await session.get_one(AlertRevision, (alert_id, revision))
    admitted = await history(session, CorrectedSubject.ALERT, alert_id, revision)
    changes = [(entry, await _change(session, entry, language)) for entry in admitted]
    withdrawn = changes[0][1] if shown.reason is RevisionReason.RETRACTION else None
    return Told(
        item=item_of(shown),
        said_at=alert.decided_at or shown.made_at,
        corrected=tuple(c for e, c in changes if e.kind is CorrectionKind.CORRECT),
        withdrawn=withdrawn,
        **await _thread(session, alert, revision, admitted, language),
    )


async def renewed(
    session: AsyncSession, update: AlertUpdate, language: Language, now: datetime
) -> Told:
    """The alert as it will be once this update is approved: for the editor's preview."""
    before = await told(session, update.alert_id, update.was_revision, language)
    item = replace(
        before.item,
        text=update.text,
        language=update.language,
        severity=update.severity,
        standing=update.standing,
        others=update.others,
        attribution=update.attribution,
        attributions=update.attributions,
        places=tuple(update.places),
        photo=update.photo,
        photo_changed=before.item.photo_changed or update.photo != before.item.photo,
    )
    was = Before(before.updated_at or before.said_at, before.headline(language))
    return replace(before, item=item, updated_at=now, before=(was, *before.before)[:EARLIER])


async def _thread(
    session: AsyncSession,
    alert: Alert,
    revision: int,
    admitted: Sequence[Correction],
    language: Language,
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
            said.append(Before(began or was.made_at, headline(item_of(was).told_in(language))))
    return {"updated_at": updates[-1].decided_at, "before": tuple(reversed(said))[:EARLIER]}


async def proposed(
    session: AsyncSession, correction: Correction, language: Language, now: datetime
) -> Told:
    """The alert as it will be once this correction is approved: for the editor's preview."""
    before = await told(session, correction.subject_id, correction.was_revision, language)
    was = await session.get_one(AlertRevision, (correction.subject_id, correction.was_revision))
    change = _amended(correction, was, language, now)
    if correction.kind is CorrectionKind.RETRACT:
        return Told(before.item, before.said_at, before.corrected, withdrawn=change)
    main = correction.main_language
    label = correction.label or labelled(was, main)
    photo = None if correction.drops_photo else correction.photo or was.photo
    item = replace(
        before.item,
        text=correction.texts[main],
        language=main,
        others={one: text for one, text in correction.texts.items() if one != main},
        standing=label.standing,
        attribution=label.attribution,
        attributions=label.attributions,
        places=tuple(correction.places),
        photo=photo,
        photo_changed=was.photo_changed or photo != was.photo,
    )
    return Told(item, before.said_at, (change, *before.corrected), updated_at=before.updated_at)


def spoken_to(item: Item, first: Language) -> list[Language]:
    """Whom a preview is for: the editor's own language first, and any whose readers get another text."""
    mine = item.spoken_in(first)
    return [first, *(one for one in Language if item.spoken_in(one) != mine)]


def render(words: Words, shown: Told, language: Language, timezone: str) -> Message:
    """The one way from an alert to a message: previews and deliveries take it alike."""
    newest = max(
        [shown.said_at, shown.updated_at or shown.said_at, *(c.at for c in _changes(shown))]
    )
    message = words.message(TEMPLATE, language, timezone=timezone, now=newest, told=shown)
    photo = _photo(words, shown)
    most = CAPTION if photo else TEXT
    # The newest words stand first and always fit; what was said before them may not.
    fits = weight(message.text).fits_in(most)
    text = message.text if fits else shortened(message.text, most)
    return replace(message, text=text, photo=photo)


def _photo(words: Words, shown: Told) -> Photo | None:
    """A photo that was taken back must not stay under the words that say so."""
    item = shown.item
    if shown.withdrawn and (item.photo or item.photo_changed):
        return cover(words, whole=True)
    if item.photo:
        return Photo(file_id=item.photo, changed=item.photo_changed)
    return cover(words, whole=False) if item.photo_changed else None


def _changes(shown: Told) -> Sequence[Amended]:
    return (*shown.corrected, shown.withdrawn) if shown.withdrawn else shown.corrected


async def _change(session: AsyncSession, correction: Correction, language: Language) -> Amended:
    was = await session.get_one(AlertRevision, (correction.subject_id, correction.was_revision))
    return _amended(correction, was, language, correction.decided_at or correction.made_at)


def _amended(
    correction: Correction, was: AlertRevision, language: Language, at: datetime
) -> Amended:
    note, right = correction.note_in(language), correction.right_in(language)
    spoken = language if language in correction.notes else correction.main_language
    photo = "dropped" if correction.drops_photo else "replaced" if correction.photo else ""
    earlier = dropped(item_of(was).told_in(language), right) if right else ""
    return Amended(
        at=at,
        note=note,
        earlier=earlier,
        spoken=spoken if note and spoken != language else "",
        photo=photo,
        label=label_before(correction, was, language),
        places=places_before(correction, was, earlier),
        lacked=places_lacking(correction, was, earlier),
    )


def label_before(correction: Correction, was: AlertRevision, language: Language) -> Label | None:
    """The label that readers of this language saw, where the correction gives it another."""
    before, now = label_of(was), correction.label
    return before if now and now.shown_in(language) != before.shown_in(language) else None


def places_before(correction: Correction, was: AlertRevision, earlier: str = "") -> tuple[str, ...]:
    """The places that were wrong; nothing where the text says so itself."""
    if correction.label is None or earlier:
        return ()
    return tuple(place for place in was.places if place not in correction.places)


def places_lacking(
    correction: Correction, was: AlertRevision, earlier: str = ""
) -> tuple[str, ...]:
    """The places that were not named; nothing where the text says so itself, or others were wrong."""
    if correction.label is None or earlier or places_before(correction, was):
        return ()
    return tuple(place for place in correction.places if place not in was.places)
