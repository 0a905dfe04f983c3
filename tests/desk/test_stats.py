"""The week in figures: what the tables hold, by the editor's days, as a picture and in words."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import insert, update

from bot.rendering.charts import SMALL, WIDTH
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.corrections.week import Week, week
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.receipt import Outcome, Receipt
from tests.alerts.builders import EDITOR, READER
from tests.desk.newsroom import Newsroom

KYIV = "Europe/Kyiv"


async def went(
    desk: Newsroom, content: Content, *waits: float, days_ago: float = 0, **more: Any
) -> None:
    """Copies that came so many seconds after their due time."""
    at = desk.clock.now - timedelta(days=days_ago)
    async with desk.database.write() as session:
        is_digest = content is Content.EDITION
        dispatch = Dispatch(
            content=content,
            subject_id=1,
            lane=Lane.DIGESTS if is_digest else Lane.URGENT,
            reach=Reach.STAMPED if is_digest else Reach.MATCHING,
            covers_until=at - timedelta(minutes=2) if is_digest else None,
            created_at=at - timedelta(minutes=2),
            plan_key=f"{content}:{days_ago}:{len(waits)}:{more}",
        )
        session.add(dispatch)
        await session.flush()
        row = {
            "dispatch_id": dispatch.id,
            "content": content,
            "subject_id": 1,
            "revision": 1,
            "kind": MessageKind.SEND,
            "part": 0,
            "outcome": Outcome.SENT,
            "attempts": 1,
            "ambiguous": False,
            "closes": True,
        } | more
        due = at - timedelta(minutes=2)
        await session.execute(
            insert(Receipt),
            [
                row | {"chat_id": 1000 + n, "sent_at": due + timedelta(seconds=wait)}
                for n, wait in enumerate(waits)
            ],
        )


async def found(desk: Newsroom) -> Week:
    async with desk.database.read() as session:
        return await week(session, KYIV, now=desk.clock.now)


async def test_each_day_counts_what_reached_readers_and_what_did_not(desk: Newsroom) -> None:
    await went(desk, Content.EDITION, 1, 2, 3)
    await went(desk, Content.ALERT, 1, 2, days_ago=1)
    await went(desk, Content.CORRECTION, 1, days_ago=6)
    await went(desk, Content.EDITION, 1, outcome=Outcome.FAILED)
    await went(desk, Content.ALERT, 1, days_ago=1, outcome=Outcome.UNKNOWN, ambiguous=True)
    await went(desk, Content.EDITION, 1, days_ago=8)
    # A further part and an edit are no further message to a reader.
    await went(desk, Content.EDITION, 1, part=1)
    await went(desk, Content.EDITION, 1, kind=MessageKind.EDIT)
    days = (await found(desk)).days
    assert [day.delivered for day in days] == [1, 0, 0, 0, 0, 2, 3]
    assert [day.failed for day in days] == [0, 0, 0, 0, 0, 0, 1]
    assert [day.uncertain for day in days] == [0, 0, 0, 0, 0, 1, 0]


async def test_a_day_is_the_editors_day(desk: Newsroom) -> None:
    """06:00 UTC is 08:00 in Kyiv: nine hours before lies in the day before."""
    await went(desk, Content.EDITION, 1, days_ago=9 / 24)
    assert [day.digests for day in (await found(desk)).days][-2:] == [1, 0]


async def test_waits_are_ranks_and_not_averages(desk: Newsroom) -> None:
    await went(desk, Content.EDITION, *range(1, 101))
    await went(desk, Content.ALERT, 0.5)
    waited = (await found(desk)).digests_waited
    assert waited is not None
    assert (waited.median, waited.most) == (50, 95)
    alerts = (await found(desk)).alerts_waited
    assert alerts is not None
    assert (alerts.median, alerts.most) == (0.5, 0.5)


async def test_readers_who_came_and_who_were_lost(desk: Newsroom) -> None:
    before = await found(desk)
    assert (before.readers, before.lost) == (3, 0)
    async with desk.database.write() as session:
        lost = update(Subscriber).where(Subscriber.id == 1)
        await session.execute(lost.values(state=SubscriberState.SUSPENDED))
    await went(desk, Content.EDITION, 1, outcome=Outcome.FAILED, subscriber_id=1)
    after = await found(desk)
    assert (after.readers, after.lost) == (2, 1)
    assert after.topics == (("strikes", 2),)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Today: 3 digests", "3 came", "half within")),
     ("uk", ("Сьогодні: 3 дайджести", "прийшло 3", "половина за"))],
)  # fmt: skip
async def test_the_desk_gets_a_picture_and_the_same_figures_in_words(
    desk: Newsroom, language: str, words: tuple[str, ...]
) -> None:
    await went(desk, Content.EDITION, 1, 2, 3)
    desk.sandbox.world.people[EDITOR].language = language
    await desk.say(EDITOR, "/stats")
    sent = desk.screen(EDITOR)[-1]
    for said in words:
        assert said in sent["caption"]
    kept = desk.sandbox.world.files[sent["photo"][-1]["file_id"]]
    assert kept.content_type == "image/png"
    assert Image.open(io.BytesIO(kept.data)).width == 1080


def test_the_smallest_words_are_read_without_zooming() -> None:
    """On a phone of 360 the picture is some 340 wide: there they are 12 high."""
    assert round(SMALL * 340 / WIDTH) >= 12


async def test_an_empty_week_has_a_picture_too(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/stats")
    assert "Today: 0 digests" in desk.screen(EDITOR)[-1]["caption"]


async def test_readers_are_not_told_the_figures(desk: Newsroom) -> None:
    await desk.say(READER, "/stats")
    assert "owners appointed" in desk.last(READER)
