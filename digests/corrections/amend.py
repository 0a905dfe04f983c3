"""An error is admitted (verb): proposed with what is right, and on approval put right everywhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, AlertState, RevisionReason
from digests.alerts.audit import record
from digests.alerts.permission import Act
from digests.alerts.places import carried
from digests.alerts.propose import newest
from digests.alerts.release import Consent, ProposalState
from digests.alerts.staff import demand
from digests.alerts.wording import MOST, UNDER_PHOTO, arranged, tidied
from digests.corrections.amendment import Amendment
from digests.corrections.correction import (
    CorrectedSubject,
    Correction,
    CorrectionKind,
)
from digests.corrections.counted import Counted, count
from digests.corrections.label import for_the_log, labelled
from digests.corrections.proposed import agreed, put_forward, undecided
from digests.corrections.revise import revise_alert, revise_story
from digests.corrections.spread import spread_alert, spread_story
from digests.errors import Incomplete, Stale
from digests.stories.story import Story
from digests.vocabulary import Standing

NOTE = 500
"""Characters for what was wrong: it stands in every corrected message."""


async def propose(
    session: AsyncSession,
    amendment: Amendment,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Correction:
    """Writes the correction down, for the editor to look at; nothing goes out yet.

    Raises ``Stale`` where the alert or story is not what the editor saw, was never sent or is
    already withdrawn; ``Incomplete`` or ``TooLong`` for words that cannot go out.
    """
    await demand(session, by, Act.CORRECT, owners=owners)
    wrong = await _standing(session, amendment.subject, amendment.subject_id, amendment.revision)
    amendment, most = await _completed(session, wrong, amendment)
    correction = Correction(
        kind=amendment.kind,
        subject=amendment.subject,
        subject_id=amendment.subject_id,
        state=ProposalState.PROPOSED,
        was_revision=amendment.revision,
        texts=_texts(amendment, most),
        notes=_notes(amendment),
        main_language=amendment.language,
        photo=amendment.photo,
        drops_photo=amendment.drops_photo,
        made_by=by,
        made_at=now,
    )
    if isinstance(wrong, Alert) and amendment.kind is CorrectionKind.CORRECT:
        _label(correction, await newest(session, wrong), amendment)
    session.add(correction)
    await session.flush()
    return correction


async def ask(
    session: AsyncSession, correction_id: int, *, by: int, owners: Collection[int], now: datetime
) -> Correction:
    """Asks others to approve what stands in it; only its author can."""
    correction = await put_forward(
        session, Correction, correction_id, by=by, owners=owners, now=now
    )
    await _demand_change(session, correction)
    return correction


async def approve(
    session: AsyncSession,
    correction_id: int,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
    two_person: bool,
    counted: Counted | None = None,
) -> Correction:
    """The error is put right: a new revision, and work for the outbox to bring it everywhere. ``counted``:
    before this transaction, where copies may be many.

    Where two must agree a correction needs the second one's word, for it says something new; a
    retraction says nothing, and must not wait. Raises ``NotPermitted``, or ``Stale`` where this was
    decided before, or the alert or story changed meanwhile.
    """
    await demand(session, by, Act.CORRECT, owners=owners)
    correction = await undecided(session, Correction, correction_id)
    given = _consent(correction, by, two_person, now)
    wrong = await _standing(
        session, correction.subject, correction.subject_id, correction.was_revision
    )
    details = await _demand_change(session, correction)
    details |= {"alone": True} if given is Consent.ALONE else {}
    await put_right(
        session, correction, wrong, correction.kind, by=by, now=now, counted=counted, **details
    )
    return correction


async def put_right(
    session: AsyncSession,
    correction: Correction,
    wrong: Alert | Story,
    act: str,
    *,
    by: int,
    now: datetime,
    counted: Counted | None,
    **details: object,
) -> None:
    """Makes the new revision, and the outbox's work; whether it may be is for the caller to know."""
    correction.state = ProposalState.APPROVED
    correction.decided_by, correction.decided_at = by, now
    correction.now_revision = wrong.revision = correction.was_revision + 1
    if counted is None:
        counted = await count(session, correction.subject, correction.subject_id, now=now)
    if isinstance(wrong, Alert):
        await revise_alert(session, wrong, correction)
        await spread_alert(session, wrong, correction, counted, now=now)
    else:
        await revise_story(session, wrong, correction)
        await spread_story(session, wrong, correction, counted, now=now)
    await record(
        session,
        act,
        f"{correction.subject}:{correction.subject_id}",
        by=by,
        now=now,
        correction=correction.id,
        revision=correction.now_revision,
        **details,
    )


