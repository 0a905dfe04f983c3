"""Where two must agree: a correction says something new and waits for the second, a retraction does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digests.alerts.audit import entries
from digests.alerts.release import ALONE_AFTER, ProposalState
from digests.corrections import amend
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.errors import NotPermitted, RequestError, Stale
from digests.storage.database import Database
from tests.alerts.builders import EDITOR, OWNER, deciding, newsroom, who
from tests.corrections.builders import proposed, sent_alert

CORRECT, RETRACT = CorrectionKind.CORRECT, CorrectionKind.RETRACT
NOTHING = timedelta(0)


@pytest.mark.parametrize(
    ("kind", "is_asked", "by", "after", "outcome"),
    [
        (RETRACT, False, EDITOR, NOTHING, "approved"),
        (CORRECT, False, EDITOR, NOTHING, "second"),
        (CORRECT, False, OWNER, NOTHING, "second"),
        (CORRECT, True, EDITOR, NOTHING, "own"),
        (CORRECT, True, OWNER, NOTHING, "approved"),
        (CORRECT, True, EDITOR, ALONE_AFTER, "approved"),
    ],
)
async def test_whose_word_is_enough(
    database: Database,
    now: datetime,
    kind: CorrectionKind,
    is_asked: bool,
    by: int,
    after: timedelta,
    outcome: str,
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        alert = await sent_alert(session, now)
        made = await proposed(session, kind, CorrectedSubject.ALERT, alert.id, now=now)
        if is_asked:
            await amend.ask(session, made.id, **who(EDITOR, now))
        try:
            await amend.approve(session, made.id, **deciding(by, now + after, two_person=True))
            found = "approved"
        except RequestError as refusal:
            found = str(refusal)
        assert found == outcome
        assert (made.state is ProposalState.APPROVED) is (outcome == "approved")
        if after:
            assert (await entries(session, limit=1))[0].details["alone"] is True


async def test_only_its_author_asks_and_once(database: Database, now: datetime) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        alert = await sent_alert(session, now)
        made = await proposed(session, CORRECT, CorrectedSubject.ALERT, alert.id, now=now)
        with pytest.raises(NotPermitted):
            await amend.ask(session, made.id, **who(OWNER, now))
        await amend.ask(session, made.id, **who(EDITOR, now))
        with pytest.raises(Stale):
            await amend.ask(session, made.id, **who(EDITOR, now))
