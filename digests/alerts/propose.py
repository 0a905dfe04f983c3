"""An alert is written (verb): drafted, changed while it is a draft, or discarded.

Every change is a new revision and every button carries one, so that nobody sends what they did not see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.alerts.staff import demand
from digests.alerts.wording import MOST, UNDER_PHOTO, arranged, tidied
from digests.errors import Stale
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
    severity: Severity = Severity.FLASH
    standing: Standing = Standing.DEVELOPING
    attribution: str | None = None
    source_url: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    """The same in other languages, by language."""
    photo: str | None = None
    """Telegram's id of the file."""
    release_at: datetime | None = None
    """When it is to go out; none: as soon as it is approved."""

    def spoken_in(self, language: str) -> str:
        """The language in which somebody who reads this one gets the text."""
        return language if language in self.others else self.language

    def told_in(self, language: str) -> str:
        """The text that they get."""
        return self.others.get(language, self.text)


async def draft(
    session: AsyncSession, item: Item, *, by: int, owners: Collection[int], now: datetime
) -> Alert:
    """A new draft; raises ``Incomplete`` or ``TooLong`` for a text that cannot go out."""
    await demand(session, by, Act.PROPOSE, owners=owners)
    alert = Alert(state=AlertState.DRAFT, revision=1, author_id=by, created_at=now)
    session.add(alert)
    await session.flush()
    session.add(_revision(alert, item, RevisionReason.FIRST, by, now))
    await record(session, "draft", f"alert:{alert.id}", by=by, now=now)
    return alert


async def change(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
    **changes: object,
) -> Alert:
    """The draft with these fields of its ``Item`` changed, as its next revision."""
    await demand(session, by, Act.PROPOSE, owners=owners)
    alert = await seen(session, alert_id, revision)
    item = replace(item_of(await newest(session, alert)), **changes)  # type: ignore[arg-type]
    alert.revision += 1
    session.add(_revision(alert, item, RevisionReason.UPDATE, by, now))
    await session.flush()
    return alert


async def discard(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Alert:
    """The draft is put away; it can never go out."""
    await demand(session, by, Act.PROPOSE, owners=owners)
    alert = await seen(session, alert_id, revision)
    alert.state, alert.decided_by, alert.decided_at = AlertState.REJECTED, by, now
    await record(session, "discard", f"alert:{alert.id}", by=by, now=now)
    return alert


async def seen(session: AsyncSession, alert_id: int, revision: int) -> Alert:
    """The undecided alert, locked; ``Stale`` where it is not what the person saw."""
    alert = await session.get(Alert, alert_id, with_for_update=True)
    if alert is None:
        raise Stale("gone")
    if alert.state not in (AlertState.DRAFT, AlertState.PROPOSED):
        raise Stale("decided")
    if alert.revision != revision:
        raise Stale("changed")
    return alert


async def newest(session: AsyncSession, alert: Alert) -> AlertRevision:
    """What the alert says now."""
    return await session.get_one(AlertRevision, (alert.id, alert.revision))


def item_of(revision: AlertRevision) -> Item:
    """A revision's words as an item that can be changed."""
    return Item(
        text=revision.texts[revision.main_language],
        language=revision.main_language,
        topics=tuple(revision.topics),
        severity=revision.severity,
        standing=revision.standing,
        attribution=revision.attribution,
        source_url=revision.source_url,
        others={k: v for k, v in revision.texts.items() if k != revision.main_language},
        photo=revision.photo,
        release_at=revision.release_at,
    )


def _revision(
    alert: Alert, item: Item, reason: RevisionReason, by: int, now: datetime
) -> AlertRevision:
    most = UNDER_PHOTO if item.photo else MOST
    texts = {**item.others, item.language: item.text}
    said_by = tidied(item.attribution, ATTRIBUTION) if item.attribution else None
    return AlertRevision(
        alert_id=alert.id,
        revision=alert.revision,
        reason=reason,
        texts={language: arranged(text, most) for language, text in texts.items()},
        main_language=item.language,
        topics=list(item.topics),
        severity=item.severity,
        standing=item.standing,
        attribution=said_by.replace("\n", " ") if said_by else None,
        source_url=item.source_url,
        photo=item.photo,
        release_at=item.release_at,
        made_by=by,
        made_at=now,
    )
