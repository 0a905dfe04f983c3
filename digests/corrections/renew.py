"""An alert that was sent gets newer words (verb): proposed, and on approval brought to every copy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, RevisionReason
from digests.alerts.audit import record
from digests.alerts.decide import STILL_BREAKING
from digests.alerts.permission import Act
from digests.alerts.places import carried
from digests.alerts.propose import newest
from digests.alerts.release import Consent, ProposalState
from digests.alerts.staff import demand
from digests.alerts.update import AlertUpdate
from digests.alerts.wording import MOST, UNDER_PHOTO, arranged
from digests.audience.following import is_followed, prolong, told_otherwise
from digests.corrections.amend import still_wrong
from digests.corrections.correction import CorrectedSubject
from digests.corrections.counted import Counted, count
from digests.corrections.label import Label, for_the_log, labelled
from digests.corrections.proposed import agreed, put_forward, undecided
from digests.corrections.spread import (
    Copies,
    going_out,
    plan_edits,
    raised,
    stop_older,
    take_copies,
)
from digests.errors import Stale
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.plan import plan
from digests.vocabulary import Severity, Standing


async def propose(
    session: AsyncSession,
    alert_id: int,
    revision: int,
    text: str,
    *,
    language: str,
    by: int,
    owners: Collection[int],
    now: datetime,
    severity: Severity | None = None,
    standing: Standing | None = None,
    others: Mapping[str, str] | None = None,
    said_by: Mapping[str, str] | None = None,
    photo: str | None = None,
    places: Sequence[str] | None = None,
) -> AlertUpdate:
    """Writes it down for its editor to look at; severity, label, who says so (by language) and the photo
    stay where none is given; places are those of the newer words. With a new photo the words may be left
    out: then they stay too.

    Raises ``Stale`` where the alert is not what the editor saw or is withdrawn; ``Incomplete`` or
    ``TooLong`` for words that cannot go out.
    """
    await demand(session, by, Act.CORRECT, owners=owners)
    was = await _words_of(session, alert_id, revision)
    texts = {**(others or {}), language: text}
    if photo and not text:
        language, texts = was.main_language, was.texts
    most = UNDER_PHOTO if was.is_under_photo or photo else MOST
    told = {one: arranged(words, most) for one, words in texts.items()}
    label = labelled(was, language, standing, said_by, told[language])
    if places is None:
        places = carried(was.places, was.main_text, (told[language], language))
    made = AlertUpdate(
        alert_id=alert_id,
        was_revision=revision,
        text=told.pop(language),
        language=language,
        others=told,
        attribution=label.attribution,
        attributions=dict(label.attributions),
        places=list(places),
        photo=photo or was.photo,
        severity=severity or was.severity,
        standing=label.standing,
        made_by=by,
        made_at=now,
    )
    session.add(made)
    await session.flush()
    return made


async def ask(
    session: AsyncSession, update_id: int, *, by: int, owners: Collection[int], now: datetime
) -> AlertUpdate:
    """Asks others to approve that it sounds; only its author can."""
    return await put_forward(session, AlertUpdate, update_id, by=by, owners=owners, now=now)


async def approve(
    session: AsyncSession,
    update_id: int,
    *,
    sounds: bool,
    by: int,
    owners: Collection[int],
    now: datetime,
    two_person: bool,
    counted: Counted | None = None,
) -> AlertUpdate:
    """The alert says it from now on, in every copy. Aloud: a short reply below each copy; else only below
    those of its followers, without a sound. A severity
    that rises is always aloud, and goes to those whom the lower one did not reach as well.

    What sounds needs the second one's word where two must agree. Raises ``NotPermitted`` or ``Stale``.
    """
    await demand(session, by, Act.CORRECT, owners=owners)
    found = await undecided(session, AlertUpdate, update_id)
    was = await _words_of(session, found.alert_id, found.was_revision)
    rises = found.severity.rank > was.severity.rank
    found.sounds = sounds or rises
    given = _consent(found, by, two_person, now)
    alert = await session.get_one(Alert, found.alert_id)
    found.state, found.decided_by, found.decided_at = ProposalState.APPROVED, by, now
    found.now_revision = alert.revision = found.was_revision + 1
    session.add(_revision(found, was, now))
    await session.flush()
    counted = counted or await count(session, CorrectedSubject.ALERT, alert.id, now=now)
    await _spread(session, alert, found, counted, rises=rises, topics=was.topics, now=now)
    label = Label(found.standing, found.attribution, found.attributions)
    details = for_the_log(was, label, found.places)
    details |= {"alone": True} if given is Consent.ALONE else {}
    await record(
        session, "update", f"alert:{alert.id}", by=by, now=now,
        revision=alert.revision, sounds=found.sounds, **details,
    )  # fmt: skip
    return found


async def _words_of(session: AsyncSession, alert_id: int, revision: int) -> AlertRevision:
    """What the alert says, and that it is what the editor saw; the alert is locked."""
    alert = await still_wrong(session, CorrectedSubject.ALERT, alert_id)
    if alert.revision != revision:
        raise Stale("changed")
    assert isinstance(alert, Alert)  # noqa: S101 - the subject said so
    return await newest(session, alert)


def _consent(found: AlertUpdate, by: int, two_person: bool, now: datetime) -> Consent:
    if not found.sounds:
        return Consent.ONE
    return agreed(found, by=by, two_person=two_person, now=now)


def _revision(found: AlertUpdate, was: AlertRevision, now: datetime) -> AlertRevision:
    return AlertRevision(
        alert_id=found.alert_id,
        revision=found.now_revision,
        reason=RevisionReason.UPDATE,
        # A text that nobody wrote anew tells of earlier things: its readers get this one, labelled.
        texts={**found.others, found.language: found.text},
        main_language=found.language,
        topics=was.topics,
        places=found.places,
        severity=found.severity,
        standing=found.standing,
        attribution=found.attribution,
        attributions=found.attributions,
        source_url=was.source_url,
        photo=found.photo,
        photo_changed=was.photo_changed or found.photo != was.photo,
        made_by=found.made_by,
        made_at=now,
    )


async def _spread(
    session: AsyncSession,
    alert: Alert,
    found: AlertUpdate,
    counted: Counted,
    *,
    rises: bool,
    topics: list[str],
    now: datetime,
) -> None:
    wakings = await take_copies(session, alert.id)
    await stop_older(session, alert.id, wakings, now=now)
    told = await raised(session, alert, wakings)
    await prolong(session, alert.about, now=now)
    await told_otherwise(session, alert.about, now=now)
    has_followers = await is_followed(session, alert.about)
    for copies in told:
        await plan_edits(session, copies, counted, now=now)
        if found.sounds or has_followers:
            holders = counted.of(copies.content, copies.subject_id)
            audience = holders.unmuted if found.sounds else holders.following
            await _plan_replies(session, alert, copies, found, audience, now)
    if rises:
        await _reach_more(session, alert, found, topics, now)


async def _plan_replies(
    session: AsyncSession,
    alert: Alert,
    copies: Copies,
    found: AlertUpdate,
    audience: int,
    now: datetime,
) -> None:
    """Aloud for all who did not mute it; an edit that is quiet is told to its followers, silently."""
    await plan(
        session,
        content=Content.UPDATE,
        subject_id=found.id,
        revision=found.now_revision,
        kind=MessageKind.SEND,
        lane=Lane.URGENT if found.sounds else Lane.NOTICES,
        severity=found.severity,
        reach=Reach.RECEIVED if found.sounds else Reach.FOLLOWING,
        silent=not found.sounds,
        about=alert.about,
        received_content=copies.content,
        received_subject_id=copies.subject_id,
        audience=audience,
        expires_at=now + STILL_BREAKING,
        created_at=now,
        plan_key=f"update:{found.id}:{copies.content}:{copies.subject_id}",
    )


async def _reach_more(
    session: AsyncSession, alert: Alert, found: AlertUpdate, topics: list[str], now: datetime
) -> None:
    """Who is still to get it gets it as what it is now, and from one dispatch alone; so do those who
    sleep through the lower severity and not through this one."""
    await session.execute(
        update(Dispatch)
        .where(Dispatch.id.in_(await going_out(session, alert.id)))
        .values(
            severity=found.severity,
            passed_over=Dispatch.audience - Dispatch.expanded,
            is_expanded=True,
        )
        .execution_options(synchronize_session=False)
    )
    await plan(
        session,
        content=Content.ALERT,
        subject_id=alert.id,
        revision=alert.revision,
        kind=MessageKind.SEND,
        lane=Lane.URGENT,
        reach=Reach.MISSED,
        topics=list(topics),
        about=alert.about,
        severity=found.severity,
        expires_at=now + STILL_BREAKING,
        created_at=now,
        plan_key=f"alert:{alert.id}:risen:{alert.revision}",
    )
