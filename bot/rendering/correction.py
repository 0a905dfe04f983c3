"""A correction as a message of its own: the reply that tells those who received the error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.alert import label_before, places_before, places_lacking
from bot.rendering.render import Message, Version, Words
from digests.alerts.alert import AlertRevision
from digests.alerts.item import item_of
from digests.alerts.wording import headline
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.corrections.difference import dropped
from digests.corrections.label import Label
from digests.stories.story import StoryRevision
from digests.vocabulary import Language

TEMPLATE = "messages/correction.html"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Everything the template shows of a correction."""

    subject: CorrectedSubject
    withdrawn: bool
    was: str
    """The headline readers know it by."""
    right: str
    """What we say instead."""
    earlier: str
    note: str
    at: datetime
    spoken: str = ""
    """The language of what we say where it is not the reader's."""
    photo: str = ""
    """Whether the photo was wrong: "dropped", or "replaced" by the right one."""
    label_was: Label | None = None
    """How sure we were and who said so, where that was wrong."""
    label: Label | None = None
    """What stands instead."""
    places_were: tuple[str, ...] = ()
    """Where it did not happen, although nothing else was wrong with the text."""
    places: tuple[str, ...] = ()
    """Where it happened."""
    places_lacked: tuple[str, ...] = ()
    """Where it happened too, of which we said nothing."""


async def correction_parts(
    session: AsyncSession, words: Words, version: Version
) -> tuple[Message, ...]:
    """The correction; always one message."""
    correction = await session.get_one(Correction, version.subject_id)
    shown = await admitted(session, correction, version.language)
    return (render(words, shown, version.language, version.timezone),)


async def admitted(
    session: AsyncSession, correction: Correction, language: Language, now: datetime | None = None
) -> Admitted:
    """What is to be shown of a correction; ``now`` is its date while it is only proposed."""
    was = await _was(session, correction, language)
    earlier = dropped(was, correction.right_in(language)) if correction.texts else ""
    right, spoken = correction.right_in(language), correction.spoken_in(language)
    return Admitted(
        subject=correction.subject,
        withdrawn=correction.kind is CorrectionKind.RETRACT,
        was=headline(was),
        right=dropped(right, was) or headline(right),
        earlier=earlier,
        note=correction.note_in(language),
        at=correction.decided_at or now or correction.made_at,
        spoken=spoken if spoken != language and (right or correction.notes) else "",
        photo="dropped" if correction.drops_photo else "replaced" if correction.photo else "",
        **await _label(session, correction, language, earlier),
    )


def render(words: Words, shown: Admitted, language: Language, timezone: str) -> Message:
    """The one way from a correction to a message: previews and deliveries take it alike."""
    return words.message(TEMPLATE, language, timezone=timezone, now=shown.at, told=shown)


async def _label(
    session: AsyncSession, correction: Correction, language: Language, earlier: str
) -> dict[str, Any]:
    """What was wrong beside the text."""
    if correction.label is None:
        return {}
    was = await session.get_one(AlertRevision, (correction.subject_id, correction.was_revision))
    return {
        "label_was": label_before(correction, was, language),
        "label": correction.label,
        "places_were": places_before(correction, was, earlier),
        "places": tuple(correction.places),
        "places_lacked": places_lacking(correction, was, earlier),
    }


async def _was(session: AsyncSession, correction: Correction, language: Language) -> str:
    key = (correction.subject_id, correction.was_revision)
    if correction.subject is CorrectedSubject.STORY:
        story = await session.get_one(StoryRevision, key)
        _, words = story.told_in(language)
        return f"{words['title']}\n{words['lead']}"
    revision = await session.get_one(AlertRevision, key)
    return item_of(revision).told_in(language)
