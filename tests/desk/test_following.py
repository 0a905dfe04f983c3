"""Follow and mute under an alert: who hears of what comes after, and where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from digests.alerts.alert import Alert
from digests.alerts.wake import wake
from digests.audience.following import Following, Wish, end_quiet, toggle
from digests.audience.forget import erase, export
from digests.audience.manner import Manner
from digests.audience.subscribe import find
from digests.audience.subscriber import Subscriber
from digests.outbox.dispatch import Dispatch
from digests.outbox.held import Held, HeldState
from tests.alerts.builders import EDITOR
from tests.corrections.builders import story
from tests.desk.newsroom import Newsroom, buttons
from tests.desk.test_correct import TEXT, sent
from tests.desk.test_update import NEWER
from tests.outbox.builders import readers

FOLLOWER, MUTER, OTHER = 11, 12, 13


async def updated(desk: Newsroom, how: str) -> None:
    await desk.tap(EDITOR, "Update the alert")
    await desk.say(EDITOR, NEWER)
    await desk.tap(EDITOR, how)
    await desk.deliver()


async def wishes(desk: Newsroom) -> dict[int, Wish]:
    async with desk.database.read() as session:
        rows = await session.execute(
            select(Subscriber.chat_id, Following.wish).join(
                Following, Following.subscriber_id == Subscriber.id
            )
        )
        return dict(list(rows.all()))


@pytest.fixture
async def two(desk: Newsroom) -> Newsroom:
    """An alert has arrived; one reader follows it, one has muted it."""
    await sent(desk)
    assert (await desk.tap(FOLLOWER, "Follow")).startswith("Followed:")
    assert (await desk.tap(MUTER, "Mute this story")).startswith("Muted:")
    return desk


async def test_a_quiet_update_is_a_silent_reply_for_followers_alone(two: Newsroom) -> None:
    await updated(two, "Edit quietly")
    copy, reply = two.screen(FOLLOWER)
    assert reply["text"].startswith("Update · ")
    assert reply["reply_to_message"]["message_id"] == copy["message_id"]
    assert two.sandbox.world.messages[FOLLOWER][reply["message_id"]].silent
    for reader in (MUTER, OTHER):
        (copy,) = two.screen(reader)
        assert "Two more hit" in copy["text"]


async def test_one_that_sounds_is_one_reply_for_all_but_the_muted(two: Newsroom) -> None:
    await updated(two, "Edit and sound")
    assert [len(two.screen(reader)) for reader in (FOLLOWER, MUTER, OTHER)] == [2, 1, 2]
    (copy,) = two.screen(MUTER)
    assert "Two more hit" in copy["text"]


async def test_a_restart_repeats_no_reply(two: Newsroom) -> None:
    await updated(two, "Edit quietly")
    await two.restart()
    await two.deliver()
    assert len(two.screen(FOLLOWER)) == 2


async def test_a_follower_s_reply_is_put_right_with_the_alert(two: Newsroom) -> None:
    await updated(two, "Edit quietly")
    await two.tap(EDITOR, "Withdraw")
    await two.say(EDITOR, "It was not so.")
    await two.tap(EDITOR, "Withdraw 3 copies")
    await two.deliver()
    copy, reply, note = two.screen(FOLLOWER)
    assert [m["text"].startswith("Withdrawn") for m in (copy, reply, note)] == [True] * 3
    assert "Follow" not in [b["text"] for b in buttons(copy)]
    # Who muted it hears all the same that it was wrong.
    assert len(two.screen(MUTER)) == 2


async def test_the_next_alert_of_a_muted_story_does_not_come(two: Newsroom) -> None:
    async with two.database.write() as session:
        told = await story(session, two.clock.now)
        await session.execute(update(Following).values(about=f"story:{told.id}"))
    await two.say(EDITOR, TEXT)
    async with two.database.write() as session:
        newest = select(func.max(Alert.id)).scalar_subquery()
        await session.execute(update(Alert).where(Alert.id == newest).values(story_id=told.id))
    await two.tap(EDITOR, "Send to 3")
    await two.deliver()
    assert [len(two.screen(reader)) for reader in (FOLLOWER, MUTER, OTHER)] == [2, 1, 2]
    async with two.database.read() as session:
        newest = select(Dispatch.audience, Dispatch.expanded).order_by(Dispatch.id.desc())
        assert (await session.execute(newest.limit(1))).one() == (2, 2)


async def test_the_same_tap_ends_it_and_the_other_takes_its_place(two: Newsroom) -> None:
    assert await wishes(two) == {FOLLOWER: Wish.FOLLOW, MUTER: Wish.MUTE}
    assert (await two.tap(MUTER, "Mute this story")).startswith("No longer muted")
    assert (await two.tap(FOLLOWER, "Mute this story")).startswith("Muted")
    assert await wishes(two) == {FOLLOWER: Wish.MUTE}
    assert (await two.tap(FOLLOWER, "Follow")).startswith("Followed")
    assert (await two.tap(FOLLOWER, "Follow")).startswith("You no longer follow")
    assert await wishes(two) == {}


@pytest.mark.parametrize("data", ["follow", "mute", "follow:7", "unfollow:alert:7", "unfollow::"])
async def test_a_tap_under_another_message_does_nothing(desk: Newsroom, data: str) -> None:
    (answer,) = await desk.say(FOLLOWER, "/following")
    assert "Nothing now" in answer["text"]
    await desk.tap_data(FOLLOWER, answer, data)
    assert await wishes(desk) == {}


async def test_the_page_lists_both_and_ends_each(two: Newsroom) -> None:
    (page,) = await two.say(MUTER, "/following")
    assert "Muted · Missile strikes reported" in page["text"]
    await two.tap(MUTER, "Unmute")
    assert "Nothing now" in two.last(MUTER)
    assert await wishes(two) == {FOLLOWER: Wish.FOLLOW}


async def test_seven_days_without_news_end_it(two: Newsroom) -> None:
    now = two.clock.now
    two.clock.set_by(timedelta(days=5))
    await updated(two, "Edit quietly")
    async with two.database.write() as session:
        await end_quiet(session, now=now + timedelta(days=8))
    assert await wishes(two) == {FOLLOWER: Wish.FOLLOW, MUTER: Wish.MUTE}
    async with two.database.write() as session:
        await end_quiet(session, now=now + timedelta(days=13))
    assert await wishes(two) == {}


async def test_it_is_handed_over_and_forgotten_with_the_rest(two: Newsroom) -> None:
    async with two.database.write() as session:
        held: dict[str, Any] = await export(session, FOLLOWER)
        assert [one["wish"] for one in held["following"]] == ["follow"]
        await erase(session, FOLLOWER)
    assert await wishes(two) == {MUTER: Wish.MUTE}
    await updated(two, "Edit quietly")
    assert len(two.screen(FOLLOWER)) == 1


async def test_what_is_held_for_the_morning_is_dropped_when_it_is_muted(desk: Newsroom) -> None:
    hold = (Manner.HOLD, Manner.HOLD, Manner.HOLD)
    async with desk.database.write() as session:
        night = {"quiet_from": 0, "quiet_until": 1439, "at_night": hold}
        await session.execute(
            update(Subscriber).where(Subscriber.chat_id.in_((MUTER, OTHER))).values(**night)
        )
    await sent(desk)
    morning = desk.clock.now + timedelta(days=1)
    async with desk.database.write() as session:
        row = await find(session, MUTER)
        about = (await session.scalars(select(Alert))).one().about
        assert row is not None
        await toggle(session, row.id, about, Wish.MUTE, now=desk.clock.now)
        await session.execute(update(Held).values(held_at=morning - timedelta(hours=1)))
        assert await wake(session, now=morning) == 1
        states = await session.execute(select(Held.chat_id, Held.state))
        assert dict(list(states.all())) == {
            MUTER: HeldState.DROPPED,
            OTHER: HeldState.WOKEN,
        }


async def test_in_a_group_only_admins_decide(two: Newsroom) -> None:
    group = -77
    two.sandbox.add_group(group, "Six", members={EDITOR: "creator", OTHER: "member"})
    two.sandbox.add_bot_to(group, by=EDITOR)
    await two.heed()
    async with two.database.write() as session:
        await readers(session, [group], now=two.clock.now, topics=["strikes"])
    await two.say(EDITOR, TEXT)
    await two.tap(EDITOR, "Send to 4")
    await two.deliver()
    copy = two.screen(group)[-1]
    assert "only its admins" in await two.tap_data(OTHER, copy, "follow")
    assert group not in await wishes(two)
    assert (await two.tap_data(EDITOR, copy, "follow")).startswith("Followed")
    assert (await wishes(two))[group] is Wish.FOLLOW
