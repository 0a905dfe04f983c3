"""Story news: who is told of what, when, and how the digest takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from digests.audience.following import (
    PACE,
    Following,
    Wish,
    followings,
    story_about,
    toggle,
    told_otherwise,
)
from digests.audience.forget import erase, export
from digests.audience.manner import Manner
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.corrections.published import is_public
from digests.editions.compose import compose
from digests.editions.edition import Edition, EditionStory
from digests.editions.retention import EDITIONS, tidy
from digests.editions.story_news import StoryNews
from digests.editions.tell_followers import tell_followers
from digests.outbox.control import cancel
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.expand import expand
from digests.outbox.held import wake_up
from digests.outbox.message import OutboxMessage
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database
from digests.stories.story import Story
from digests.vocabulary import Severity, Standing
from tests.editions.builders import add_reader, add_story, revise

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NEWER = "Ten thousand homes wait for power."


@dataclass
class Room:
    """A story, and readers who follow it since its first revision."""

    database: Database
    now: datetime
    story: Story
    readers: dict[str, Subscriber] = field(default_factory=dict)

    async def join(self, name: str, wish: Wish = Wish.FOLLOW, **fields: object) -> Subscriber:
        async with self.database.write() as session:
            reader = await add_reader(session, self.now, "energy", **fields)
            await toggle(
                session,
                reader.id,
                story_about(self.story.id),
                wish,
                now=self.now,
                message_id=500 + reader.id,
                knows=1,
            )
        self.readers[name] = reader
        return reader

    async def happens(self, **changes: object) -> None:
        """The story is told anew."""
        async with self.database.write() as session:
            story = await session.get_one(Story, self.story.id)
            await revise(session, story, self.now, **changes)
            if "severity" in changes:
                story.severity = changes["severity"]

    async def tick(self, after: timedelta = MINUTE) -> list[str]:
        """Time passes, the timetable and the outbox run; who is told now."""
        self.now += after
        async with self.database.write() as session:
            await tell_followers(session, now=self.now)
        return await self.expand()

    async def expand(self) -> list[str]:
        names = {reader.chat_id: name for name, reader in self.readers.items()}
        async with self.database.write() as session:
            before = await session.scalar(select(func.max(OutboxMessage.id))) or 0
            await expand(session, now=self.now, rate=30.0)
            rows = select(OutboxMessage.chat_id).where(OutboxMessage.id > before)
            return sorted(names[chat] for chat in await session.scalars(rows))

    async def arrives(self) -> None:
        """All that waits in the outbox has arrived."""
        async with self.database.write() as session:
            rows = await session.execute(
                select(OutboxMessage, Dispatch).join(
                    Dispatch, Dispatch.id == OutboxMessage.dispatch_id
                )
            )
            for message, dispatch in rows.all():
                await session.execute(insert(Receipt).values(_receipt(message, dispatch, self.now)))
                await session.delete(message)

    async def dispatches(self) -> list[Dispatch]:
        async with self.database.read() as session:
            found = select(Dispatch).where(Dispatch.content == Content.NEWS).order_by(Dispatch.id)
            return list(await session.scalars(found))

    async def digest(self) -> dict[str, list[int]]:
        """The morning's digest is planned; which stories stand in whose."""
        async with self.database.write() as session:
            self.now = self.now.replace(hour=6, minute=0) + timedelta(days=1, seconds=1)
            await compose(session, now=self.now)
        names = {reader.chat_id: name for name, reader in self.readers.items()}
        found: dict[str, list[int]] = {}
        async with self.database.write() as session:
            await expand(session, now=self.now, rate=30.0)
            rows = await session.execute(
                select(OutboxMessage.chat_id, Dispatch.subject_id)
                .join(Dispatch, Dispatch.id == OutboxMessage.dispatch_id)
                .where(Dispatch.content == Content.EDITION)
            )
            for chat, edition in rows.all():
                told = select(EditionStory.story_id).where(EditionStory.edition_id == edition)
                found[names[chat]] = sorted(await session.scalars(told))
        return found


def _receipt(message: OutboxMessage, dispatch: Dispatch, now: datetime) -> dict[str, object]:
    return {
        "dispatch_id": dispatch.id,
        "content": dispatch.content,
        "subject_id": dispatch.subject_id,
        "revision": dispatch.revision,
        "subscriber_id": message.subscriber_id,
        "chat_id": message.chat_id,
        "kind": MessageKind.SEND,
        "part": 0,
        "message_id": 9000 + message.id,
        "outcome": Outcome.SENT,
        "attempts": 1,
        "ambiguous": False,
        "closes": True,
        "sent_at": now,
    }