def _consent(correction: Correction, by: int, two_person: bool, now: datetime) -> Consent:
    if correction.kind is CorrectionKind.RETRACT:
        return Consent.ONE
    return agreed(correction, by=by, two_person=two_person, now=now)


async def _standing(
    session: AsyncSession, subject: CorrectedSubject, subject_id: int, revision: int
) -> Alert | Story:
    """What is to be corrected, locked, and as the editor saw it."""
    wrong = await still_wrong(session, subject, subject_id)
    if wrong.revision != revision:
        raise Stale("changed")
    return wrong


async def still_wrong(
    session: AsyncSession, subject: CorrectedSubject, subject_id: int
) -> Alert | Story:
    """What readers have or are getting, locked; ``Stale`` where it is not there or withdrawn."""
    wrong: Alert | Story | None
    if subject is CorrectedSubject.ALERT:
        wrong = await session.get(Alert, subject_id, with_for_update=True)
        gone = wrong is None or wrong.state is not AlertState.APPROVED
    else:
        wrong = await session.get(Story, subject_id, with_for_update=True)
        gone = wrong is None
    if wrong is None or gone:
        raise Stale("gone")
    if await _is_withdrawn(session, wrong):
        raise Stale("decided")
    return wrong


async def _is_withdrawn(session: AsyncSession, wrong: Alert | Story) -> bool:
    if isinstance(wrong, Story):
        return wrong.standing is Standing.RETRACTED
    revision = await session.get_one(AlertRevision, (wrong.id, wrong.revision))
    return revision.reason is RevisionReason.RETRACTION


async def _completed(
    session: AsyncSession, wrong: Alert | Story, amendment: Amendment
) -> tuple[Amendment, int]:
    """With the words that stand where only the photo or the label was wrong; and how long words may be:
    they take the place of what was wrong."""
    if isinstance(wrong, Story):
        return replace(amendment, photo=None, drops_photo=False), MOST
    was = await session.get_one(AlertRevision, (wrong.id, wrong.revision))
    most = UNDER_PHOTO if was.is_under_photo or amendment.photo else MOST
    if was.photo is None:
        amendment = replace(amendment, drops_photo=False)
    is_told = amendment.photo or amendment.drops_photo or amendment.standing
    if amendment.text or not is_told:
        return amendment, most
    others = {k: v for k, v in was.texts.items() if k != was.main_language}
    text = was.texts[was.main_language]
    return replace(amendment, text=text, language=was.main_language, others=others), most


def _label(correction: Correction, was: AlertRevision, amendment: Amendment) -> None:
    main = correction.main_language
    label = labelled(was, main, amendment.standing, amendment.said_by, correction.texts[main])
    correction.standing = label.standing
    correction.attribution, correction.attributions = label.attribution, dict(label.attributions)
    places = amendment.places
    if places is None:
        places = carried(was.places, was.main_text, (correction.texts[main], main))
    correction.places = list(places)


async def _demand_change(session: AsyncSession, correction: Correction) -> dict[str, Any]:
    """What the log keeps of it; ``Incomplete`` where readers would be told of nothing."""
    if correction.subject is not CorrectedSubject.ALERT or correction.label is None:
        return {}
    was = await session.get_one(AlertRevision, (correction.subject_id, correction.was_revision))
    if not tells_something(correction, was):
        raise Incomplete("change")
    return for_the_log(was, correction.label, correction.places)


def tells_something(correction: Correction, was: AlertRevision) -> bool:
    """Whether any reader would see anything else than before."""
    beside = correction.label and for_the_log(was, correction.label, correction.places)
    return bool(beside) or correction.changes_photo or correction.texts != was.texts


def _texts(amendment: Amendment, most: int) -> dict[str, str]:
    if amendment.kind is CorrectionKind.RETRACT:
        return {}
    texts = {**amendment.others, amendment.language: amendment.text}
    return {language: arranged(text, most) for language, text in texts.items()}


def _notes(amendment: Amendment) -> dict[str, str]:
    is_retraction = amendment.kind is CorrectionKind.RETRACT
    if is_retraction and not amendment.note:
        raise Incomplete("note")
    notes = {amendment.language: amendment.note} if amendment.note else {}
    notes |= amendment.others if is_retraction else {}
    return {language: tidied(note, NOTE).replace("\n", " ") for language, note in notes.items()}
