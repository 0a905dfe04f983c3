"""An alert is written (verb): drafted, changed, proposed to others, taken back, or discarded.

Every change is a new revision and every button carries one, so that nobody sends what they did not see.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.audit import record
from digests.alerts.card import want_cards
from digests.alerts.item import Item, item_of, revision_of
from digests.alerts.permission import Act
from digests.alerts.places import carried
from digests.alerts.release import still_ahead
from digests.alerts.staff import approvers, demand
from digests.alerts.wording import tidied
from digests.errors import Incomplete, NotPermitted, Stale

REFUSAL = 300
"""Characters for why something was not approved."""

UNSENT = (AlertState.DRAFT, AlertState.PROPOSED, AlertState.SCHEDULED)
"""While it stands so, it can still be changed."""


async def draft(
    session: AsyncSession, item: Item, *, by: int, owners: Collection[int], now: datetime
) -> Alert:
    """A new draft; raises ``Incomplete`` or ``TooLong`` for a text that cannot go out."""
    await demand(session, by, Act.PROPOSE, owners=owners)
    alert = Alert(state=AlertState.DRAFT, revision=1, created_at=now)
    session.add(alert)
    await session.flush()
    session.add(revision_of(alert, item, RevisionReason.FIRST, by, now))
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
    """The alert with these fields of its ``Item`` changed, as its next revision: a draft, whatever it
    was before. Its places follow a text that changed. What says already what it is to say stays as it is."""
    await demand(session, by, Act.PROPOSE, owners=owners)
    alert = await seen(session, alert_id, revision)
    was = await newest(session, alert)
    item = replace(item_of(was), **changes)  # type: ignore[arg-type]
    if changes and item == item_of(was):
        return alert
    if alert.state is not AlertState.DRAFT:
        await record(session, "change", f"alert:{alert.id}", by=by, now=now)
    reopened(alert)
    alert.revision += 1
    made = revision_of(alert, item, RevisionReason.UPDATE, by, now)
    if "places" not in changes:
        made.places = list(carried(was.places, was.main_text, made.main_text))
    session.add(made)
    await session.flush()
    if made.places != was.places:
        await record(session, "places", f"alert:{alert.id}", by=by, now=now, places=made.places)
    return alert


async def assign(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    story_id: int | None,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Alert:
    """The alert belongs to this story, or to none: who mutes or follows the story gets it so. Its next
    revision, for it reaches others then."""
    alert = await change(session, alert_id, revision, by=by, owners=owners, now=now)
    alert.story_id, alert.story_chosen = story_id, True
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
    alert = await seen(session, alert_id, revision, (AlertState.DRAFT, AlertState.PROPOSED))
    alert.state, alert.decided_by, alert.decided_at = AlertState.REJECTED, by, now
    await record(session, "discard", f"alert:{alert.id}", by=by, now=now)
    return alert


async def propose(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Alert:
    """Asks all others who may approve: a card is wanted for each. Only who wrote it last can ask, so
    that two people have always agreed to the same words."""
    await demand(session, by, Act.PROPOSE, owners=owners)
    alert = await seen(session, alert_id, revision, (AlertState.DRAFT,))
    words = await newest(session, alert)
    if words.made_by != by:
        raise NotPermitted("writer")
    if not words.topics:
        raise Incomplete("topics")
    still_ahead(words.release_at, now)
    alert.state, alert.proposed_by, alert.proposed_at = AlertState.PROPOSED, by, now
    alert.refused_by = alert.refusal = None
    asked = [one for one in await approvers(session, owners) if one != by]
    await want_cards(session, alert.id, asked, words.main_language)
    await record(session, "propose", f"alert:{alert.id}", by=by, now=now, asked=len(asked))
    return alert


async def reject(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    *,
    why: str,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Alert:
    """Says no to what somebody proposed, and why: it is their draft again."""
    await demand(session, by, Act.APPROVE, owners=owners)
    alert = await seen(session, alert_id, revision, (AlertState.PROPOSED,))
    why = tidied(why, REFUSAL).replace("\n", " ")
    reopened(alert)
    alert.refused_by, alert.refusal = by, why
    await record(session, "reject", f"alert:{alert.id}", by=by, now=now, revision=revision)
    return alert


async def reopen(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Alert:
    """What was proposed, or approved for a later time, is a draft again."""
    await demand(session, by, Act.PROPOSE, owners=owners)
    waiting = (AlertState.PROPOSED, AlertState.SCHEDULED)
    alert = await seen(session, alert_id, revision, waiting)
    await record(session, "reopen", f"alert:{alert.id}", by=by, now=now, revision=revision)
    reopened(alert)
    return alert


def reopened(alert: Alert) -> None:
    """It is a draft, and nobody's word for it counts any more."""
    alert.state = AlertState.DRAFT
    alert.proposed_by = alert.proposed_at = alert.decided_by = alert.decided_at = None


async def seen(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    among: Collection[AlertState] = UNSENT,
) -> Alert:
    """The unsent alert, locked; ``Stale`` where it is not what the person saw."""
    alert = await session.get(Alert, alert_id, with_for_update=True)
    if alert is None:
        raise Stale("gone")
    if alert.state not in among:
        raise Stale("decided")
    if alert.revision != revision:
        raise Stale("changed")
    return alert


async def newest(session: AsyncSession, alert: Alert) -> AlertRevision:
    """What the alert says now."""
    return await session.get_one(AlertRevision, (alert.id, alert.revision))