@pytest.fixture
async def room(database: Database, now: datetime) -> Room:
    async with database.write() as session:
        told = await add_story(session, now - HOUR, standing=Standing.DEVELOPING)
    made = Room(database, now, told)
    await made.join("Ann")
    return made


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"news": NEWER}, True),
        ({"standing": Standing.CONFIRMED}, True),
        ({"standing": Standing.DISPUTED}, True),
        ({"severity": Severity.PRIORITY}, True),
        ({"source_count": 5}, False),
        ({"standing": Standing.CORRECTED}, False),
        ({"standing": Standing.RETRACTED}, False),
    ],
)
async def test_new_words_another_standing_and_a_rise_are_news_and_nothing_else_is(
    room: Room, changes: dict[str, object], told: bool
) -> None:
    await room.happens(**changes)
    assert await room.tick() == (["Ann"] if told else [])
    async with room.database.read() as session:
        (known,) = (await session.scalars(select(Following.told_revision))).all()
    assert known == 2


async def test_only_a_rise_sounds_and_all_of_it_is_a_reply_to_where_it_was_chosen(
    room: Room,
) -> None:
    await room.happens(news=NEWER)
    await room.tick()
    await room.happens(severity=Severity.PRIORITY)
    await room.tick(PACE)
    quiet, loud = await room.dispatches()
    assert (quiet.silent, loud.silent) == (True, False)
    async with room.database.read() as session:
        replies = (await session.scalars(select(OutboxMessage.message_id))).all()
    assert set(replies) == {500 + room.readers["Ann"].id}


async def test_once_an_hour_at_most_and_then_the_newest(room: Room) -> None:
    await room.happens(news=NEWER)
    assert await room.tick() == ["Ann"]
    for _ in range(3):
        await room.happens(news=NEWER)
        assert await room.tick(15 * MINUTE) == []
    assert await room.tick(15 * MINUTE) == ["Ann"]
    assert [d.revision for d in await room.dispatches()] == [2, 5]
    assert await room.tick(PACE) == []


async def test_a_severity_that_rises_waits_no_hour_but_ten_minutes(room: Room) -> None:
    await room.happens(news=NEWER)
    assert await room.tick() == ["Ann"]
    await room.happens(news=NEWER)
    assert await room.tick(5 * MINUTE) == []
    await room.happens(severity=Severity.FLASH)
    assert await room.tick(MINUTE) == []
    assert await room.tick(5 * MINUTE) == ["Ann"]
    [_, second] = await room.dispatches()
    assert (second.lane, second.silent) == (Lane.URGENT, False)


async def test_an_update_of_the_story_s_alert_keeps_it_away_for_an_hour(room: Room) -> None:
    async with room.database.write() as session:
        await told_otherwise(session, story_about(room.story.id), now=room.now)
    await room.happens(news=NEWER)
    assert await room.tick() == []
    assert await room.tick(PACE) == ["Ann"]


async def test_who_muted_it_stopped_or_rests_hears_nothing(room: Room) -> None:
    await room.join("Ben", wish=Wish.MUTE)
    await room.join("Cid", state=SubscriberState.PAUSED)
    await room.happens(news=NEWER)
    assert await room.tick() == ["Ann"]


async def test_two_who_know_the_same_share_one_dispatch_and_one_who_knows_more_has_another(
    room: Room,
) -> None:
    await room.join("Ben")
    await room.happens(news=NEWER)
    late = await room.join("Cid")
    async with room.database.write() as session:
        who = Following.subscriber_id == late.id
        await session.execute(update(Following).where(who).values(told_revision=2))
    await room.happens(news=NEWER)
    assert await room.tick() == ["Ann", "Ben", "Cid"]
    assert [(d.since_revision, d.audience) for d in await room.dispatches()] == [(1, 2), (2, 1)]


@pytest.mark.parametrize(
    ("severity", "at_night"),
    [(Severity.ROUTINE, []), (Severity.PRIORITY, ["Owl"]), (Severity.FLASH, ["Owl"])],
)
async def test_at_night_comes_what_the_reader_lets_through(
    room: Room, severity: Severity, at_night: list[str]
) -> None:
    await room.join("Owl", quiet_from=0, quiet_until=1439)
    await room.happens(severity=severity, news=NEWER)
    assert await room.tick() == ["Ann", *at_night]


