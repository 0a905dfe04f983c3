"""An item: what an alert is to say, as it is written and changed; each of its revisions is made of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digests.alerts.alert import Alert, AlertRevision, RevisionReason
from digests.alerts.wording import MOST, UNDER_PHOTO, arranged, tidied
from digests.vocabulary import Severity, Standing

ATTRIBUTION = 200
"""Characters for who says so."""


@dataclass(frozen=True, slots=True)
class Item:
    """What an alert is to say."""

    text: str
    """Plain; the first line is the headline."""
    language: str
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Where it happened, as the gazetteer names places."""
    severity: Severity = Severity.FLASH
    standing: Standing = Standing.DEVELOPING
    attribution: str | None = None
    source_url: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    """The same in other languages, by language."""
    attributions: Mapping[str, str] = field(default_factory=dict)
    """Who says so in other languages, by language."""
    photo: str | None = None
    """Telegram's id of the file."""
    photo_changed: bool = False
    """Copies may show another, or one where there is none any more."""
    release_at: datetime | None = None
    """When it is to go out; none: as soon as it is approved."""

    @property
    def texts(self) -> dict[str, str]:
        """Every text, by language, the main one first."""
        return {self.language: self.text, **self.others}

    def spoken_in(self, language: str) -> str:
        """The language in which somebody who reads this one gets the text."""
        return language if language in self.others else self.language

    def told_in(self, language: str) -> str:
        """The text that they get."""
        return self.others.get(language, self.text)

    def attributed_in(self, language: str) -> str | None:
        """Who says so, as they read it."""
        return self.attributions.get(language, self.attribution)


def item_of(revision: AlertRevision) -> Item:
    """A revision's words as an item that can be changed."""
    return Item(
        text=revision.texts[revision.main_language],
        language=revision.main_language,
        topics=tuple(revision.topics),
        places=tuple(revision.places),
        severity=revision.severity,
        standing=revision.standing,
        attribution=revision.attribution,
        source_url=revision.source_url,
        others={k: v for k, v in revision.texts.items() if k != revision.main_language},
        attributions=revision.attributions,
        photo=revision.photo,
        photo_changed=revision.photo_changed,
        release_at=revision.release_at,
    )


def attribution(said: str | None) -> str | None:
    """Who says so, in one tidy line; raises ``TooLong`` or ``Incomplete``."""
    return tidied(said, ATTRIBUTION).replace("\n", " ") if said else None


def revision_of(
    alert: Alert, item: Item, reason: RevisionReason, by: int, now: datetime
) -> AlertRevision:
    """What is to be said as the alert's next revision; raises ``TooLong`` or ``Incomplete``."""
    most = UNDER_PHOTO if item.photo else MOST
    others = {k: attribution(v) for k, v in item.attributions.items() if k != item.language}
    return AlertRevision(
        alert_id=alert.id,
        revision=alert.revision,
        reason=reason,
        texts={language: arranged(text, most) for language, text in item.texts.items()},
        main_language=item.language,
        topics=list(item.topics),
        places=list(item.places),
        severity=item.severity,
        standing=item.standing,
        attribution=attribution(item.attribution),
        attributions={language: said for language, said in others.items() if said},
        source_url=item.source_url,
        photo=item.photo,
        release_at=item.release_at,
        made_by=by,
        made_at=now,
    )
