"""Nothing at the desk grows for ever, and nothing goes that somebody may still need."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.dialogue import PATIENCE, Asked, Dialogue, ask
from digests.alerts.editor import Role
from digests.alerts.invitation import Invitation
from digests.alerts.invite import OPEN_FOR, invite
from digests.alerts.retention import tidy_desk
from digests.alerts.waking import Waking, WakingAlert
from digests.outbox.dispatch import Content, Dispatch, DispatchState, Lane, MessageKind, Reach
from digests.outbox.plan import plan
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database
from tests.alerts.builders import OWNER, draft, newsroom

DAY = timedelta(days=1)


async def tidied(database: Database, now: datetime) -> int:
    async with database.write() as session:
        return await tidy_desk(session, now=now)


async def test_a_question_goes_long_after_its_answer_would_still_be_taken(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await ask(session, Asked.TEXT, 1, now=now, words="what an editor wrote")
    assert await tidied(database, now + PATIENCE) == 0
    assert await tidied(database, now + 2 * DAY) == 1
    async with database.read() as session:
        assert await session.scalar(select(func.count(Dialogue.id))) == 0


async def test_an_invitation_goes_a_week_after_it_lapsed(database: Database, now: datetime) -> None:
    """Whether it was used or not."""
    async with database.write() as session:
        for used_at in (None, now):
            made, _ = await invite(session, Role.EDITOR, by=OWNER, owners=(OWNER,), now=now)
            made.used_at = used_at
    assert await tidied(database, now + OPEN_FOR + 6 * DAY) == 0
    assert await tidied(database, now + OPEN_FOR + 8 * DAY) == 2
    async with database.read() as session:
        assert await session.scalar(select(func.count(Invitation.id))) == 0


async def waking(session: AsyncSession, alert_id: int, key: str, now: datetime) -> Dispatch:
    """A waking that tells one alert, and its dispatch, over."""
    made = Waking(key=key, made_at=now)
    session.add(made)
    await session.flush()
    session.add(WakingAlert(waking_id=made.id, alert_id=alert_id, alert_revision=1))
    dispatch = await plan(
        session,
        content=Content.WAKING,
        subject_id=made.id,
        lane=Lane.NOTICES,
        reach=Reach.WOKEN,
        created_at=now,
        plan_key=f"waking:{key}",
    )
    dispatch.state = DispatchState.DONE
    return dispatch


async def test_a_waking_lives_as_long_as_a_copy_can_be_put_right(
    database: Database, now: datetime
) -> None:
    """Or is still on its way."""
    async with database.write() as session:
        await newsroom(session, now)
        alert = await draft(session, now)
        arrived, waits, _ = [await waking(session, alert.id, key, now) for key in "abc"]
        waits.state = DispatchState.PAUSED
        session.add(
            Receipt(
                dispatch_id=arrived.id,
                content=Content.WAKING,
                subject_id=arrived.subject_id,
                revision=1,
                chat_id=1,
                kind=MessageKind.SEND,
                outcome=Outcome.SENT,
                sent_at=now,
            )
        )
    assert await tidied(database, now + 29 * DAY) == 0
    assert await tidied(database, now + 31 * DAY) == 1
    async with database.read() as session:
        assert list(await session.scalars(select(Waking.key).order_by(Waking.key))) == ["a", "b"]
        assert len((await session.scalars(select(WakingAlert.waking_id))).all()) == 2