async def test_who_sleeps_is_told_the_newest_when_they_wake(room: Room) -> None:
    hours = {"quiet_from": 0, "quiet_until": 600, "timezone": "UTC"}
    owl = await room.join("Owl", **hours)
    await room.happens(news=NEWER)
    assert await room.tick() == ["Ann"]
    await room.happens(news=NEWER)
    assert await room.tick(PACE) == ["Ann"]
    async with room.database.write() as session:
        reader = await session.get_one(Subscriber, owl.id)
        reader.quiet_from = reader.quiet_until = None
        await wake_up(session, reader, now=room.now)
    assert await room.tick() == ["Owl"]
    assert (await room.dispatches())[-1].revision == 3


async def test_two_runs_at_once_or_a_restart_tell_nobody_twice(room: Room) -> None:
    await room.happens(news=NEWER)
    for _ in range(2):
        async with room.database.write() as session:
            await tell_followers(session, now=room.now)
    assert len(await room.dispatches()) == 1
    assert await room.expand() == ["Ann"]
    assert await room.tick() == []


async def test_what_was_stopped_before_it_went_out_is_told_later(room: Room) -> None:
    await room.happens(news=NEWER)
    async with room.database.write() as session:
        await tell_followers(session, now=room.now)
    (planned,) = await room.dispatches()
    async with room.database.write() as session:
        await cancel(session, planned.id, now=room.now, reason="stopped")
    assert await room.tick() == ["Ann"]


async def test_the_next_digest_does_not_tell_it_again_to_whom_it_reached(room: Room) -> None:
    await room.join("Ben", wish=Wish.MUTE)
    await room.join("Eva")
    async with room.database.write() as session:
        other = await add_story(session, room.now, title="Trams run again")
        gone = Following.subscriber_id == room.readers["Eva"].id
        await session.execute(update(Following).where(gone).values(wish=Wish.MUTE))
        cyd = await add_reader(session, room.now, "energy")
    room.readers["Cyd"] = cyd
    await room.happens(news=NEWER)
    assert await room.tick() == ["Ann"]
    await room.arrives()
    both = sorted([room.story.id, other.id])
    assert await room.digest() == {
        "Ann": [other.id],
        "Ben": [other.id],
        "Eva": [other.id],
        "Cyd": both,
    }
    async with room.database.read() as session:
        editions = select(Edition.left_out, Edition.story_count).order_by(Edition.id)
        assert list((await session.execute(editions)).all()) == [("", 2), (str(room.story.id), 1)]
        planned = select(Dispatch.audience).where(Dispatch.reach == Reach.STAMPED)
        audiences = (await session.scalars(planned.order_by(Dispatch.id))).all()
        public = select(Edition.left_out).where(is_public())
        assert (await session.scalars(public)).all() == [""], "what single readers muted is theirs"
    assert audiences == [1, 3]


async def test_what_came_after_it_stands_in_the_digest_and_is_then_known(room: Room) -> None:
    await room.happens(news=NEWER)
    await room.tick()
    await room.arrives()
    await room.happens(news=NEWER)
    assert await room.digest() == {"Ann": [room.story.id]}
    assert await room.tick(PACE) == []


async def test_an_edition_that_leaves_all_out_is_an_empty_day(room: Room) -> None:
    await room.join("Ben", wish=Wish.MUTE)
    assert (await room.digest())["Ben"] == []


async def test_it_is_handed_over_and_forgotten(room: Room) -> None:
    await room.happens(news=NEWER)
    await room.tick()
    await room.arrives()
    chat = room.readers["Ann"].chat_id
    async with room.database.write() as session:
        held = await export(session, chat)
        assert held["following"][0]["under"] == 500 + room.readers["Ann"].id
        assert [row["content"] for row in held["receipt"]] == ["news"]
        await erase(session, chat)
    await room.happens(news=NEWER)
    assert await room.tick(PACE) == []
    async with room.database.read() as session:
        assert await followings(session, room.readers["Ann"].id) == []


async def test_it_is_kept_as_long_as_a_copy_may_be_corrected(room: Room) -> None:
    await room.happens(news=NEWER)
    await room.tick()
    await room.arrives()
    await _finish(room)
    later = room.now + EDITIONS + HOUR
    async with room.database.write() as session:
        await tidy(session, now=later)
        assert await session.scalar(select(func.count(StoryNews.id))) == 1
        await session.execute(update(Receipt).values(content=Content.ALERT))
        await tidy(session, now=later)
        assert await session.scalar(select(func.count(StoryNews.id))) == 0


async def _finish(room: Room) -> None:
    async with room.database.write() as session:
        await expand(session, now=room.now, rate=30.0)


async def test_routine_by_day_comes_though_breaking_news_of_it_does_not(room: Room) -> None:
    nothing = (Manner.NONE, Manner.NONE, Manner.NONE)
    await room.join("Zoe", alerts=nothing)
    await room.happens(news=NEWER)
    assert await room.tick() == ["Ann", "Zoe"]
