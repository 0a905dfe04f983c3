"""A label: how sure an alert is and who says so, in each language; what stands below its headline (noun)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from digests.alerts.alert import AlertRevision
from digests.alerts.item import attribution as tidy
from digests.alerts.suggestion import named
from digests.vocabulary import Language, Standing


@dataclass(frozen=True, slots=True)
class Label:
    """Beside a text in its main language."""

    standing: Standing
    attribution: str | None
    """In the main language."""
    attributions: Mapping[str, str]
    """In others, by language."""

    def attributed_in(self, language: str) -> str | None:
        """Who says so, as they read it."""
        return self.attributions.get(language, self.attribution)

    def shown_in(self, language: str) -> tuple[Standing, str | None]:
        """All that they see of it."""
        return self.standing, self.attributed_in(language)

    def said_by(self, main: str) -> dict[str, str]:
        """Who says so, by language; ``main`` is the text's."""
        said = {main: self.attribution} if self.attribution else {}
        return {**self.attributions, **said}

    def differs(self, other: Label) -> bool:
        """Whether anybody sees another one."""
        return any(self.shown_in(one) != other.shown_in(one) for one in Language)


def label_of(words: AlertRevision) -> Label:
    """What stands in an alert."""
    return Label(words.standing, words.attribution, words.attributions)


def labelled(
    was: AlertRevision,
    language: str,
    standing: Standing | None = None,
    said_by: Mapping[str, str] | None = None,
    text: str = "",
) -> Label:
    """The label once ``language`` is the main one, and ``text`` what it says; what is not given stays, but
    for somebody whom only the old text named. Raises ``TooLong``."""
    if said_by is None:
        attribution, attributions = was.attributed(language)
        if attribution == named(was.texts.get(language, "")):
            attribution = named(text) or attribution
    else:
        attributions = {one: said for one, words in said_by.items() if (said := tidy(words))}
        attribution = attributions.pop(language, None)
    return Label(standing or was.standing, attribution, attributions)


def for_the_log(was: AlertRevision, now: Label, places: list[str]) -> dict[str, Any]:
    """What the audit log keeps of another label and of other places; nothing where both stay."""
    details: dict[str, Any] = {}
    if now.differs(label_of(was)):
        details["label"] = [was.standing, now.standing]
    if places != was.places:
        details["places"] = places
    return details
