"""An amendment: what an editor found wrong, and what they say instead; a correction is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.vocabulary import Standing


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an editor found wrong, and what they say instead."""

    kind: CorrectionKind
    subject: CorrectedSubject
    subject_id: int
    revision: int
    """What they saw."""
    text: str = ""
    """What is right; a retraction has none."""
    note: str = ""
    """What was wrong; a retraction must say it."""
    language: str = "en"
    others: Mapping[str, str] = field(default_factory=dict)
    """The same in other languages: what is right, of a retraction what was wrong."""
    photo: str | None = None
    """The right photo, by Telegram's id."""
    drops_photo: bool = False
    """The photo was wrong. Where nothing else was, the text may be left out."""
    standing: Standing | None = None
    """How sure it is; none: as it was. The text may be left out here too."""
    said_by: Mapping[str, str] | None = None
    """Who says so, by language; none: as it was."""
    places: tuple[str, ...] | None = None
    """Where it happened; none: as it was, and as the text says now."""


def amendment_of(correction: Correction) -> Amendment:
    """What its editor said, so that they can say it otherwise."""
    main = correction.main_language
    said = correction.texts or correction.notes
    return Amendment(
        kind=correction.kind,
        subject=correction.subject,
        subject_id=correction.subject_id,
        revision=correction.was_revision,
        text=correction.texts.get(main, ""),
        note=correction.notes.get(main, ""),
        language=main,
        others={language: words for language, words in said.items() if language != main},
        photo=correction.photo,
        drops_photo=correction.drops_photo,
        standing=correction.standing,
        said_by=correction.said_by if correction.label else None,
        places=tuple(correction.places),
    )
