"""A story that went into another takes along what readers and editors said of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from digests.alerts.alert import Alert
from digests.alerts.united import carry_over
from digests.audience.following import Following, Wish, story_about, toggle
from digests.storage.database import Database
from tests.alerts.builders import draft, newsroom
from tests.editions.builders import add_reader, add_story, revise

FOLLOW, MUTE = Wish.FOLLOW, Wish.MUTE


@pytest.mark.parametrize(
    ("of_the_gone", "of_the_other", "in_the_end"),
    [
        pytest.param(FOLLOW, None, FOLLOW, id="who followed it follows the other"),
        pytest.param(MUTE, None, MUTE, id="who muted it hears nothing of the other"),
        pytest.param(FOLLOW, MUTE, MUTE, id="a wish about the other stands"),
        pytest.param(MUTE, FOLLOW, FOLLOW, id="whichever it is"),
    ],
)
async def test_wishes_are_carried_over(
    database: Database,
    now: datetime,
    of_the_gone: Wish,
    of_the_other: Wish | None,
    in_the_end: Wish,
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, now)
        gone, stays = await add_story(session, now), await add_story(session, now)
        await revise(session, stays, now, title="Power is back in the whole port")
        for story, wish in ((gone, of_the_gone), (stays, of_the_other)):
            if wish is not None:
                about = story_about(story.id)
                await toggle(session, reader.id, about, wish, now=now, knows=1)
        await carry_over(session, [(gone.id, stays.id)])
    async with database.read() as session:
        [wish] = await session.scalars(select(Following))
    assert (wish.about, wish.wish) == (story_about(stays.id), in_the_end)


async def test_followers_are_not_told_again_what_stood_in_the_other(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, now)
        gone, stays = await add_story(session, now), await add_story(session, now)
        await revise(session, stays, now, title="Power is back in the whole port")
        await toggle(session, reader.id, story_about(gone.id), FOLLOW, now=now, knows=1)
        await carry_over(session, [(gone.id, stays.id)])
    async with database.read() as session:
        [wish] = await session.scalars(select(Following))
    assert wish.told_revision == stays.revision == 2


async def test_its_alerts_belong_to_the_other(database: Database, now: datetime) -> None:
    async with database.write() as session:
        gone, stays = await add_story(session, now), await add_story(session, now)
        await newsroom(session, now)
        alert = await draft(session, now)
        alert.story_id = gone.id
        await session.flush()
        await carry_over(session, [(gone.id, stays.id)])
    async with database.read() as session:
        assert (await session.get_one(Alert, alert.id)).story_id == stays.id
